import { BOOK_STATUSES, GRID_COLUMNS, type GridColumn } from '../../../core/contracts/monitor-view.ts'
import type { SortOrder } from '../../state/layout.ts'
import type { MonitorFacts } from './monitor-filter.ts'

const UNABLE = BOOK_STATUSES.indexOf('unable-to-check')

/** What a column sorts by: text, or a number whose unknowns come last either way. */
type Key = (row: number) => number | string

function keyOf(facts: MonitorFacts, column: string): Key | null {
  switch (column) {
    case 'client':
      return (row) => facts.books[row]!.clientName
    case 'tier':
      return (row) => facts.books[row]!.tier
    case 'model':
      return (row) => facts.books[row]!.modelName
    case 'worstAsset':
      return (row) => facts.assets[facts.value(row, 'worstAsset')] ?? ''
    // A drift of −2 is as urgent as one of +2.
    case 'drift':
    case 'position':
      return (row) => Math.abs(facts.value(row, column))
    default:
      return (GRID_COLUMNS as readonly string[]).includes(column)
        ? (row) => facts.value(row, column as GridColumn)
        : null
  }
}

/** By urgency: what cannot be checked first, then the furthest out in half-widths. */
function byUrgency(facts: MonitorFacts, rows: readonly number[]): number[] {
  const rank = (row: number): number => {
    if (facts.value(row, 'status') === UNABLE) return Number.POSITIVE_INFINITY
    const size = Math.abs(facts.value(row, 'position'))
    return Number.isNaN(size) ? -1 : Math.min(size, 1e9)
  }
  return sortRows(rows, rank, true)
}

function sortRows(rows: readonly number[], key: Key, descending: boolean): number[] {
  const keys = new Map(rows.map((row) => [row, key(row)]))
  const unknown = (value: number | string): boolean => value === '' || Number.isNaN(value)
  return [...rows].sort((a, b) => {
    const left = keys.get(a)!
    const right = keys.get(b)!
    if (unknown(left) || unknown(right)) return Number(unknown(left)) - Number(unknown(right)) || a - b
    const order =
      typeof left === 'string'
        ? left.localeCompare(String(right), 'en')
        : left < Number(right)
          ? -1
          : Number(left > Number(right))
    return (descending ? -order : order) || a - b
  })
}

/** A column that does not exist (a layout of another version) falls back to urgency. */
export function orderRows(facts: MonitorFacts, rows: readonly number[], sort: SortOrder | null): number[] {
  const key = sort && keyOf(facts, sort.column)
  return sort && key ? sortRows(rows, key, sort.descending) : byUrgency(facts, rows)
}
