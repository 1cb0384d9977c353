import { toFloat } from '../amount.ts'
import { assert } from '../assert.ts'
import type { Holding } from '../client-book.ts'
import { type AssetId, CASH, isSettlementAsset, type VenueId } from '../instruments.ts'
import type { CostSplit, Side } from '../order.ts'
import { usd } from '../units.ts'
import { costOnLadder, heldBy, type LadderCost } from './ladder-cost.ts'

export interface NaiveRequest {
  readonly holdings: readonly Pick<Holding, 'venue' | 'asset' | 'quantity'>[]
  /** Targets of the model, CASH included or not; an asset held without a target is sold. */
  readonly targets: readonly { readonly asset: AssetId; readonly target: number }[]
  /** USD mid: values the book and is the arrival price that costs are measured from. */
  readonly priceUsd: (asset: AssetId) => number
  /** Against the same price; null where the venue does not trade the asset or its order book can't be used. */
  readonly ladder: (venue: VenueId, asset: AssetId, side: Side) => LadderCost | null
  readonly venues: readonly VenueId[]
}

export interface NaiveLine {
  readonly asset: AssetId
  readonly side: Side
  readonly quantity: number
  /** At the arrival price. */
  readonly notionalUsd: number
  readonly cost: CostSplit
}

export interface NaiveOutcome {
  readonly lines: readonly NaiveLine[]
  readonly total: CostSplit
  readonly valueUsd: number
  /** Sentences: order books that were too thin, or missing. */
  readonly remarks: readonly string[]
}

/**
 * What the naive rebalance of one client book would cost now (QUANT, measures of success): every asset to its exact
 * target, at market. Each sale is split over the venues by where the holding is; all buys go to the venue with the
 * most quote cash once the sales are done, whether or not it is enough. No tolerance, no patience, no netting.
 *
 * Walked through the same order books and with the same formulas (`LadderCost`) as what a proposal is told to cost, so
 * that a saving is one of doing and not of reckoning.
 */
export function naiveCost(request: NaiveRequest): NaiveOutcome {
  const { holdings, priceUsd, venues } = request
  const worth = (held: NaiveRequest['holdings'][number]): number =>
    held.quantity === 0n ? 0 : toFloat(held.quantity) * priceUsd(held.asset)
  const valueUsd = holdings.reduce((total, held) => total + worth(held), 0)
  assert(valueUsd > 0, `the value of a client book is above zero, not ${valueUsd}`)
  const cashUsd = new Map<VenueId, number>(venues.map((venue) => [venue, 0]))
  for (const held of holdings) {
    if (isSettlementAsset(held.asset)) cashUsd.set(held.venue, (cashUsd.get(held.venue) ?? 0) + worth(held))
  }
  const remarks: string[] = []
  const lines: NaiveLine[] = []
  const take = (side: Side, asset: AssetId, parts: readonly Part[]): void => {
    const done = parts.flatMap((part) => executePart(request, side, asset, part, remarks))
    if (done.length === 0) return
    for (const { venue, proceedsUsd } of done) cashUsd.set(venue, (cashUsd.get(venue) ?? 0) + proceedsUsd)
    const quantity = done.reduce((total, part) => total + part.quantity, 0)
    const cost = addCosts(done.map((part) => part.cost))
    lines.push({ asset, side, quantity, notionalUsd: quantity * priceUsd(asset), cost })
  }
  const trades = tradesToTarget(request, valueUsd)
  for (const [asset, quantity] of trades)
    if (quantity < 0) take('sell', asset, partsWhereHeld(request, asset, -quantity))
  const [richest] = [...cashUsd].sort(([, a], [, b]) => b - a)
  assert(richest !== undefined, 'there is at least one venue')
  for (const [asset, quantity] of trades) if (quantity > 0) take('buy', asset, [{ venue: richest[0], quantity }])
  return { lines, total: addCosts(lines.map((line) => line.cost)), valueUsd, remarks }
}

interface Part {
  readonly venue: VenueId
  readonly quantity: number
}

/** Signed quantity per asset that brings each to its exact target weight of the value before costs. */
function tradesToTarget({ holdings, targets, priceUsd }: NaiveRequest, valueUsd: number): Map<AssetId, number> {
  const trades = new Map<AssetId, number>()
  for (const { asset, target } of targets) {
    if (asset !== CASH && target !== 0) trades.set(asset, (target * valueUsd) / priceUsd(asset))
  }
  for (const { asset, quantity } of holdings) {
    if (!isSettlementAsset(asset)) trades.set(asset, (trades.get(asset) ?? 0) - toFloat(quantity))
  }
  // Rounding leaves some 1e-16 on a line that is on target: not a trade.
  return new Map([...trades].filter(([asset, quantity]) => Math.abs(quantity) * priceUsd(asset) > 1e-9 * valueUsd))
}

function partsWhereHeld({ holdings, venues }: NaiveRequest, asset: AssetId, quantity: number): Part[] {
  const heldOn = (venue: VenueId): number =>
    holdings
      .filter((held) => held.venue === venue && held.asset === asset)
      .reduce((total, held) => total + toFloat(held.quantity), 0)
  const total = venues.reduce((sum, venue) => sum + heldOn(venue), 0)
  return venues
    .map((venue) => ({ venue, quantity: (quantity * heldOn(venue)) / total }))
    .filter((part) => part.quantity > 0)
}

/** At market on the part's venue, or on another one where it has no usable order book. */
function executePart(
  { ladder, venues, priceUsd }: NaiveRequest,
  side: Side,
  asset: AssetId,
  part: Part,
  remarks: string[],
): { venue: VenueId; quantity: number; proceedsUsd: number; cost: CostSplit }[] {
  const venue = [part.venue, ...venues].find((candidate) => ladder(candidate, asset, side) !== null)
  if (venue === undefined) {
    remarks.push(`no order book for ${asset}: its naive ${side} is left out`)
    return []
  }
  if (venue !== part.venue)
    remarks.push(`no order book for ${asset} on ${part.venue}: its naive ${side} goes to ${venue}`)
  const walked = ladder(venue, asset, side)!
  const notionalUsd = part.quantity * priceUsd(asset)
  const beyondUsd = notionalUsd - heldBy(walked)
  if (beyondUsd > 0)
    remarks.push(`${asset} on ${venue} was too thin: ${beyondUsd} of ${notionalUsd} USD beyond the last level`)
  const { fee, spread, impact } = costOnLadder(walked, notionalUsd)
  const proceedsUsd = (side === 'buy' ? -notionalUsd : notionalUsd) - spread - impact - fee
  return [{ venue, quantity: part.quantity, proceedsUsd, cost: costSplit(fee, spread, impact) }]
}

const costSplit = (feeUsd: number, spreadUsd: number, impactUsd: number): CostSplit => ({
  feeUsd: usd(feeUsd),
  spreadUsd: usd(spreadUsd),
  impactUsd: usd(impactUsd),
  totalUsd: usd(feeUsd + spreadUsd + impactUsd),
})

function addCosts(costs: readonly CostSplit[]): CostSplit {
  const add = (pick: (cost: CostSplit) => number): number => costs.reduce((total, cost) => total + pick(cost), 0)
  return costSplit(
    add((cost) => cost.feeUsd),
    add((cost) => cost.spreadUsd),
    add((cost) => cost.impactUsd),
  )
}
