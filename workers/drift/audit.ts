import type { BookTable } from './book-table.ts'
import { type PriceFrame, STATUS_IN, STATUS_OUT, STATUS_UNABLE } from './sweep.ts'

/**
 * Whether the book is in, out or unable, from the definition and nothing else: what production is checked against.
 * It shares the tables with the engine, neither its code nor the filter's copy of the books.
 */
export function bruteForceStatus(table: BookTable, { usable, missing }: PriceFrame, book: number): number {
  const columns = table.columnAssets.length
  const lines = table.lineAssets.length
  const held = book * columns
  const { quantities } = table
  const { targets, lows, highs } = table.bands
  const lined = table.bandOf[book]! * lines
  for (const column of missing) {
    const isTargeted = column < lines - 1 && targets[lined + column] !== 0
    if (quantities[held + column] !== 0 || isTargeted) return STATUS_UNABLE
  }
  let total = 0
  for (let column = 0; column < columns; column++) total += quantities[held + column]! * usable[column]!
  if (!(total > 0) || total === Number.POSITIVE_INFINITY) return STATUS_UNABLE
  for (let line = 0; line < lines - 1; line++) {
    const weight = (quantities[held + line]! * usable[line]!) / total
    if (weight < lows[lined + line]! || weight > highs[lined + line]!) return STATUS_OUT
  }
  let cash = 0
  for (let column = lines - 1; column < columns; column++) cash += quantities[held + column]! * usable[column]!
  const weight = cash / total
  const line = lined + lines - 1
  return weight < lows[line]! || weight > highs[line]! ? STATUS_OUT : STATUS_IN
}
