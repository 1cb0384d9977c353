import type { Amount } from '../amount.ts'
import type { ClientBook, Restriction } from '../client-book.ts'
import type { AssetId, VenueId } from '../instruments.ts'
import type { KeptRule } from '../kept-share.ts'
import type { Side } from '../order.ts'
import type { LineReason, NonTriggerReason, Proposal } from '../proposal.ts'
import type { Term } from '../tax-terms.ts'
import type { BookStatus, RegimeView } from './monitor-view.ts'
import type { BookRiskView } from './risk-and-rules-view.ts'

export interface ClientBookView {
  readonly book: ClientBook
  readonly modelName: string
  readonly modelVersion: number
  readonly at: number
  readonly valueUsd: number
  readonly driftOneWay: number
  readonly trackingErrorBps: number
  readonly riskIsPrior: boolean
  readonly status: BookStatus
  readonly nonTrigger: { readonly reason: NonTriggerReason; readonly why: string } | null
  readonly lines: readonly ClientBookLine[]
  readonly proposal: Proposal | null
  readonly cash: {
    readonly weight: number
    readonly target: number
    readonly reserve: number
    readonly freeUsd: number
    readonly byVenue: readonly {
      readonly venue: VenueId
      readonly asset: AssetId
      readonly quantity: Amount
      readonly usd: number
    }[]
  }
  readonly regime: RegimeView
  readonly risk: BookRiskView
  readonly restrictions: readonly Restriction[]
  /** Sales of this calendar year, UTC. */
  readonly realised: RealisedGains
  readonly lastRebalanceAt: number | null
  readonly events: readonly { readonly at: number; readonly text: string }[]
}

/** Of lots sold, after fees; gains by term and tax only of sales made under tax terms. */
export interface RealisedGains {
  readonly year: number
  readonly sales: number
  /** Of sales whose lots had a known cost. */
  readonly gainUsd: number
  /** Null where no sale was made under tax terms. */
  readonly underTerms: {
    readonly shortTermGainUsd: number
    readonly longTermGainUsd: number
    readonly taxUsd: number
  } | null
  /** The newest SOLD_LOTS, newest first. */
  readonly lots: readonly SoldLotView[]
}
export const SOLD_LOTS = 200

/** What one fill took from one lot. */
export interface SoldLotView {
  readonly soldAt: number
  readonly acquiredAt: number
  readonly venue: VenueId
  readonly asset: AssetId
  readonly quantity: Amount
  /** After fees. */
  readonly proceedsUsd: number
  /** Null where the lot's cost is not known. */
  readonly costUsd: number | null
  /** Null where the book had no tax terms. */
  readonly tax: { readonly term: Term; readonly gainUsd: number; readonly taxUsd: number } | null
}

export interface ClientBookLine {
  readonly asset: AssetId
  readonly quantity: Amount
  /** NaN where unable to check, with the reason in `priceWhy`. */
  readonly priceUsd: number
  readonly priceAgeSeconds: number
  readonly priceWhy: string | null
  readonly valueUsd: number
  readonly weight: number
  readonly target: number
  readonly low: number
  readonly high: number
  /** Before the regime multiplier. */
  readonly baseLow: number
  readonly baseHigh: number
  readonly position: number
  /** Distance to the nearest edge in weight points; negative when outside. */
  readonly toEdge: number
  readonly gainShortTermUsd: number
  readonly gainLongTermUsd: number
  readonly byVenue: readonly { readonly venue: VenueId; readonly quantity: Amount }[]
  readonly band: {
    readonly rule: string
    readonly relativeHalf: number | null
    readonly floorHalf: number | null
    readonly baseHalf: number
    readonly multiplier: number
    /** Of the risk profile. */
    readonly profileFactor: number
    readonly half: number
    readonly cutBy: string | null
  }
  /** What it is not sold below to hedge another line; null where nothing is kept. */
  readonly kept: KeptRule | null
  /** Volatility class of the asset's own prices, explained; null without any. The band follows the market's. */
  readonly ownRegime: string | null
  readonly lots: readonly {
    readonly acquiredAt: number
    readonly venue: VenueId
    readonly quantity: Amount
    readonly unitCostUsd: number | null
    readonly gainUsd: number | null
  }[]
  /** What the open proposal says of this line, or why nothing is planned. */
  readonly plan: {
    readonly reason: LineReason
    readonly side: Side | null
    readonly notionalUsd: number
    readonly after: number
    readonly why: string
  } | null
}

export interface WeightHistory {
  readonly asset: AssetId
  /** Times in milliseconds, oldest first; equally long columns. */
  readonly times: Float64Array
  readonly weights: Float64Array
  readonly lows: Float64Array
  readonly highs: Float64Array
  readonly target: number
  /** Before this the weights are today's holdings at past prices: the book was not watched yet. */
  readonly recordedFrom: number
  readonly rebalances: readonly number[]
}
