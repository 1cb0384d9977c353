import type { ReactNode } from 'react'

/** One column of a grid. `cell` draws an item; words left, figures right. */
export interface GridColumnOf<Item> {
  readonly id: string
  /** What stands in the head; may be a drawing. */
  readonly head: ReactNode
  /** The head in words, for readers and lists of columns. */
  readonly label: string
  /** A CSS grid track. */
  readonly width: string
  readonly align?: 'right' | 'middle'
  readonly sortable?: boolean
  /** Falls away below this window width, in pixels. */
  readonly dropsBelow?: number
  readonly className?: string | ((item: Item) => string)
  cell(item: Item): ReactNode
  /** How many columns the cell takes; those it covers are not drawn. */
  span?(item: Item): number
}

/** The columns there is room for, without those the person has hidden. */
export function shownColumns<Item>(
  columns: readonly GridColumnOf<Item>[],
  windowWidth: number,
  hidden: readonly string[] = [],
): readonly GridColumnOf<Item>[] {
  return columns.filter((column) => windowWidth >= (column.dropsBelow ?? 0) && !hidden.includes(column.id))
}

/** Order after a click on a head: first down, then up, then back to the grid's own. */
export function nextSort(
  current: { readonly column: string; readonly descending: boolean } | null,
  column: string,
): { readonly column: string; readonly descending: boolean } | null {
  if (current?.column !== column) return { column, descending: true }
  return current.descending ? { column, descending: false } : null
}
