import type { Amount } from '../amount.ts'
import type { ClientBookId } from '../client-book.ts'
import type { AssetId, MarketKey, VenueId } from '../instruments.ts'
import type { ChildState, CostSplit, ParentState, Side } from '../order.ts'

export interface BlotterView {
  readonly at: number
  readonly parents: readonly ParentView[]
  readonly totals: {
    readonly orderedUsd: number
    readonly filledUsd: number
    readonly slippageBps: number
    readonly estimatedBps: number
    readonly feesUsd: number
  }
}

export interface ParentView {
  readonly id: string
  readonly planId: string
  readonly releasedAt: number
  readonly approval: 'advisor' | 'mandate'
  readonly asset: AssetId
  readonly side: Side
  readonly segregatedBook: ClientBookId | null
  readonly books: number
  readonly quantity: Amount
  readonly filledQuantity: Amount
  readonly filledFraction: number
  readonly averagePriceUsd: number
  readonly arrivalPriceUsd: number
  /** Plus costs us, minus is better than arrival; excluding fees. NaN before the first fill. */
  readonly slippageBps: number
  readonly estimatedBps: number
  readonly venueShares: readonly { readonly venue: VenueId; readonly fraction: number }[]
  readonly feesUsd: number
  readonly schedule: string
  readonly state: ParentState
  readonly why: string
  readonly children: readonly ChildView[]
}

export interface ChildView {
  readonly id: string
  readonly venue: VenueId
  readonly market: MarketKey
  readonly quantity: Amount
  readonly filledQuantity: Amount
  readonly filledFraction: number
  /** Quote currency. */
  readonly averagePrice: number
  /** At the price the quote currency had when it was planned. NaN before the first fill. */
  readonly averagePriceUsd: number
  readonly limitPrice: number
  readonly feesUsd: number
  readonly kind: string
  readonly state: ChildState
  readonly why: string | null
  readonly at: number
}

export interface ParentDetail {
  readonly parent: ParentView
  readonly allocations: readonly {
    readonly bookId: ClientBookId
    readonly clientName: string
    readonly intended: Amount
    readonly allocated: Amount
    readonly share: number
    readonly offProRataSteps: number
  }[]
  /** Fills of the venues minus allocations: 0 exactly, or the part not yet allocated. */
  readonly sumCheck: Amount
  readonly filled: Amount
  readonly events: readonly { readonly at: number; readonly text: string }[]
  readonly estimated: CostSplit
  readonly realised: CostSplit
}
