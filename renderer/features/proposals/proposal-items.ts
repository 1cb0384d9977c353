import type { Proposal, ProposalLine } from '../../../core/proposal.ts'
import type { SortOrder } from '../../state/layout.ts'
import { GROUP_KINDS, type GroupKind, groupOf, leftOutOf, savedShare, tradedLines, untradedLines } from './batch.ts'

/** A row of the approve screen. */
export type ProposalItem =
  | { readonly kind: 'group'; readonly group: GroupKind; readonly proposals: readonly Proposal[] }
  | { readonly kind: 'proposal'; readonly proposal: Proposal; readonly name: string }
  | { readonly kind: 'line'; readonly proposal: Proposal; readonly line: ProposalLine }
  | { readonly kind: 'rest'; readonly proposal: Proposal; readonly count: number; readonly shown: boolean }

/** Of the book, not of the proposal: computing it again must not move the cursor. */
export function itemKey(item: ProposalItem): string {
  switch (item.kind) {
    case 'group':
      return `group ${item.group}`
    case 'proposal':
      return item.proposal.bookId
    case 'line':
      return `${item.proposal.bookId} ${item.line.asset}`
    case 'rest':
      return `${item.proposal.bookId} rest`
  }
}

export interface ItemOptions {
  nameOf(bookId: string): string
  readonly sort: SortOrder | null
  /** Books whose lines are shown, and of those the ones whose untraded lines are shown too. */
  readonly opened: ReadonlySet<string>
  readonly withRest: ReadonlySet<string>
}

export function proposalItems(proposals: readonly Proposal[], options: ItemOptions): readonly ProposalItem[] {
  const items: ProposalItem[] = []
  for (const group of GROUP_KINDS) {
    const ofGroup = sortProposals(
      proposals.filter((proposal) => groupOf(proposal) === group),
      options,
    )
    if (ofGroup.length === 0) continue
    items.push({ kind: 'group', group, proposals: ofGroup })
    for (const proposal of ofGroup) {
      items.push({ kind: 'proposal', proposal, name: options.nameOf(proposal.bookId) })
      if (!options.opened.has(proposal.bookId)) continue
      const leftOut = new Set(leftOutOf(proposal))
      for (const line of proposal.lines) {
        if (line.side !== null || leftOut.has(line.asset)) items.push({ kind: 'line', proposal, line })
      }
      const rest = untradedLines(proposal).filter((line) => !leftOut.has(line.asset))
      if (rest.length === 0) continue
      const shown = options.withRest.has(proposal.bookId)
      items.push({ kind: 'rest', proposal, count: rest.length, shown })
      if (shown) for (const line of rest) items.push({ kind: 'line', proposal, line })
    }
  }
  return items
}

/** By the worst line unless a head was clicked. */
function sortProposals(
  proposals: readonly Proposal[],
  options: Pick<ItemOptions, 'nameOf' | 'sort'>,
): readonly Proposal[] {
  const column = options.sort?.column ?? 'position'
  const key = (proposal: Proposal): number | string => {
    switch (column) {
      case 'client':
        return options.nameOf(proposal.bookId)
      case 'trades':
        return tradedLines(proposal).length
      case 'buy':
        return proposal.buyUsd
      case 'sell':
        return proposal.sellUsd
      case 'trackingError':
        return proposal.trackingErrorBefore
      case 'cost':
        return proposal.cost.totalUsd
      case 'saved':
        return savedShare(proposal.cost.totalUsd, proposal.naiveCost.totalUsd) ?? -1
      default:
        return Math.abs(proposal.worstBefore.position)
    }
  }
  const down = options.sort?.descending ?? true
  return [...proposals].sort((a, b) => {
    const left = key(a)
    const right = key(b)
    const order = typeof left === 'string' ? left.localeCompare(String(right), 'en') : left - Number(right)
    return (down ? -order : order) || a.bookId.localeCompare(b.bookId)
  })
}
