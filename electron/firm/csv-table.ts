import { type Failure, fail, ok, type Result } from '../../core/result.ts'

/** One record of a CSV text, with the line of the text on which it begins. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

export interface CsvFault extends Failure<'bad-csv'> {
  readonly line: number
}

/**
 * Strict RFC 4180: quotes only around a whole cell, doubled inside. Takes CRLF, LF and a byte order mark; the separator
 * is what the first line uses (comma, semicolon or tab). Blank lines are skipped. Cells are trimmed unless quoted.
 */
export function parseCsv(text: string): Result<readonly CsvRow[], CsvFault> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const separator = separatorOf(source)
  const rows: CsvRow[] = []
  let cells: string[] = []
  let line = 1
  let rowLine = 1
  let position = 0
  const fault = (message: string): Result<never, CsvFault> => ({
    ok: false,
    error: { ...fail('bad-csv', message).error, line },
  })
  while (position < source.length) {
    if (source[position] === '"') {
      const opened = line
      let cell = ''
      for (position++; ; position++) {
        const character = source[position]
        if (character === undefined) {
          line = opened
          return fault('a quote is opened and never closed')
        }
        if (character === '"' && source[position + 1] !== '"') break
        if (character === '"') position++
        if (character === '\n') line++
        cell += character
      }
      position++
      if (!isEnd(source, position, separator)) return fault(`after a closing quote only "${separator}" may follow`)
      cells.push(cell)
    } else {
      let end = position
      while (!isEnd(source, end, separator)) {
        if (source[end] === '"')
          return fault('a quote stands inside a cell: put the whole cell in quotes and double it')
        end++
      }
      cells.push(source.slice(position, end).trim())
      position = end
    }
    if (source[position] === separator) {
      position++
      // A separator at the very end of the text still opens a last, empty cell.
      if (position === source.length) cells.push('')
      else if (isLineBreak(source, position)) cells.push('')
      else continue
    }
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: rowLine, cells })
    cells = []
    if (source[position] === '\r') position++
    if (source[position] === '\n') position++
    line++
    rowLine = line
  }
  return ok(rows)
}

/** CSV with CRLF; quotes where a cell needs them. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  const quote = (cell: string): string => (/[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
  return rows.map((cells) => `${cells.map(quote).join(',')}\r\n`).join('')
}

const isLineBreak = (source: string, position: number): boolean =>
  source[position] === '\n' || (source[position] === '\r' && source[position + 1] === '\n')

const isEnd = (source: string, position: number, separator: string): boolean =>
  position >= source.length || source[position] === separator || isLineBreak(source, position)

function separatorOf(source: string): string {
  const first = source.split(/\r?\n/, 1)[0] ?? ''
  const count = (separator: string): number => first.split(separator).length
  return [',', ';', '\t'].reduce((best, separator) => (count(separator) > count(best) ? separator : best))
}
