import {
  type CostParts,
  costOnLadder,
  heldBy,
  type LadderCost,
  marginalOnLadder,
} from '../../core/decisions/ladder-cost.ts'
import type { VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import { type CostSource, MergedCost, sourceCost } from './infimal-convolution.ts'
import type { MarketQuality } from './market-quality.ts'

/**
 * What a trade of q USD costs on one venue: walked through its order book where there is one at hand, else by the
 * market's fitted curve, `(spread + fee)·q + impact·q^{3/2}`. `linear` is the first unit's cost either way.
 */
export interface VenueCost extends CostSource {
  readonly venue: VenueId
  /**
   * Fractions of traded value, of the first unit; they sum to `linear`. The spread is half the quoted one on average,
   * or by the order book: its best price against the asset's, below zero where the venue is better.
   */
  readonly spread: number
  readonly fee: number
  readonly ladder: LadderCost | null
}

export function venueCost(market: MarketQuality, side: Side, capacity: number, ladder: LadderCost | null): VenueCost {
  const spread = ladder?.spread ?? market.halfSpreadBps / 1e4
  const fee = ladder?.fees[0] ?? market.takerBps / 1e4
  return { venue: market.venue, spread, fee, linear: spread + fee, impact: impactScale(market, side), capacity, ladder }
}

/** K of the fitted curve, per √USD: `Y·σ_daily/√ADV`. */
export function impactScale(market: MarketQuality, side: Side): number {
  const impactY = side === 'buy' ? market.impactBuyY : market.impactSellY
  return (impactY * market.sigmaDaily) / Math.sqrt(market.advUsd)
}

/** USD that q USD cost on this venue alone. */
export function costOnVenue(venue: VenueCost, usd: number): CostParts {
  if (venue.ladder !== null) return costOnLadder(venue.ladder, usd)
  const [fee, spread] = [venue.fee * usd, venue.spread * usd]
  return { fee, spread, impact: sourceCost(venue, usd) - fee - spread }
}

/** Of the last of q USD, fraction of traded value. */
export const marginalOnVenue = (venue: VenueCost, usd: number): number =>
  venue.ladder === null ? venue.linear + 1.5 * venue.impact * Math.sqrt(usd) : marginalOnLadder(venue.ladder, usd)

/** The venues as one, each by its levels and what goes on beyond them; for quantities up to `reachUsd`. */
export class MergedVenues {
  readonly #merged: MergedCost
  /** Venue of each source; null where every venue is one source. */
  readonly #owners: readonly number[]
  readonly #count: number
  /** USD that the venues take together, where that is less than the reach. */
  readonly capacity: number

  constructor(venues: readonly VenueCost[], reachUsd: number) {
    const sources: CostSource[] = []
    const owners: number[] = []
    venues.forEach((venue, v) => {
      addSources(sources, venue, reachUsd)
      while (owners.length < sources.length) owners.push(v)
    })
    this.#merged = new MergedCost(sources)
    this.#owners = owners
    this.#count = venues.length
    this.capacity = this.#merged.capacity
  }

  marginal(usd: number): number {
    return this.#merged.marginal(usd)
  }
  cost(usd: number): number {
    return this.#merged.cost(usd)
  }
  /** USD per venue. */
  split(usd: number): Float64Array {
    const parts = new Float64Array(this.#count)
    this.#merged.split(usd).forEach((part, s) => {
      parts[this.#owners[s]!]! += part
    })
    return parts
  }
}

/** A price level is a source of one cost; what lies beyond the last level is the rest of a curve that meets it there. */
function addSources(sources: CostSource[], venue: VenueCost, reachUsd: number): void {
  const { ladder } = venue
  if (ladder === null) {
    sources.push(venue)
    return
  }
  const { ends, fees, impacts, spread, tailImpact } = ladder
  const most = Math.min(venue.capacity, reachUsd)
  let start = 0
  for (let i = 0; i < ends.length && start < most; i++) {
    const end = Math.min(ends[i]!, most)
    sources.push({ linear: fees[i]! + spread + impacts[i]!, impact: 0, capacity: end - start })
    start = end
  }
  const from = heldBy(ladder)
  if (from >= most) return
  const linear = marginalOnLadder(ladder, from) - 1.5 * tailImpact * Math.sqrt(from)
  sources.push({ linear, impact: tailImpact, capacity: most - from, from })
}
