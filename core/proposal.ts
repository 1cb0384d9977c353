import type { Amount } from './amount.ts'
import type { ClientBookId } from './client-book.ts'
import type { AssetId } from './instruments.ts'
import type { CostSplit, Side } from './order.ts'
import type { RiskWeighing } from './risk-weighing.ts'
import type { Bps, Millis, Usd } from './units.ts'

export const CASH_FLOW_KINDS = ['deposit', 'withdrawal', 'reward', 'fee'] as const
export type CashFlowKind = (typeof CASH_FLOW_KINDS)[number]

/** Money or an asset that came in or went out. */
export interface CashFlow {
  readonly kind: CashFlowKind
  readonly asset: AssetId
  /** At the price when it moved; plus is in. */
  readonly amountUsd: Usd
}

export type Trigger =
  | { readonly kind: 'band-breach'; readonly assets: readonly AssetId[] }
  /** Everything that moved since the book was planned last, one entry per kind and asset. */
  | { readonly kind: 'cash-flow'; readonly flows: readonly CashFlow[] }
  | { readonly kind: 'manual'; readonly by: string }
  /** A date of the firm's calendar. */
  | { readonly kind: 'schedule'; readonly due: Millis }
  /** Fast volatility of the market against the usual, per year. */
  | { readonly kind: 'volatility-spike'; readonly volatility: number; readonly usual: number }
  /** The day after a trade rate went a part of the way: the next part. */
  | { readonly kind: 'continuation'; readonly way: WayLeft }

/** What a trade rate leaves of the optimiser's way for later days. */
export interface WayLeft {
  /** One-way turnover ½ Σ|goal − after|, fraction of the book. */
  readonly turnover: number
  /** The market's own time when the part before it was planned. */
  readonly since: Millis
}

/** Asked for, by a person, by money that moved, or for the whole firm; a breach of bands is not asked for. */
export type RequestTrigger = Exclude<Trigger, { kind: 'band-breach' }>

/** Why a book in need was not given a proposal, or a proposal can't be approved. A closed set with a sentence each. */
export const NON_TRIGGER_REASONS = [
  'inside-band',
  'defensive',
  'open-proposal',
  'executing',
  'cool-down',
  'paused',
  'restricted',
  'below-minimum',
  'cost-exceeds-benefit',
  'stale-price',
  'breaker-open',
  'no-cash',
  'infeasible',
  'trading-halted',
] as const
export type NonTriggerReason = (typeof NON_TRIGGER_REASONS)[number]

export type ProposalState =
  | 'open'
  | 'held'
  | 'approved'
  | 'executing'
  | 'done'
  | 'done-with-exceptions'
  | 'expired'
  | 'superseded'
  | 'dismissed'

/** Which group of the approve screen a proposal stands in. */
export type Cleanliness = 'clean' | 'warning' | 'blocked'

export type LineReason =
  | 'above-band'
  | 'below-band'
  | 'invests-proceeds'
  | 'raises-cash'
  | 'reduces-risk'
  | 'harvests-loss'
  | 'inside-band'
  | 'cost-exceeds-benefit'
  | 'restricted'
  | 'below-minimum'
  | 'at-limit'
  | 'held-back'
  | 'cash'

/** One asset of a proposal, traded or not; weights are fractions of the book's value at the snapshot. */
export interface ProposalLine {
  readonly asset: AssetId
  readonly before: number
  readonly target: number
  readonly low: number
  readonly high: number
  readonly after: number
  /** null: not traded. */
  readonly side: Side | null
  readonly quantity: Amount
  readonly notionalUsd: Usd
  readonly cost: CostSplit
  /** What the naive trade of this line (to the exact target, at market, on one venue) would have cost. */
  readonly naiveCostUsd: Usd
  readonly reason: LineReason
  /** One sentence with the numbers behind the reason. */
  readonly why: string
  /** For lines not traded: trades once the linear cost falls by this much; null where cost is not what holds it. */
  readonly tradesIfCheaperByBps: Bps | null
  /** Of a book with tax terms. */
  readonly tax?: LineTax | undefined
}

/** Tax of one line, told: paid later and not from the book's cash, so it is no part of its cost. */
export interface LineTax extends TaxTold {
  /** Of the proceeds, what comes from lots without a known cost: all of it is taken as gain. */
  readonly unknownCostUsd: Usd
}

/** At the prices and on the day of the proposal; below zero: losses save more than gains cost. */
export interface TaxTold {
  readonly taxUsd: Usd
  /** Gains less losses of the lots sold, after costs. */
  readonly shortTermGainUsd: Usd
  readonly longTermGainUsd: Usd
  /** Tax on the naive trade. */
  readonly naiveTaxUsd: Usd
}

/** Trades suggested for one client book, bound to the prices and holdings they were computed from. */
export interface Proposal {
  readonly id: string
  readonly bookId: ClientBookId
  readonly state: ProposalState
  readonly trigger: Trigger
  readonly cleanliness: Cleanliness
  /** Sentences behind warning or blocked. */
  readonly remarks: readonly string[]
  /** Hash of prices, holdings, model version, bands and restrictions it was computed from. */
  readonly snapshot: string
  readonly valueUsd: Usd
  readonly lines: readonly ProposalLine[]
  readonly buyUsd: Usd
  readonly sellUsd: Usd
  /** ½ Σ|Δ|, fraction of the book. */
  readonly turnover: number
  readonly cost: CostSplit
  readonly naiveCost: CostSplit
  /** Of a book with tax terms. */
  readonly tax?: TaxTold | undefined
  /** Ex-ante, per year. */
  readonly trackingErrorBefore: number
  readonly trackingErrorAfter: number
  /** Largest band position over the lines, in half-widths. */
  readonly worstBefore: { readonly asset: AssetId; readonly position: number }
  readonly worstAfter: { readonly asset: AssetId; readonly position: number }
  /** True where a risk number rests on the prior instead of history. */
  readonly riskIsPrior: boolean
  readonly automatic: boolean
  /** Left out where the whole way is gone, but for less than may be traded. */
  readonly wayLeft?: WayLeft
  /** Left out where risk aversion is the book's own and no company was kept from it. */
  readonly weighing?: RiskWeighing
  readonly createdAt: Millis
  readonly expiresAt: Millis
}
