import type { Random } from '../../core/random.ts'

/** Half-spread and taker fee of one side, fraction of what is traded. */
export const LINEAR_COST = 0.0012
const CASH_TARGET = 0.05
const LINES = 5

/** A client book of five assets and cash, the last line; its value stays what it is, so that sizes can be compared. */
export interface StudyBook {
  readonly id: string
  readonly valueUsd: number
  /** Asset of the prices per line; −1: cash. */
  readonly assets: Int32Array
  readonly targets: Float64Array
}

/** Books in random assets and weights: one alone makes tracking error jump with the width of its band. */
export function makeBooks(random: Random, count: number, assetCount: number): readonly StudyBook[] {
  return Array.from({ length: count }, (_, b) => {
    const left = Array.from({ length: assetCount }, (_, i) => i)
    const chosen = Array.from({ length: LINES }, () => left.splice(random.integer(left.length), 1)[0]!)
    const raw = chosen.map(() => 0.5 + random.next())
    const total = raw.reduce((sum, value) => sum + value, 0)
    return {
      id: `book ${b}`,
      valueUsd: 1,
      assets: Int32Array.from([...chosen, -1]),
      targets: Float64Array.from([...raw.map((value) => ((1 - CASH_TARGET) * value) / total), CASH_TARGET]),
    }
  })
}
