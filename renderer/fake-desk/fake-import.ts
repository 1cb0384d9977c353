import type { ImportFailure } from '../../core/contracts/desk-api.ts'
import { ok, type Result } from '../../core/result.ts'

/** Reads no more of a file than shows how a refusal looks: wrong columns, negative quantities. It adds no book. */
export function importFakeBooks(csv: string): Result<{ readonly books: number }, ImportFailure> {
  const lines = csv.trim().split('\n')
  const bad = lines.flatMap((line, index) =>
    index > 0 && line.includes('-')
      ? [
          {
            line: index + 1,
            column: 'quantity',
            message: `quantity was ${/-[\d.]+/.exec(line)?.[0] ?? '-'}, it must not be negative`,
          },
        ]
      : [],
  )
  if (lines[0] !== 'client,asset,quantity')
    bad.unshift({ line: 1, column: lines[0] ?? '', message: 'the columns must be client,asset,quantity' })
  return bad.length > 0
    ? {
        ok: false,
        error: {
          code: 'import-refused',
          message: `${bad.length} lines were refused; nothing was imported`,
          lines: bad,
        },
      }
    : ok({ books: lines.length - 1 })
}
