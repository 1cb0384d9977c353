import { toFloat } from '../../../core/amount.ts'
import type { ChildView, ParentView } from '../../../core/contracts/blotter-view.ts'
import type { SortOrder } from '../../state/layout.ts'

/** A row of the tree: a parent order, or one of its children. */
export type BlotterItem =
  | { readonly kind: 'parent'; readonly parent: ParentView }
  | { readonly kind: 'child'; readonly parent: ParentView; readonly child: ChildView }

export const blotterKey = (item: BlotterItem): string =>
  item.kind === 'parent' ? item.parent.id : `${item.parent.id} ${item.child.id}`

export function blotterItems(
  parents: readonly ParentView[],
  opened: ReadonlySet<string>,
  sort: SortOrder | null,
): readonly BlotterItem[] {
  return sortParents(parents, sort).flatMap((parent): BlotterItem[] => [
    { kind: 'parent', parent },
    ...(opened.has(parent.id) ? parent.children.map((child): BlotterItem => ({ kind: 'child', parent, child })) : []),
  ])
}

/** Latest plan first, within it as the desk gave them, unless a head was clicked. */
function sortParents(parents: readonly ParentView[], sort: SortOrder | null): readonly ParentView[] {
  const notional = (parent: ParentView): number => toFloat(parent.quantity) * parent.arrivalPriceUsd
  const key = (parent: ParentView): number | string => {
    switch (sort?.column) {
      case 'order':
        return `${parent.asset} ${parent.side}`
      case 'books':
        return parent.books
      case 'quantity':
        return notional(parent)
      case 'filled':
        return parent.filledFraction
      case 'slippage':
        return Number.isNaN(parent.slippageBps) ? Number.NEGATIVE_INFINITY : parent.slippageBps - parent.estimatedBps
      case 'fees':
        return parent.feesUsd
      case 'state':
        return parent.state
      default:
        return parent.releasedAt
    }
  }
  const down = sort?.descending ?? true
  return parents
    .map((parent, place) => ({ parent, place, key: key(parent) }))
    .sort((a, b) => {
      const order =
        typeof a.key === 'string'
          ? a.key.localeCompare(String(b.key), 'en')
          : a.key === b.key
            ? 0
            : a.key - Number(b.key)
      return (down ? -order : order) || a.place - b.place
    })
    .map(({ parent }) => parent)
}

/** Costs in basis points of what they were paid on; "—" comes from NaN where nothing was traded. */
export const costBps = (usd: number, onUsd: number): number => (onUsd > 0 ? (usd / onUsd) * 1e4 : Number.NaN)
