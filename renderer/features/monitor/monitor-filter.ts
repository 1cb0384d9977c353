import { BOOK_STATUSES, type BookRow, type BookStatus, type GridColumn } from '../../../core/contracts/monitor-view.ts'
import type { MonitorView } from '../../state/layout.ts'
import { fold } from '../../ui/fold.ts'

/** What filtering and sorting read: the fixed part of each row, and its live cells. */
export interface MonitorFacts {
  readonly books: readonly BookRow[]
  readonly assets: readonly string[]
  value(row: number, column: GridColumn): number
}

/** Tiles of the second group: they cut across the statuses. */
const NEEDS = ['cash', 'paused'] as const
type Need = (typeof NEEDS)[number]

export const statusOf = (facts: MonitorFacts, row: number): BookStatus | null =>
  BOOK_STATUSES[facts.value(row, 'status')] ?? null

export function hasNeed(facts: MonitorFacts, row: number, need: string): boolean {
  switch (need) {
    case 'cash':
      return facts.value(row, 'cashNeedUsd') > 0
    case 'paused':
      return facts.value(row, 'pausedUntil') > 0
    default:
      return false
  }
}

function inTab(book: BookRow, tab: string): boolean {
  if (tab === 'premium') return book.tier === 'premium'
  if (tab.startsWith('model:')) return book.modelId === tab.slice('model:'.length)
  return true
}

function hasText(facts: MonitorFacts, row: number, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const book = facts.books[row]!
  const worst = facts.assets[facts.value(row, 'worstAsset')] ?? ''
  const text = fold(`${book.clientName} ${book.clientId} ${book.modelName} ${worst}`)
  return words.every((word) => text.includes(word))
}

/** Rows that pass every group of filters: within a group or, across groups and. */
export function matchingRows(facts: MonitorFacts, view: MonitorView): number[] {
  const words = fold(view.text).split(/\s+/).filter(Boolean)
  const rows: number[] = []
  for (let row = 0; row < facts.books.length; row++) {
    if (!inTab(facts.books[row]!, view.tab)) continue
    if (view.statuses.length > 0 && !view.statuses.includes(statusOf(facts, row) ?? '')) continue
    if (view.needs.length > 0 && !view.needs.some((need) => hasNeed(facts, row, need))) continue
    if (hasText(facts, row, words)) rows.push(row)
  }
  return rows
}

export interface ActiveFilter {
  readonly id: string
  readonly label: string
  /** The view without it. */
  readonly without: Partial<MonitorView>
}

export const STATUS_LABELS: Readonly<Record<BookStatus, string>> = {
  'in-band': 'In band',
  'near-edge': 'Near the edge',
  'out-of-band': 'Out of band',
  'awaiting-approval': 'Awaiting approval',
  executing: 'Executing',
  'unable-to-check': 'Unable to check',
}
export const NEED_LABELS: Readonly<Record<Need, string>> = { cash: 'Cash needs', paused: 'Paused' }

/** Groups joined by "and"; the words in one group by "or". */
export function activeFilters(view: MonitorView, modelName: (id: string) => string): readonly ActiveFilter[] {
  const filters: ActiveFilter[] = []
  if (view.statuses.length > 0) {
    const names = view.statuses.map((status) => STATUS_LABELS[status as BookStatus] ?? status)
    filters.push({ id: 'statuses', label: names.join(' or '), without: { statuses: [] } })
  }
  if (view.needs.length > 0) {
    const names = view.needs.map((need) => NEED_LABELS[need as Need] ?? need)
    filters.push({ id: 'needs', label: names.join(' or '), without: { needs: [] } })
  }
  if (view.tab === 'premium') filters.push({ id: 'tab', label: 'Premium', without: { tab: 'urgency' } })
  else if (view.tab.startsWith('model:')) {
    filters.push({ id: 'tab', label: modelName(view.tab.slice('model:'.length)), without: { tab: 'urgency' } })
  }
  if (view.text.trim()) filters.push({ id: 'text', label: `“${view.text.trim()}”`, without: { text: '' } })
  return filters
}

/** Adds or takes away one value of a group. */
export const toggled = (group: readonly string[], value: string): readonly string[] =>
  group.includes(value) ? group.filter((each) => each !== value) : [...group, value]
