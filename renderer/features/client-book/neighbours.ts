import type { MonitorFacts } from '../monitor/monitor-filter.ts'
import { orderRows } from '../monitor/monitor-order.ts'

/** Books out of band by urgency: [ and ] walk through them, around the ends. */
export function outOfBand(facts: MonitorFacts): readonly number[] {
  const rows = facts.books.flatMap((_, row) => (Math.abs(facts.value(row, 'position')) > 1 ? [row] : []))
  return orderRows(facts, rows, null)
}

/** null when no other book is out of band. */
export function neighbour(rows: readonly number[], current: number, step: 1 | -1): number | null {
  if (rows.length === 0) return null
  const at = rows.indexOf(current)
  if (at < 0) return rows[step === 1 ? 0 : rows.length - 1]!
  const next = rows[(at + step + rows.length) % rows.length]!
  return next === current ? null : next
}
