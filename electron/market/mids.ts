import { toFloat } from '../../core/amount.ts'
import { type AssetId, keyOf, type Market, type MarketKey, type OrderBookSnapshot } from '../../core/instruments.ts'
import { type Millis, millis } from '../../core/units.ts'

/** What an asset is worth in US dollars, and how far that can be trusted. */
export interface AssetPrice {
  /** Null when it was never known. A price that is not fresh is the last one known. */
  readonly price: number | null
  readonly fresh: boolean
  /** Age of the oldest order book that the price rests on; of a price that is not fresh it grows. Infinity: never known. */
  readonly ageMs: number
  /** Wire time that the age counts from; null where there is none. */
  readonly asOf: Millis | null
  /** Why it is not fresh; null when it is. */
  readonly why: string | null
}

/** As much of an order book as a price needs. */
export type TopOfBook = Pick<OrderBookSnapshot, 'bids' | 'asks' | 'receivedAt'>

export interface PriceInputs {
  readonly markets: readonly Market[]
  readonly orderBook: (market: MarketKey) => TopOfBook | undefined
  readonly now: Millis
  /** An order book older than this prices nothing. */
  readonly maximumAgeMs: number
  /** Prices of the moment before: what is shown, marked, where nothing fresh is there. */
  readonly previous?: ReadonlyMap<AssetId, AssetPrice>
}

interface Quote {
  readonly price: number
  readonly ageMs: number
}

/** The dollar is the accounting currency: its price is 1 by definition, and only its. */
const USD = 'USD'
const DOLLAR: AssetPrice = { price: 1, fresh: true, ageMs: 0, asOf: null, why: null }

/**
 * Price of an asset = median over fresh venues of mid × price of the quote currency; with two venues their mean.
 * Other settlement currencies are priced by their own markets in dollars (USDT by Kraken's USDT/USD), never assumed.
 */
export const priceAssets = ({ markets, ...inputs }: PriceInputs): Map<AssetId, AssetPrice> =>
  priceInOrder(pricingOrder(markets), inputs)

/** The same for markets that stand in their order already. */
export function priceInOrder(
  order: ReadonlyMap<AssetId, readonly Market[]>,
  inputs: Omit<PriceInputs, 'markets'>,
): Map<AssetId, AssetPrice> {
  const prices = new Map<AssetId, AssetPrice>([[USD, DOLLAR]])
  for (const [base, markets] of order) prices.set(base, priceOf(base, prices, { ...inputs, markets }))
  return prices
}

/** The markets of every asset but the dollar: first assets that quote others, then everything else. */
export function pricingOrder(markets: readonly Market[]): ReadonlyMap<AssetId, readonly Market[]> {
  const quotes = new Set(markets.map((market) => market.quote))
  const marketsOf = new Map<AssetId, Market[]>()
  for (const market of markets) {
    const list = marketsOf.get(market.base)
    if (list === undefined) marketsOf.set(market.base, [market])
    else list.push(market)
  }
  marketsOf.delete(USD)
  return new Map([...marketsOf].sort(([a], [b]) => Number(quotes.has(b)) - Number(quotes.has(a)) || (a < b ? -1 : 1)))
}

/** Of one asset, whose markets `inputs` has; `prices` has those of their quote currencies. */
export function priceOf(base: AssetId, prices: ReadonlyMap<AssetId, AssetPrice>, inputs: PriceInputs): AssetPrice {
  const quotes: Quote[] = []
  const reasons: string[] = []
  for (const market of inputs.markets) {
    const quote = quoteOf(market, prices.get(market.quote), inputs)
    if (typeof quote === 'string') reasons.push(quote)
    else quotes.push(quote)
  }
  if (quotes.length > 0) {
    const ageMs = Math.max(...quotes.map((quote) => quote.ageMs))
    const asOf = millis(inputs.now - ageMs)
    return { price: median(quotes.map((quote) => quote.price)), fresh: true, ageMs, asOf, why: null }
  }
  const last = inputs.previous?.get(base)
  const why = reasons.join('; ') || `no market prices ${base}`
  const asOf = last?.asOf ?? null
  const ageMs = asOf === null ? Number.POSITIVE_INFINITY : Math.max(0, inputs.now - asOf)
  return { price: last?.price ?? null, fresh: false, ageMs, asOf, why }
}

/** The market's mid in dollars, or why it says nothing. */
function quoteOf(market: Market, quotePrice: AssetPrice | undefined, inputs: PriceInputs): Quote | string {
  const key = keyOf(market)
  const snapshot = inputs.orderBook(key)
  const [bid, ask] = [snapshot?.bids[0], snapshot?.asks[0]]
  if (!snapshot || !bid || !ask) return `${key} has no order book`
  const ageMs = Math.max(0, inputs.now - snapshot.receivedAt)
  if (ageMs > inputs.maximumAgeMs) return `${key} is ${ageMs} ms old, ${inputs.maximumAgeMs} ms are allowed`
  if (!quotePrice?.fresh || quotePrice.price === null) return `${key}: ${market.quote} has no fresh price`
  const mid = (toFloat(bid.price) + toFloat(ask.price)) / 2
  return { price: mid * quotePrice.price, ageMs: Math.max(ageMs, quotePrice.ageMs) }
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
