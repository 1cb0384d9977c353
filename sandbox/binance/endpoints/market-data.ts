import { z } from 'zod'
import { err, ok } from '../../../core/result.ts'
import type { OrderBook } from '../../engine/order-book.ts'
import { tickerOf } from '../../ticker.ts'
import type { BinanceContext, Endpoint, Endpoints, Parameters } from '../context.ts'
import { depthLevels } from '../depth.ts'
import { BAD_INTERVAL } from '../errors.ts'
import { integer, limitUpTo, read } from '../parameters.ts'
import { tickerWire } from '../ticker-wire.ts'
import { number8, priceText, quantityText } from '../wire.ts'
import { bookOf, selectedBooks } from './markets.ts'

const MINUTE = 60_000
const INTERVALS: Readonly<Record<string, number>> = {
  '1m': MINUTE,
  '3m': 3 * MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': 60 * MINUTE,
  '2h': 120 * MINUTE,
  '4h': 240 * MINUTE,
  '6h': 360 * MINUTE,
  '8h': 480 * MINUTE,
  '12h': 720 * MINUTE,
  '1d': 1440 * MINUTE,
}

const depthWeight = ({ limit }: Parameters): number => {
  const levels = Number(limit ?? 100)
  return levels > 1000 ? 250 : levels > 500 ? 50 : levels > 100 ? 25 : 5
}

const depth: Endpoint = {
  weight: depthWeight,
  security: 'public',
  handle(parameters, context) {
    const given = read(z.object({ symbol: z.string(), limit: limitUpTo(5000, 100) }), parameters)
    if (!given.ok) return given
    const book = bookOf(context, given.value.symbol)
    if (!book.ok) return book
    const levels = context.faults.book('GET /api/v3/depth', depthLevels(book.value, given.value.limit))
    return ok({ lastUpdateId: book.value.updateId, ...levels })
  },
}

const klines: Endpoint = {
  weight: 2,
  security: 'public',
  handle(parameters, context) {
    const schema = z.object({
      symbol: z.string(),
      interval: z.string(),
      startTime: integer.optional(),
      endTime: integer.optional(),
      limit: limitUpTo(1000, 500),
    })
    const given = read(schema, parameters)
    if (!given.ok) return given
    const { symbol, interval, startTime, endTime, limit } = given.value
    const book = bookOf(context, symbol)
    if (!book.ok) return book
    const span = INTERVALS[interval]
    if (span === undefined) return err(BAD_INTERVAL)
    const now = context.venue.marketTime()
    const last = Math.min(endTime ?? now, now)
    const first = startTime ?? (Math.floor(last / span) - limit + 1) * span
    const { base, quote, priceDecimals, quantityDecimals } = book.value.rules
    const bars = context.venue.bars.range(base, quote, first, last, span, now, limit)
    const price = (value: number): string => number8(Number(value.toFixed(priceDecimals)))
    return ok(
      bars.map((bar) => {
        const volume = Number(bar.volume.toFixed(quantityDecimals))
        const quoteVolume = volume * ((bar.high + bar.low) / 2)
        return [
          bar.openTime,
          price(bar.open),
          price(bar.high),
          price(bar.low),
          price(bar.close),
          number8(volume),
          bar.closeTime,
          number8(quoteVolume),
          bar.trades,
          number8(volume / 2),
          number8(quoteVolume / 2),
          '0',
        ]
      }),
    )
  },
}

/** One symbol answers an object, a list or none a list. */
const perBook = (
  weight: (parameters: Parameters) => number,
  wire: (book: OrderBook, context: BinanceContext, parameters: Parameters) => unknown,
): Endpoint => ({
  weight,
  security: 'public',
  handle(parameters, context) {
    const books = selectedBooks(context, parameters)
    if (!books.ok) return books
    const answers = books.value.map((book) => wire(book, context, parameters))
    return ok(parameters.symbol === undefined ? answers : answers[0])
  },
})

const publicTrades: Endpoint = {
  weight: 25,
  security: 'public',
  handle(parameters, context) {
    const given = read(z.object({ symbol: z.string(), limit: limitUpTo(1000, 500) }), parameters)
    if (!given.ok) return given
    const book = bookOf(context, given.value.symbol)
    if (!book.ok) return book
    const { rules } = book.value
    const tape = (context.venue.tape.get(rules.market) ?? []).slice(-given.value.limit)
    return ok(
      tape.map((trade) => ({
        id: trade.id,
        price: priceText(rules, trade.ticks),
        qty: quantityText(rules, trade.lots),
        quoteQty: number8(Number(priceText(rules, trade.ticks)) * Number(quantityText(rules, trade.lots))),
        time: trade.wireTime,
        isBuyerMaker: trade.takerSide === 'sell',
        isBestMatch: true,
      })),
    )
  },
}

const aggregateTrades: Endpoint = {
  weight: 4,
  security: 'public',
  handle(parameters, context) {
    const schema = z.object({
      symbol: z.string(),
      fromId: integer.optional(),
      startTime: integer.optional(),
      endTime: integer.optional(),
      limit: limitUpTo(1000, 500),
    })
    const given = read(schema, parameters)
    if (!given.ok) return given
    const { symbol, fromId, startTime, endTime, limit } = given.value
    const book = bookOf(context, symbol)
    if (!book.ok) return book
    const { rules } = book.value
    const found = (context.venue.tape.get(rules.market) ?? []).filter(
      (trade) =>
        (fromId === undefined || trade.id >= fromId) &&
        (startTime === undefined || trade.wireTime >= startTime) &&
        (endTime === undefined || trade.wireTime <= endTime),
    )
    const page = fromId === undefined && startTime === undefined ? found.slice(-limit) : found.slice(0, limit)
    return ok(
      page.map((trade) => ({
        a: trade.id,
        p: priceText(rules, trade.ticks),
        q: quantityText(rules, trade.lots),
        f: trade.id,
        l: trade.id,
        T: trade.wireTime,
        m: trade.takerSide === 'sell',
        M: true,
      })),
    )
  },
}

const bySymbols =
  (one: number, all: number) =>
  (parameters: Parameters): number =>
    parameters.symbol === undefined ? all : one

/** Books, bars, tickers, public trades. */
export const marketDataEndpoints: Endpoints = {
  'GET /api/v3/depth': depth,
  'GET /api/v3/klines': klines,
  'GET /api/v3/uiKlines': klines,
  'GET /api/v3/trades': publicTrades,
  'GET /api/v3/aggTrades': aggregateTrades,
  'GET /api/v3/ticker/24hr': perBook(bySymbols(2, 80), (book, { venue }, { type }) =>
    tickerWire(book, tickerOf(venue, book), venue.wireTime(), type === 'MINI'),
  ),
  'GET /api/v3/ticker/price': perBook(bySymbols(2, 4), (book, { venue }) => ({
    symbol: book.rules.market,
    price: priceText(book.rules, tickerOf(venue, book).lastTicks),
  })),
  'GET /api/v3/ticker/bookTicker': perBook(bySymbols(2, 4), (book) => {
    const { bids, asks } = depthLevels(book, 1)
    const [bidPrice = '0.00000000', bidQty = '0.00000000'] = bids[0] ?? []
    const [askPrice = '0.00000000', askQty = '0.00000000'] = asks[0] ?? []
    return { symbol: book.rules.market, bidPrice, bidQty, askPrice, askQty }
  }),
  'GET /api/v3/avgPrice': {
    weight: 2,
    security: 'public',
    handle(parameters, context) {
      const book = bookOf(context, parameters.symbol)
      if (!book.ok) return book
      const ticker = tickerOf(context.venue, book.value)
      return ok({ mins: 5, price: priceText(book.value.rules, ticker.lastTicks), closeTime: context.venue.wireTime() })
    },
  },
}
