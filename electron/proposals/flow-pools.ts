import { addCosts, costSplit } from '../../core/decisions/cost-split.ts'
import { type CostParts, slabCost } from '../../core/decisions/ladder-cost.ts'
import type { AssetId, VenueId } from '../../core/instruments.ts'
import type { CostSplit, Side } from '../../core/order.ts'
import { type CostCurve, costOnVenue, routedShares, type VenueCost } from '../../workers/microstructure/index.ts'

/** What one book would trade of an asset, and where it can. */
export interface PoolTrade {
  readonly asset: AssetId
  readonly side: Side
  readonly notionalUsd: number
  readonly curve: CostCurve
  /** It goes after those that don't: they are not to pay for what may never be traded. Absent: no. */
  readonly waits?: boolean
}

/** Flow of the firm beside a plan's own, USD per asset and side. */
export interface FlowBeside {
  /** Open proposals of other books: approved together they go out in the same blocks. */
  proposedUsd(asset: AssetId, side: Side): number
  /** What the books of those proposals would trade naively. */
  naiveUsd(asset: AssetId, side: Side): number
  /** Traded or approved earlier the same day. */
  tradedUsd(asset: AssetId, side: Side): number
}

/**
 * What the trades of many books cost when they go out together, as they do: one block per asset and side, split over
 * the venues that it would be routed to, every book with at most its own inventory there, each venue at the average
 * price of everybody's flow on it. So identical clients pay the same, and the costs add up to what the pool costs:
 *
 *     cost_i = Σ_v q_iv·(C_v(D_v + S_v) − C_v(D_v))/S_v,    S_v = Σ_i q_iv
 *
 * for fee, spread and impact each, with C_v the walk of the venue's order book and D what other books have open
 * proposals for. Those that wait are a block of their own behind it, D_v + S_v further on. What was traded earlier today
 * is not in it: cost is measured from the mid at release, and order books show by then what those trades have left.
 * Answers in the order of the trades.
 */
export function poolCosts(trades: readonly PoolTrade[], beside: Pick<FlowBeside, 'proposedUsd'>): readonly CostSplit[] {
  return perPool(trades, (pool) => shareCost(pool, beside.proposedUsd(pool[0]!.asset, pool[0]!.side)))
}

/** Where each trade of such a pool would go: USD per venue, in the order of the trades. */
export const poolSplits = (trades: readonly PoolTrade[]): readonly ReadonlyMap<VenueId, number>[] =>
  perPool(trades, (pool) => {
    const splits: ReadonlyMap<VenueId, number>[] = Array.from({ length: pool.length })
    for (const { members, shares } of blocksOf(pool))
      for (const at of members) splits[at] = splitOver(pool[at]!, shares)
    return splits
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
  const venues = pooledVenues(pool)
  const done = new Map<VenueId, number>()
  const costs: CostSplit[] = Array.from({ length: pool.length })
  for (const { members, shares } of blocksOf(pool)) {
    if (done.size === 0) for (const [venue, share] of shares) done.set(venue, besideUsd * share)
    const parts = members.map((at) => splitOver(pool[at]!, shares))
    const flow = new Map<VenueId, number>()
    for (const part of parts) for (const [venue, notional] of part) add(flow, venue, notional)
    const slabs = new Map<VenueId, CostParts>()
    for (const [venue, notional] of flow)
      if (notional > 0)
        slabs.set(
          venue,
          slabCost((usd) => costOnVenue(venues.get(venue)!, usd), done.get(venue) ?? 0, notional),
        )
    members.forEach((at, i) => {
      costs[at] = shareOf(parts[i]!, slabs, flow)
    })
    for (const [venue, notional] of flow) add(done, venue, notional)
  }
  return costs
}

/** Pro rata by what a trade has of each venue's flow. */
function shareOf(
  part: ReadonlyMap<VenueId, number>,
  slabs: ReadonlyMap<VenueId, CostParts>,
  flow: ReadonlyMap<VenueId, number>,
): CostSplit {
  return addCosts(
    [...part].flatMap(([venue, notional]) => {
      const slab = slabs.get(venue)
      return slab === undefined ? [] : [costSplit(slab, notional / flow.get(venue)!)]
    }),
  )
}

interface Block {
  /** Places in the pool. */
  readonly members: readonly number[]
  /** Part of the block that the router would send to each venue. */
  readonly shares: ReadonlyMap<VenueId, number>
}

/** What goes first, routed by itself; then what waits, in the proportions in which all of it would be routed. */
function blocksOf(pool: readonly PoolTrade[]): readonly Block[] {
  const [first, last]: [number[], number[]] = [[], []]
  pool.forEach(({ waits }, at) => (waits === true ? last : first).push(at))
  const blocks: Block[] = []
  if (first.length > 0) blocks.push({ members: first, shares: venueShares(first.map((at) => pool[at]!)) })
  if (last.length > 0) blocks.push({ members: last, shares: venueShares(pool) })
  return blocks
}

/** Every venue that a member can use, with all members' inventory there. */
function pooledVenues(pool: readonly PoolTrade[]): ReadonlyMap<VenueId, VenueCost> {
  const pooled = new Map<VenueId, VenueCost>()
  for (const { curve } of pool)
    for (const venue of curve.venues) {
      const before = pooled.get(venue.venue)
      pooled.set(venue.venue, before === undefined ? venue : { ...venue, capacity: before.capacity + venue.capacity })
    }
  return pooled
}

function venueShares(pool: readonly PoolTrade[]): ReadonlyMap<VenueId, number> {
  const total = pool.reduce((sum, { notionalUsd }) => sum + notionalUsd, 0)
  const parts = routedShares({ venues: [...pooledVenues(pool).values()] }, total)
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
