import { err, ok, type Result } from '../../../core/result.ts'
import type { Parameters } from '../context.ts'
import { invalidArgument } from '../errors.ts'

const PAGE = 50

export interface Page<T> {
  readonly rows: readonly T[]
  /** Of all rows that match, not only of this page. */
  readonly count: number
}

/**
 * Kraken's history pages: newest first, 50 at a time from `ofs`; `start` (exclusive) and `end` (inclusive) are Unix
 * seconds or the id of a row.
 * @param all oldest first
 */
export function pageOf<T>(
  all: readonly T[],
  parameters: Parameters,
  wireTime: (row: T) => number,
  id: (row: T) => string,
): Result<Page<T>, string> {
  const offset = Number(parameters.ofs ?? 0)
  if (!(Number.isInteger(offset) && offset >= 0)) return err(invalidArgument('ofs'))
  const start = border(all, parameters.start, wireTime, id)
  if (start === null) return err(invalidArgument('start'))
  const end = border(all, parameters.end, wireTime, id)
  if (end === null) return err(invalidArgument('end'))
  const matching = all.filter(
    (row, i) =>
      (start === undefined || (start.index === undefined ? wireTime(row) > start.time : i > start.index)) &&
      (end === undefined || (end.index === undefined ? wireTime(row) <= end.time : i <= end.index)),
  )
  return ok({ rows: matching.toReversed().slice(offset, offset + PAGE), count: matching.length })
}

function border<T>(
  all: readonly T[],
  text: string | undefined,
  wireTime: (row: T) => number,
  id: (row: T) => string,
): { time: number; index?: number } | null | undefined {
  if (text === undefined || text === '') return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return { time: Number(text) * 1000 }
  const index = all.findIndex((row) => id(row) === text)
  return index < 0 ? null : { time: wireTime(all[index]!), index }
}
