import { type Amount, add, ZERO } from '../../../core/amount.ts'
import { bandPosition } from '../../../core/band.ts'
import type { ApprovalRequest } from '../../../core/contracts/proposals-view.ts'
import type { AssetId } from '../../../core/instruments.ts'
import type { CostSplit, Side } from '../../../core/order.ts'
import type { Cleanliness, Proposal, ProposalLine } from '../../../core/proposal.ts'

/** The groups of the approve screen, in the order they are read: what is blocked before the total is. */
export type GroupKind = Cleanliness | 'held'
export const GROUP_KINDS: readonly GroupKind[] = ['blocked', 'warning', 'clean', 'held']

/** null: decided already, no longer on this screen. */
export function groupOf(proposal: Proposal): GroupKind | null {
  if (proposal.state === 'held') return 'held'
  return proposal.state === 'open' || proposal.state === 'approved' ? proposal.cleanliness : null
}

/** What the person ticked or unticked, by proposal; the rest follows the rule: clean is ticked. */
export type Ticks = ReadonlyMap<string, boolean>

export function isTicked(proposal: Proposal, ticks: Ticks): boolean {
  const group = groupOf(proposal)
  if (group === 'clean') return ticks.get(proposal.id) ?? true
  return group === 'warning' && (ticks.get(proposal.id) ?? false)
}

export const tradedLines = (proposal: Proposal): readonly ProposalLine[] =>
  proposal.lines.filter((line) => line.side !== null)
export const untradedLines = (proposal: Proposal): readonly ProposalLine[] =>
  proposal.lines.filter((line) => line.side === null && line.reason !== 'cash')
/** Assets the person left out of this proposal: they stay in view, unticked. */
export const leftOutOf = (proposal: Proposal): readonly AssetId[] =>
  proposal.lines.filter((line) => line.reason === 'held-back').map((line) => line.asset)

const ofLine = (line: ProposalLine, weight: number): number =>
  bandPosition(weight, line.target, { low: line.low, high: line.high })
export const positionBefore = (line: ProposalLine): number => ofLine(line, line.before)
export const positionAfter = (line: ProposalLine): number => ofLine(line, line.after)

export interface BatchTotals {
  readonly books: number
  readonly trades: number
  readonly buyUsd: number
  readonly sellUsd: number
  /** ½ Σ|Δ| over all, as a fraction of their value. */
  readonly turnover: number
  readonly cost: CostParts
  readonly naive: CostParts
  /** 1e4 · cost ÷ traded value. */
  readonly costBps: number
  /** Means over the books, of the largest half-widths. */
  readonly positionBefore: number
  readonly positionAfter: number
  /** Weighted by value, fractions a year. */
  readonly trackingErrorBefore: number
  readonly trackingErrorAfter: number
  readonly largestTradeUsd: number
  /** Of the proposals that tell their tax; null where none does. */
  readonly tax: { readonly books: number; readonly told: number; readonly naive: number } | null
}
interface CostParts {
  readonly fee: number
  readonly spread: number
  readonly impact: number
  readonly total: number
}

export function batchTotals(proposals: readonly Proposal[]): BatchTotals {
  const sum = (pick: (proposal: Proposal) => number): number => proposals.reduce((total, each) => total + pick(each), 0)
  const parts = (pick: (proposal: Proposal) => CostSplit): CostParts => ({
    fee: sum((each) => pick(each).feeUsd),
    spread: sum((each) => pick(each).spreadUsd),
    impact: sum((each) => pick(each).impactUsd),
    total: sum((each) => pick(each).totalUsd),
  })
  const value = sum((each) => each.valueUsd) || 1
  const count = proposals.length || 1
  const buyUsd = sum((each) => each.buyUsd)
  const sellUsd = sum((each) => each.sellUsd)
  const cost = parts((each) => each.cost)
  const taxed = proposals.filter((each) => each.tax !== undefined)
  return {
    books: proposals.length,
    trades: sum((each) => tradedLines(each).length),
    buyUsd,
    sellUsd,
    turnover: sum((each) => each.turnover * each.valueUsd) / value,
    cost,
    naive: parts((each) => each.naiveCost),
    costBps: buyUsd + sellUsd > 0 ? (cost.total / (buyUsd + sellUsd)) * 1e4 : 0,
    positionBefore: sum((each) => Math.abs(each.worstBefore.position)) / count,
    positionAfter: sum((each) => Math.abs(each.worstAfter.position)) / count,
    trackingErrorBefore: sum((each) => each.trackingErrorBefore * each.valueUsd) / value,
    trackingErrorAfter: sum((each) => each.trackingErrorAfter * each.valueUsd) / value,
    largestTradeUsd: Math.max(0, ...proposals.flatMap((each) => tradedLines(each).map((line) => line.notionalUsd))),
    tax:
      taxed.length === 0
        ? null
        : {
            books: taxed.length,
            told: sum((each) => each.tax?.taxUsd ?? 0),
            naive: sum((each) => each.tax?.naiveTaxUsd ?? 0),
          },
  }
}

/** Share of the naive cost that is saved; null where naive would cost nothing. */
export const savedShare = (cost: number, naive: number): number | null => (naive > 0 ? 1 - cost / naive : null)

export interface Selection {
  readonly ticked: readonly Proposal[]
  readonly clean: number
  readonly warnings: number
  /** What stays behind, ticked or not. */
  readonly warningsLeft: number
  readonly blocked: number
  readonly request: ApprovalRequest
  /** "28 clean", "28 clean, 2 with warnings", "3 ticked". */
  readonly label: string
}

/** What approving now would approve. All clean and nothing else is one request that the desk resolves itself. */
export function selectionOf(proposals: readonly Proposal[], ticks: Ticks): Selection {
  const open = proposals.filter((proposal) => proposal.state === 'open')
  const ticked = open.filter((proposal) => isTicked(proposal, ticks))
  const of = (kind: Cleanliness, among: readonly Proposal[]): number =>
    among.filter((proposal) => proposal.cleanliness === kind).length
  const clean = of('clean', ticked)
  const warnings = of('warning', ticked)
  const allClean = of('clean', open)
  const label =
    clean === allClean && warnings === 0
      ? `${clean} clean`
      : clean === allClean
        ? `${clean} clean, ${warnings} with warnings`
        : `${ticked.length} ticked`
  return {
    ticked,
    clean,
    warnings,
    warningsLeft: of('warning', open) - warnings,
    blocked: of('blocked', open),
    request:
      clean === allClean && warnings === 0
        ? { kind: 'all-clean' }
        : { kind: 'selected', proposalIds: ticked.map((proposal) => proposal.id) },
    label,
  }
}

/** One asset and side over all books of the selection. */
export interface NetTrade {
  readonly key: string
  readonly asset: AssetId
  readonly side: Side
  readonly quantity: Amount
  readonly notionalUsd: number
  readonly largestUsd: number
  readonly fee: number
  readonly spread: number
  readonly impact: number
  readonly cost: number
  /** Of the legs whose books tell it; null where none does. */
  readonly tax: number | null
  readonly legs: readonly { readonly proposal: Proposal; readonly line: ProposalLine }[]
}

/** Largest first; legs too. */
export function netTrades(proposals: readonly Proposal[]): readonly NetTrade[] {
  const legs = new Map<string, { proposal: Proposal; line: ProposalLine }[]>()
  for (const proposal of proposals) {
    for (const line of tradedLines(proposal)) {
      const key = `${line.side} ${line.asset}`
      const group = legs.get(key) ?? []
      group.push({ proposal, line })
      legs.set(key, group)
    }
  }
  return [...legs]
    .map(([key, group]): NetTrade => {
      const sum = (pick: (line: ProposalLine) => number): number =>
        group.reduce((total, { line }) => total + pick(line), 0)
      return {
        key,
        asset: group[0]!.line.asset,
        side: group[0]!.line.side!,
        quantity: group.reduce<Amount>((total, { line }) => add(total, line.quantity), ZERO),
        notionalUsd: sum((line) => line.notionalUsd),
        largestUsd: Math.max(...group.map(({ line }) => line.notionalUsd)),
        fee: sum((line) => line.cost.feeUsd),
        spread: sum((line) => line.cost.spreadUsd),
        impact: sum((line) => line.cost.impactUsd),
        cost: sum((line) => line.cost.totalUsd),
        tax: group.some(({ line }) => line.tax !== undefined) ? sum((line) => line.tax?.taxUsd ?? 0) : null,
        legs: group.sort((a, b) => b.line.notionalUsd - a.line.notionalUsd),
      }
    })
    .sort((a, b) => b.notionalUsd - a.notionalUsd)
}
