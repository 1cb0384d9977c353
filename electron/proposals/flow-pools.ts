import type { AssetId, VenueId } from '../../core/instruments.ts'
import type { CostSplit, Side } from '../../core/order.ts'
import { usd } from '../../core/units.ts'
import { type CostCurve, routedShares } from '../../workers/microstructure/index.ts'
import { poolPrice } from '../../workers/optimizer/index.ts'

/** What one book would trade of an asset, and where it can. */
export interface PoolTrade {
  readonly asset: AssetId
  readonly side: Side
  readonly notionalUsd: number
  readonly curve: CostCurve
}

/** Flow of the firm beside a plan's own, USD per asset and side. */
export interface FlowBeside {
  /** Open proposals of other books: approved together they go out in the same blocks. */
  proposedUsd(asset: AssetId, side: Side): number
  /** Traded or approved earlier the same day. */
  tradedUsd(asset: AssetId, side: Side): number
}

/**
 * What the trades of many books cost when they go out together, as they do: one block per asset and side, split over
 * the venues that it would be routed to, every book with at most its own inventory there, impact at the average price
 * of everybody's flow on that venue. So identical clients pay the same, and the costs add up to what the pool costs:
 *
 *     cost_i = Σ_v q_iv·(fee_v + halfSpread_v + p_v),    p_v = K_v·((D_v+S_v)^{3/2} − D_v^{3/2})/S_v,    S_v = Σ_i q_iv
 *
 * with D what other books have open proposals for. What was traded earlier today is not in it: cost is measured from
 * the mid at release, and order books show by then what those trades have left. Answers in the order of the trades.
 */
export function poolCosts(trades: readonly PoolTrade[], beside: Pick<FlowBeside, 'proposedUsd'>): readonly CostSplit[] {
  return perPool(trades, (pool) => shareCost(pool, beside.proposedUsd(pool[0]!.asset, pool[0]!.side)))
}

/** Where each trade of such a pool would go: USD per venue, in the order of the trades. */
export const poolSplits = (trades: readonly PoolTrade[]): readonly ReadonlyMap<VenueId, number>[] =>
  perPool(trades, (pool) => {
    const shares = venueShares(pool)
    return pool.map((trade) => splitOver(trade, shares))
  })

/** Asks pool by pool; answers in the order of the trades. */
function perPool<T>(
  trades: readonly PoolTrade[],
  answersOf: (pool: readonly PoolTrade[]) => readonly T[],
): readonly T[] {
  const answers: T[] = Array.from({ length: trades.length })
  const pools = new Map<string, number[]>()
  trades.forEach(({ asset, side }, at) => {
    const key = `${side} ${asset}`
    const members = pools.get(key)
    if (members === undefined) pools.set(key, [at])
    else members.push(at)
  })
  for (const members of pools.values()) {
    const own = answersOf(members.map((at) => trades[at]!))
    members.forEach((at, i) => {
      answers[at] = own[i]!
    })
  }
  return answers
}

function shareCost(pool: readonly PoolTrade[], besideUsd: number): readonly CostSplit[] {
  const shares = venueShares(pool)
  const parts = pool.map((trade) => splitOver(trade, shares))
  const flow = new Map<VenueId, number>()
  for (const part of parts) for (const [venue, notional] of part) add(flow, venue, notional)
  return pool.map(({ curve }, i) => {
    let [fee, spread, impact] = [0, 0, 0]
    for (const venue of curve.venues) {
      const notional = parts[i]!.get(venue.venue) ?? 0
      fee += notional * venue.fee
      spread += notional * venue.halfSpread
      const price = poolPrice(venue.impact, besideUsd * (shares.get(venue.venue) ?? 0), flow.get(venue.venue) ?? 0)
      impact += notional * price
    }
    return { feeUsd: usd(fee), spreadUsd: usd(spread), impactUsd: usd(impact), totalUsd: usd(fee + spread + impact) }
  })
}

/** Part of the pool that the router would send to each venue, with all members' inventory. */
function venueShares(pool: readonly PoolTrade[]): ReadonlyMap<VenueId, number> {
  const merged = new Map<VenueId, CostCurve['venues'][number]>()
  for (const { curve } of pool)
    for (const venue of curve.venues) {
      const before = merged.get(venue.venue)
      merged.set(venue.venue, before === undefined ? venue : { ...venue, capacity: before.capacity + venue.capacity })
    }
  const total = pool.reduce((sum, { notionalUsd }) => sum + notionalUsd, 0)
  const parts = routedShares({ venues: [...merged.values()] }, total)
  const routed = parts.reduce((sum, [, part]) => sum + part, 0)
  return new Map(parts.map(([venue, part]) => [venue, routed > 0 ? part / routed : 0]))
}

/**
 * One book's trade over the venues: in the pool's proportions as far as its inventory reaches, what is left where it
 * has some, the cheapest first; what no inventory covers in the proportions of what it does.
 */
function splitOver(
  { curve, notionalUsd }: PoolTrade,
  shares: ReadonlyMap<VenueId, number>,
): ReadonlyMap<VenueId, number> {
  const parts = new Map<VenueId, number>()
  let left = notionalUsd
  for (const { venue, capacity } of curve.venues) {
    const part = Math.min(capacity, notionalUsd * (shares.get(venue) ?? 0))
    parts.set(venue, part)
    left -= part
  }
  for (const { venue, capacity } of [...curve.venues].sort((a, b) => a.linear - b.linear)) {
    const more = Math.min(Math.max(0, left), capacity - parts.get(venue)!)
    add(parts, venue, more)
    left -= more
  }
  const placed = notionalUsd - left
  if (left > 1e-9 * notionalUsd && placed > 0)
    for (const [venue, part] of parts) parts.set(venue, (part * notionalUsd) / placed)
  return parts
}

const add = (totals: Map<VenueId, number>, venue: VenueId, notional: number): void =>
  void totals.set(venue, (totals.get(venue) ?? 0) + notional)
