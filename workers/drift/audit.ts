import { CELLS } from './band-rows.ts'
import type { BookTable } from './book-table.ts'
import { type PriceFrame, STATUS_IN, STATUS_OUT, STATUS_UNABLE } from './sweep.ts'

/**
 * Whether the book is in, out or unable, from the definition and nothing else: what production is checked against.
 * It shares the tables with the engine, neither its code nor the filter's copy of the books.
 */
export function bruteForceStatus(table: BookTable, { usable, missing }: PriceFrame, book: number): number {
  const row = table.bandOf[book]!
  const set = table.bands.setOf[row]!
  const size = table.sets.sizeOf[set]!
  const first = table.sets.startOf[set]!
  const { columns } = table.sets
  const quantities = table.quantities.values
  const cells = table.bands.cells.values
  const held = table.heldAt[book]!
  const lined = table.bands.startOf[row]!
  const cashHeld = held + size - table.riskyCount
  if (missing.length > 0) {
    for (let j = 0; j < size; j++) {
      const isNeeded = quantities[held + j] !== 0 || cells[lined + CELLS * j] !== 0
      if (isNeeded && !(usable[columns[first + j]!]! > 0)) return STATUS_UNABLE
    }
    for (let column = table.riskyCount; column < usable.length; column++) {
      if (quantities[cashHeld + column] !== 0 && !(usable[column]! > 0)) return STATUS_UNABLE
    }
  }
  let total = 0
  for (let j = 0; j < size; j++) total += quantities[held + j]! * usable[columns[first + j]!]!
  let cash = 0
  for (let column = table.riskyCount; column < usable.length; column++) {
    const value = quantities[cashHeld + column]! * usable[column]!
    total += value
    cash += value
  }
  if (!(total > 0) || total === Number.POSITIVE_INFINITY) return STATUS_UNABLE
  for (let j = 0; j < size; j++) {
    const weight = (quantities[held + j]! * usable[columns[first + j]!]!) / total
    if (weight < cells[lined + CELLS * j + 1]! || weight > cells[lined + CELLS * j + 2]!) return STATUS_OUT
  }
  const weight = cash / total
  return weight < cells[lined + CELLS * size + 1]! || weight > cells[lined + CELLS * size + 2]! ? STATUS_OUT : STATUS_IN
}
