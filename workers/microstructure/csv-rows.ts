import { type Failure, fail, ok, type Result } from '../../core/result.ts'

/** Rows of a file that were left out for one reason. */
export interface RefusedRows<R extends string = string> {
  readonly reason: R
  readonly rows: number
  readonly firstLine: number
  /** What is wrong with the first of them, with its value. */
  readonly message: string
}

/** Counts rows that were left out, by reason, and keeps the first of each. */
export class RefusalTally<R extends string> {
  readonly #byReason = new Map<R, { rows: number; firstLine: number; message: string }>()

  add(reason: R, line: number, message: string): void {
    const known = this.#byReason.get(reason)
    if (known === undefined)
      this.#byReason.set(reason, { rows: 1, firstLine: line, message: `line ${line}: ${message}` })
    else {
      known.rows++
      if (line < known.firstLine) Object.assign(known, { firstLine: line, message: `line ${line}: ${message}` })
    }
  }
  get rows(): number {
    return [...this.#byReason.values()].reduce((sum, { rows }) => sum + rows, 0)
  }
  /** By first line. */
  list(): RefusedRows<R>[] {
    return [...this.#byReason]
      .map(([reason, entry]) => ({ reason, ...entry }))
      .sort((a, b) => a.firstLine - b.firstLine)
  }
}

export type CsvFailure = Failure<'empty-file' | 'bad-columns' | 'unknown-book' | 'no-rows'>

/** A CSV without quotes whose first line names its columns; every row belongs to a `book` and a `time_ms`. */
export interface CsvTable {
  readonly columns: readonly string[]
  /** 1-based line number and cells, blank lines left out. */
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[]
}

/** @param name of the file, for messages */
export function readCsv(name: string, text: string, needed: readonly string[]): Result<CsvTable, CsvFailure> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines.every((line) => line.trim() === '')) return fail('empty-file', `${name} is empty`)
  const columns = lines[0]!.split(',').map((column) => column.trim())
  const missing = needed.filter((column) => !columns.includes(column))
  if (missing.length > 0)
    return fail('bad-columns', `${name} line 1 lacks ${missing.join(', ')}; its columns are ${shorten(lines[0]!)}`)
  const twice = columns.find((column, i) => columns.indexOf(column) < i)
  if (twice !== undefined) return fail('bad-columns', `${name} line 1 names the column ${twice} twice`)
  const rows = lines.flatMap((text, i) =>
    i === 0 || text.trim() === '' ? [] : [{ line: i + 1, cells: text.split(',').map((cell) => cell.trim()) }],
  )
  if (rows.length === 0) return fail('empty-file', `${name} has no rows below its header`)
  return ok({ columns, rows })
}

/** The books that a file has rows of, in the order in which they come. */
export function booksOf({ columns, rows }: CsvTable): string[] {
  const at = columns.indexOf('book')
  return [...new Set(rows.filter(({ cells }) => cells.length === columns.length).map(({ cells }) => cells[at]!))]
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
/** NaN for what is no decimal number: an empty cell, "NaN", "Infinity", hexadecimal. */
export const parseNumber = (cell: string): number => (NUMBER.test(cell) ? Number(cell) : Number.NaN)

export const shorten = (text: string): string => (text.length <= 120 ? `"${text}"` : `"${text.slice(0, 117)}…"`)

/**
 * The fewest rows whose absence leaves the times in order; of a pair either of which would do, the later one. One row
 * from the far future therefore costs one row, not all that follow it.
 * @return per row, true where it is out of order
 */
export function outOfOrder(times: readonly number[]): boolean[] {
  // Longest non-decreasing subsequence, from the end: tails[k] is the row with the largest time that begins one of length k + 1.
  const tails: number[] = []
  const next = new Int32Array(times.length)
  for (let i = times.length - 1; i >= 0; i--) {
    let [low, high] = [0, tails.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (times[tails[middle]!]! >= times[i]!) low = middle + 1
      else high = middle
    }
    next[i] = low > 0 ? tails[low - 1]! : -1
    tails[low] = i
  }
  const out = times.map(() => true)
  for (let i = tails.at(-1) ?? -1; i >= 0; i = next[i]!) out[i] = false
  return out
}
