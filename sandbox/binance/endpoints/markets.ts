import { formatAmountFixed } from '../../../core/amount.ts'
import { err, ok, type Result } from '../../../core/result.ts'
import type { MarketRules } from '../../engine/market-rules.ts'
import type { OrderBook } from '../../engine/order-book.ts'
import type { BinanceContext, Endpoints, Parameters } from '../context.ts'
import { BAD_SYMBOL, type BinanceError, badCombination, illegalParameter } from '../errors.ts'
import { RATE_LIMIT_RULES } from '../rate-limits.ts'
import { text8 } from '../wire.ts'

export const bookOf = (context: BinanceContext, symbol: string | undefined): Result<OrderBook, BinanceError> => {
  const book = symbol === undefined ? undefined : context.venue.exchange.books.get(symbol)
  return book ? ok(book) : err(BAD_SYMBOL)
}

/** `symbol`, `symbols` (a JSON list) or neither: the books that a request is about. */
export function selectedBooks(context: BinanceContext, parameters: Parameters): Result<OrderBook[], BinanceError> {
  const { symbol, symbols } = parameters
  if (symbol !== undefined && symbols !== undefined) return err(badCombination())
  if (symbol !== undefined) {
    const book = bookOf(context, symbol)
    return book.ok ? ok([book.value]) : book
  }
  if (symbols === undefined) return ok([...context.venue.exchange.books.values()])
  if (!/^\["[A-Z0-9]{1,20}"(,"[A-Z0-9]{1,20}")*\]$/.test(symbols)) {
    return err(illegalParameter('symbols', '^\\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\\]$'))
  }
  const books: OrderBook[] = []
  for (const name of JSON.parse(symbols) as string[]) {
    const book = bookOf(context, name)
    if (!book.ok) return book
    books.push(book.value)
  }
  return ok(books)
}

const symbolWire = (rules: MarketRules): Record<string, unknown> => ({
  symbol: rules.market,
  status: 'TRADING',
  baseAsset: rules.base,
  baseAssetPrecision: 8,
  quoteAsset: rules.quote,
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  baseCommissionPrecision: 8,
  quoteCommissionPrecision: 8,
  orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
  icebergAllowed: false,
  ocoAllowed: false,
  otoAllowed: false,
  quoteOrderQtyMarketAllowed: true,
  allowTrailingStop: false,
  cancelReplaceAllowed: false,
  amendAllowed: false,
  isSpotTradingAllowed: true,
  isMarginTradingAllowed: false,
  filters: [
    {
      filterType: 'PRICE_FILTER',
      minPrice: text8(rules.tick),
      maxPrice: text8(rules.maximumPrice),
      tickSize: text8(rules.tick),
    },
    {
      filterType: 'LOT_SIZE',
      minQty: text8(rules.minimumQuantity),
      maxQty: text8(rules.maximumQuantity),
      stepSize: text8(rules.step),
    },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: '0.00000000',
      maxQty: text8(rules.maximumMarketQuantity),
      stepSize: '0.00000000',
    },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: String(rules.priceBand?.high ?? 5),
      bidMultiplierDown: String(rules.priceBand?.low ?? 0.2),
      askMultiplierUp: String(rules.priceBand?.high ?? 5),
      askMultiplierDown: String(rules.priceBand?.low ?? 0.2),
      avgPriceMins: 5,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: text8(rules.minimumNotional),
      applyMinToMarket: true,
      maxNotional: formatAmountFixed(rules.maximumNotional, 8),
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
  ],
  permissions: [],
  permissionSets: [['SPOT']],
  defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
  allowedSelfTradePreventionModes: ['EXPIRE_MAKER'],
})

/** Connectivity and the table of markets. */
export const generalEndpoints: Endpoints = {
  'GET /api/v3/ping': { weight: 1, security: 'public', handle: () => ok({}) },
  'GET /api/v3/time': {
    weight: 1,
    security: 'public',
    handle: (_parameters, context) => ok({ serverTime: context.venue.wireTime() }),
  },
  'GET /api/v3/exchangeInfo': {
    weight: 20,
    security: 'public',
    handle(parameters, context) {
      const books = selectedBooks(context, parameters)
      if (!books.ok) return books
      return ok({
        timezone: 'UTC',
        serverTime: context.venue.wireTime(),
        rateLimits: RATE_LIMIT_RULES,
        exchangeFilters: [],
        symbols: books.value.map((book) => symbolWire(book.rules)),
      })
    },
  },
  'GET /sapi/v1/system/status': { weight: 1, security: 'public', handle: () => ok({ status: 0, msg: 'normal' }) },
}
