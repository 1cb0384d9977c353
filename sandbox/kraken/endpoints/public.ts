import { formatAmount } from '../../../core/amount.ts'
import { err, ok } from '../../../core/result.ts'
import type { PriceSide } from '../../engine/price-side.ts'
import { tickerOf } from '../../ticker.ts'
import type { KrakenContext, Outcome, Parameters, PublicEndpoint } from '../context.ts'
import { marketOf } from '../context.ts'
import { invalidArgument, UNKNOWN_PAIR } from '../errors.ts'
import { assetOf, KRAKEN_ASSETS, type KrakenMarket, QUANTITY_DECIMALS } from '../markets.ts'
import { priceText, quantityText, seconds } from '../wire.ts'

const MOST_BARS = 720
const MINUTE = 60_000
const INTERVALS = [1, 5, 15, 30, 60, 240, 1440, 10080]

const time: PublicEndpoint = (_parameters, { venue }) => {
  const now = venue.wireTime()
  return ok({ unixtime: Math.floor(now / 1000), rfc1123: new Date(now).toUTCString() })
}

const systemStatus: PublicEndpoint = (_parameters, { venue }) =>
  ok({ status: 'online', timestamp: `${new Date(venue.wireTime()).toISOString().slice(0, 19)}Z` })

const assets: PublicEndpoint = ({ asset }, { markets }) => {
  const traded = new Set(['USD', ...markets.map((market) => market.base)])
  const wanted = asset?.split(',').map((name) => assetOf(name)?.asset)
  if (wanted?.includes(undefined)) return err('EQuery:Unknown asset')
  const entries = KRAKEN_ASSETS.filter((entry) => traded.has(entry.asset) && (!wanted || wanted.includes(entry.asset)))
  return ok(
    Object.fromEntries(
      entries.map(({ key, altname, decimals }) => [
        key,
        { aclass: 'currency', altname, decimals, display_decimals: decimals === 4 ? 2 : 5, status: 'enabled' },
      ]),
    ),
  )
}

function selectedMarkets(parameters: Parameters, context: KrakenContext): KrakenMarket[] | null {
  if (parameters.pair === undefined) return [...context.markets]
  const found = parameters.pair.split(',').map((name) => marketOf(context, name))
  return found.includes(undefined) ? null : (found as KrakenMarket[])
}

const assetPairs: PublicEndpoint = (parameters, context) => {
  const markets = selectedMarkets(parameters, context)
  if (!markets) return err(UNKNOWN_PAIR)
  return ok(Object.fromEntries(markets.map((market) => [market.key, pairWire(market, context)])))
}

const pairWire = (market: KrakenMarket, { venue }: KrakenContext): Record<string, unknown> => ({
  altname: market.altname,
  wsname: market.wsname,
  aclass_base: 'currency',
  base: market.baseKey,
  aclass_quote: 'currency',
  quote: 'ZUSD',
  lot: 'unit',
  cost_decimals: 5,
  pair_decimals: market.priceDecimals,
  lot_decimals: QUANTITY_DECIMALS,
  lot_multiplier: 1,
  leverage_buy: [],
  leverage_sell: [],
  fees: [[0, venue.profile.takerFeeBps / 100]],
  fees_maker: [[0, venue.profile.makerFeeBps / 100]],
  fee_volume_currency: 'ZUSD',
  margin_call: 80,
  margin_stop: 40,
  ordermin: formatAmount(market.minimumQuantity),
  costmin: formatAmount(market.minimumNotional),
  tick_size: formatAmount(market.tick),
  status: 'online',
})

const depth: PublicEndpoint = (parameters, context) => {
  const market = marketOf(context, parameters.pair)
  if (!market) return err(UNKNOWN_PAIR)
  const count = Number(parameters.count ?? 100)
  if (!(count >= 1 && count <= 500)) return err(invalidArgument('count'))
  const book = context.venue.exchange.books.get(market.market)!
  const levels = context.faults.book('GET /0/public/Depth', {
    bids: sideLevels(market, book.bids, count),
    asks: sideLevels(market, book.asks, count),
  })
  const now = Math.floor(seconds(context.venue.wireTime()))
  return ok({
    [market.key]: {
      asks: levels.asks.map(([price, quantity]) => [price, quantity, now]),
      bids: levels.bids.map(([price, quantity]) => [price, quantity, now]),
    },
  })
}

function sideLevels(market: KrakenMarket, side: PriceSide, count: number): [string, string][] {
  const levels: [string, string][] = []
  for (const level of side.fromBest()) {
    if (levels.length === count) break
    levels.push([priceText(market, level.ticks), quantityText(market, level.lots)])
  }
  return levels
}

const ticker: PublicEndpoint = (parameters, context) => {
  const markets = selectedMarkets(parameters, context)
  if (!markets) return err(UNKNOWN_PAIR)
  return ok(Object.fromEntries(markets.map((market) => [market.key, tickerWire(market, context)])))
}

function tickerWire(market: KrakenMarket, { venue }: KrakenContext): Record<string, unknown> {
  const book = venue.exchange.books.get(market.market)!
  const day = tickerOf(venue, book)
  const best = (side: PriceSide): [string, string, string] => {
    const level = side.best()
    if (!level) return ['0', '0', '0']
    const quantity = quantityText(market, level.lots)
    return [priceText(market, level.ticks), String(Math.ceil(Number(quantity))), quantity]
  }
  const volume = day.volume.toFixed(QUANTITY_DECIMALS)
  const average = (day.quoteVolume / day.volume).toFixed(market.priceDecimals)
  const low = priceText(market, day.lowTicks)
  const high = priceText(market, day.highTicks)
  return {
    a: best(book.asks),
    b: best(book.bids),
    c: [priceText(market, day.lastTicks), quantityText(market, day.lastLots)],
    v: [volume, volume],
    p: [average, average],
    t: [day.trades, day.trades],
    l: [low, low],
    h: [high, high],
    o: priceText(market, day.openTicks),
  }
}

/**
 * The latest 720 bars; with `since` the 720 that follow it (the real Kraken only ever has the latest 720, the sandbox
 * lets its whole history be paged through). The last bar is still open.
 */
const ohlc: PublicEndpoint = (parameters, context) => {
  const market = marketOf(context, parameters.pair)
  if (!market) return err(UNKNOWN_PAIR)
  const minutes = Number(parameters.interval ?? 1)
  if (!INTERVALS.includes(minutes)) return err(invalidArgument('interval'))
  const span = minutes * MINUTE
  const now = context.venue.marketTime()
  const since = parameters.since === undefined ? null : sinceMillis(parameters.since)
  if (Number.isNaN(since)) return err(invalidArgument('since'))
  const last = Math.floor(now / span) * span
  const from = since === null || since > last ? last - (MOST_BARS - 1) * span : since + 1
  const bars = context.venue.bars.range(market.base, market.quote, from, now, span, now, MOST_BARS)
  const price = (value: number): string => value.toFixed(market.priceDecimals)
  const rows = bars.map((bar) => [
    seconds(bar.openTime),
    price(bar.open),
    price(bar.high),
    price(bar.low),
    price(bar.close),
    price((bar.high + bar.low + bar.close) / 3),
    bar.volume.toFixed(QUANTITY_DECIMALS),
    bar.trades,
  ])
  const closed = bars.filter((bar) => bar.closeTime < now).at(-1)
  return ok({ [market.key]: rows, last: seconds(closed?.openTime ?? last) })
}

/** `since` may come in seconds or nanoseconds. */
function sinceMillis(text: string): number {
  const value = Number(text)
  return value > 1e15 ? Math.floor(value / 1e6) : value * 1000
}

const trades: PublicEndpoint = (parameters, context): Outcome => {
  const market = marketOf(context, parameters.pair)
  if (!market) return err(UNKNOWN_PAIR)
  const since = parameters.since === undefined ? 0 : sinceMillis(parameters.since)
  const count = Math.min(1000, Number(parameters.count ?? 1000))
  const found = (context.venue.tape.get(market.market) ?? []).filter((trade) => trade.wireTime > since).slice(-count)
  return ok({
    [market.key]: found.map((trade) => [
      priceText(market, trade.ticks),
      quantityText(market, trade.lots),
      seconds(trade.wireTime),
      trade.takerSide === 'buy' ? 'b' : 's',
      'l',
      '',
      trade.id,
    ]),
    last: `${found.at(-1)?.wireTime ?? since}000000`,
  })
}

export const publicEndpoints: Readonly<Record<string, PublicEndpoint>> = {
  Time: time,
  SystemStatus: systemStatus,
  Assets: assets,
  AssetPairs: assetPairs,
  Depth: depth,
  Ticker: ticker,
  OHLC: ohlc,
  Trades: trades,
}
