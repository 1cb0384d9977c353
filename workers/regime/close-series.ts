import { type Failure, fail, ok, type Result } from '../../core/result.ts'

export interface CloseSeries {
  readonly column: string
  /** As in the file, ascending. */
  readonly dates: string[]
  readonly closes: Float64Array
  /** Rows whose cell was empty: no price, no return. */
  readonly missing: number
}

export type CloseSeriesFailure = Failure<
  'empty' | 'unknown-column' | 'bad-date' | 'bad-price' | 'not-sorted' | 'bad-row'
>

const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** UTC milliseconds of "2020-03-12", "2020-03-12 15:00" or ISO 8601; a time without a zone is UTC. Null if none. */
export function parseSeriesTime(text: string): number | null {
  const match = TIME.exec(text)
  if (match === null) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = match
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
  // Date.parse rolls 31 April over in some engines and refuses it in others
  const rolled = Number.isNaN(time) || new Date(Date.UTC(+year!, +month! - 1, +day!)).getUTCDate() !== +day!
  return rolled ? null : time
}

/**
 * Reads one column of closes from a CSV whose first column is the date or UTC time, header in line 1.
 * Without a column name the first after the date is taken, or `close` where there is one. Empty cells are skipped.
 */
export function readCloseSeries(csvText: string, column?: string): Result<CloseSeries, CloseSeriesFailure> {
  const lines = csvText.replace(/^\uFEFF/, '').split(/\r?\n/)
  const header = (lines[0] ?? '').split(',').map((name) => name.trim())
  const names = header.slice(1)
  if (names.every((name) => name === ''))
    return fail('empty', `line 1 is "${lines[0] ?? ''}": a date column and at least one column of closes are needed`)
  const name = column ?? (names.includes('close') ? 'close' : names[0]!)
  const at = header.indexOf(name, 1)
  if (at < 0) return fail('unknown-column', `there is no column "${name}", the columns are ${names.join(', ')}`)
  const dates: string[] = []
  const closes: number[] = []
  let missing = 0
  let lastTime = Number.NEGATIVE_INFINITY
  for (let row = 1; row < lines.length; row++) {
    const line = lines[row]!
    if (line.trim() === '') continue
    const cells = line.split(',')
    if (cells.length !== header.length)
      return fail('bad-row', `line ${row + 1} has ${cells.length} cells, the header has ${header.length}`)
    const date = cells[0]!.trim()
    const time = parseSeriesTime(date)
    if (time === null)
      return fail('bad-date', `line ${row + 1}: "${date}" is not a date (2020-03-12 or 2020-03-12 15:00, UTC)`)
    if (time <= lastTime)
      return fail('not-sorted', `line ${row + 1}: ${date} is not after the line before it; dates must rise`)
    lastTime = time
    const cell = cells[at]!.trim()
    if (cell === '') {
      missing++
      continue
    }
    const close = Number(cell)
    if (!(close > 0 && Number.isFinite(close)))
      return fail('bad-price', `line ${row + 1}: ${name} is "${cell}", a close must be a number above 0`)
    dates.push(date)
    closes.push(close)
  }
  if (closes.length === 0) return fail('empty', `column "${name}" has no closes`)
  return ok({ column: name, dates, closes: Float64Array.from(closes), missing })
}
