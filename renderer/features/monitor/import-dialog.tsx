import { useState } from 'react'
import type { ImportFailure } from '../../../core/contracts/desk-api.ts'
import { asSentence, useDesk } from '../../state/desk-context.tsx'
import { Button } from '../../ui/controls.tsx'
import { count, formatNumber } from '../../ui/format.ts'
import { Overlay } from '../../ui/overlay.tsx'

const REQUIRED = 'client_id, client_name, book_id, tier, model, venue, asset, quantity'

/** A file of client books: all of it or nothing, every fault with its line. */
export function ImportDialog() {
  const { session, view } = useDesk()
  const [csv, setCsv] = useState('')
  const [fileName, setFileName] = useState<string | null>(null)
  const [failure, setFailure] = useState<ImportFailure | null>(null)
  const [asking, setAsking] = useState(false)
  const rows = csv.trim() === '' ? 0 : csv.trim().split(/\r?\n/).length - 1

  const read = (file: File | undefined): void => {
    if (!file) return
    file.text().then(
      (text) => {
        setCsv(text)
        setFileName(file.name)
        setFailure(null)
      },
      () => setFailure({ code: 'import-refused', message: `${file.name} could not be read`, lines: [] }),
    )
  }
  const run = async (): Promise<void> => {
    if (!session.api) {
      setFailure({ code: 'import-refused', message: 'the desk does not answer; nothing was imported', lines: [] })
      return
    }
    setAsking(true)
    try {
      const result = await session.api.importClientBooks(csv)
      if (!result.ok) {
        setFailure(result.error)
        return
      }
      view.close()
      view.notify(`${count(result.value.books, 'client book')} imported${fileName ? ` from ${fileName}` : ''}.`)
    } catch (error) {
      setFailure({
        code: 'import-refused',
        message: `nothing was imported: ${error instanceof Error ? error.message : String(error)}`,
        lines: [],
      })
    } finally {
      setAsking(false)
    }
  }

  return (
    <Overlay label="Import client books" className="dlg broad" onClose={view.close}>
      <h1>Import client books</h1>
      <p className="dlgtext">
        One line per holding. Required columns: <span className="hi">{REQUIRED}</span>. All of the file is taken, or
        nothing of it.
      </p>
      <div className="row">
        <input
          type="file"
          accept=".csv,text/csv"
          aria-label="CSV file"
          onChange={(event) => read(event.target.files?.[0])}
        />
        <span className="grow" />
        <span className="lo small">{rows > 0 ? count(rows, 'line') : 'or paste below'}</span>
      </div>
      <textarea
        className="field importtext"
        aria-label="Lines of the file"
        spellCheck={false}
        value={csv}
        placeholder={REQUIRED.replaceAll(', ', ',')}
        onChange={(event) => {
          setCsv(event.target.value)
          setFileName(null)
          setFailure(null)
        }}
      />
      {failure && (
        <div role="alert">
          <p className="crit small">{asSentence(failure.message)}</p>
          {failure.lines.length > 0 && (
            <div className="importlines" tabIndex={0} role="group" aria-label="Lines that were refused">
              <table>
                <thead>
                  <tr>
                    <th>Line</th>
                    <th>Column</th>
                    <th>What is wrong</th>
                  </tr>
                </thead>
                <tbody>
                  {failure.lines.map((fault) => (
                    <tr key={`${fault.line} ${fault.column} ${fault.message}`}>
                      <td>{formatNumber(fault.line)}</td>
                      <td>{fault.column}</td>
                      <td>{fault.message}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
      )}
      <div className="row dlgfoot">
        <span className="lo small">Nothing is traded by an import.</span>
        <Button keys="Esc" onClick={view.close}>
          Close
        </Button>
        <Button
          kind="primary"
          disabledWhy={rows <= 0 ? 'Import: no lines yet' : null}
          aria-disabled={asking}
          onClick={() => {
            if (!asking) void run()
          }}
        >
          {asking ? 'Importing' : `Import ${count(rows, 'line')}`}
        </Button>
      </div>
    </Overlay>
  )
}
