import {
  type Amount,
  absolute,
  ceilToStep,
  floorToStep,
  fromFloat,
  minimum,
  subtract,
  sum,
  toFloat,
  ZERO,
} from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import { type AssetId, CASH, type Market, type VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import type { BookPosition, PositionLine } from './book-position.ts'

/** One asset to trade, in whole steps that every venue takes. */
export interface ShapedTrade {
  readonly line: number
  readonly asset: AssetId
  readonly side: Side
  readonly quantity: Amount
  readonly notionalUsd: number
}

export interface Shape {
  readonly trades: readonly ShapedTrade[]
  /** Lines whose trade is too small for a venue or for the firm's minimum. */
  readonly belowMinimum: readonly AssetId[]
}

/** The coarsest filters over the venues that list the asset, so that either can take the order. */
export interface AssetGrain {
  readonly step: Amount
  readonly minimumQuantity: Amount
  readonly minimumNotionalUsd: number
}
export type MarketsOf = (asset: AssetId) => readonly Market[]

export function grainOf(markets: readonly Market[], quotePriceUsd: (asset: AssetId) => number): AssetGrain {
  return {
    step: markets.reduce((step, market) => (market.filters.step > step ? market.filters.step : step), ZERO),
    minimumQuantity: markets.reduce(
      (most, market) => (market.filters.minimumQuantity > most ? market.filters.minimumQuantity : most),
      ZERO,
    ),
    // 5 % above the venue's minimum: the price may move before the order is sent
    minimumNotionalUsd: Math.max(
      0,
      ...markets.map((market) => 1.05 * toFloat(market.filters.minimumNotional) * quotePriceUsd(market.quote)),
    ),
  }
}

/**
 * Weights to quantities. Towards zero in general; a sale that cures a breach rounds up but never above what is held,
 * a buy that cures one rounds up. Trades under the firm's minimum are named, unless they cure a breach;
 * what a venue would refuse is named always.
 */
export function shapeTrades(
  position: BookPosition,
  x: Float64Array,
  grains: ReadonlyMap<AssetId, AssetGrain>,
  prices: (asset: AssetId) => number,
  minimumTradeUsd: number,
): Shape {
  const trades: ShapedTrade[] = []
  const belowMinimum: AssetId[] = []
  position.lines.forEach((line, i) => {
    const change = x[i]! - line.weight
    if (line.asset === CASH || change === 0) return
    const grain = grains.get(line.asset)
    if (grain === undefined || grain.step === ZERO) return
    const priceUsd = prices(line.asset)
    const wanted = fromFloat((Math.abs(change) * position.valueUsd) / priceUsd)
    const side: Side = change > 0 ? 'buy' : 'sell'
    const cures = side === 'sell' ? line.weight > line.band.high : line.weight < line.band.low
    const quantity = roundQuantity(line, side, wanted, grain.step, cures, position.holdings)
    const notionalUsd = toFloat(quantity) * priceUsd
    const refused = quantity < grain.minimumQuantity || notionalUsd < grain.minimumNotionalUsd
    if (quantity === ZERO || refused || (!cures && notionalUsd < minimumTradeUsd)) belowMinimum.push(line.asset)
    else trades.push({ line: i, asset: line.asset, side, quantity, notionalUsd })
  })
  return { trades, belowMinimum }
}

function roundQuantity(
  line: PositionLine,
  side: Side,
  wanted: Amount,
  step: Amount,
  cures: boolean,
  holdings: readonly Holding[],
): Amount {
  const rounded = cures ? ceilToStep(wanted, step) : floorToStep(wanted, step)
  if (side === 'buy') return rounded
  return minimum(rounded, sellable(holdings, line.asset, step))
}

/** Whole steps that can be sold, venue by venue: dust on one venue can't be added to dust on another. */
export function sellable(holdings: readonly Holding[], asset: AssetId, step: Amount): Amount {
  const byVenue = new Map<VenueId, Amount>()
  for (const held of holdings) if (held.asset === asset) byVenue.set(held.venue, held.quantity)
  return sum([...byVenue.values()].map((quantity) => floorToStep(absolute(quantity), step)))
}

/**
 * Rounding must not take cash below its floor: buys lose steps, the largest first, until what is paid fits.
 * `roomUsd` is what may be spent: free cash above the reserve, plus sales, minus all estimated costs.
 */
export function fitBuysToCash(
  trades: readonly ShapedTrade[],
  roomUsd: number,
  grains: ReadonlyMap<AssetId, AssetGrain>,
  prices: (asset: AssetId) => number,
): readonly ShapedTrade[] {
  let overUsd = -roomUsd
  for (const trade of trades) if (trade.side === 'buy') overUsd += trade.notionalUsd
  if (overUsd <= 0) return trades
  const fitted = [...trades]
  const buys = fitted
    .map((trade, at) => ({ trade, at }))
    .filter(({ trade }) => trade.side === 'buy')
    .sort((a, b) => b.trade.notionalUsd - a.trade.notionalUsd || a.at - b.at)
  for (const { trade, at } of buys) {
    if (overUsd <= 0) break
    const grain = grains.get(trade.asset)!
    const priceUsd = prices(trade.asset)
    const cut = ceilToStep(fromFloat(overUsd / priceUsd), grain.step)
    const left = cut >= trade.quantity ? ZERO : subtract(trade.quantity, cut)
    const keep = toFloat(left) * priceUsd >= grain.minimumNotionalUsd && left >= grain.minimumQuantity ? left : ZERO
    overUsd -= toFloat(subtract(trade.quantity, keep)) * priceUsd
    fitted[at] = { ...trade, quantity: keep, notionalUsd: toFloat(keep) * priceUsd }
  }
  return fitted.filter((trade) => trade.quantity > ZERO)
}
