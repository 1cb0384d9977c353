import { describe, expect, it } from 'vitest'
import { amount, formatAmount } from '../../core/amount.ts'
import { binanceOrder, binanceTrades, readBinanceMarket, toVenueOrder, toVenueTrade } from './binance-wire.ts'
import { NonceCounter } from './kraken-nonce.ts'
import {
  krakenBalances,
  krakenTrades,
  readKrakenMarket,
  toBalances,
  toVenueTrade as toKrakenTrade,
} from './kraken-wire.ts'
import { tooLate } from './send-window.ts'
import { exchangeWorld } from './settings.ts'
import { readRetryAfter } from './venue-call.ts'
import { VenueMarkets } from './venue-markets.ts'
import { wireAmount } from './wire-schemas.ts'

const fees = { maker: 0.001, taker: 0.001 }
const symbol = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  filters: [
    { filterType: 'PRICE_FILTER', tickSize: '0.01000000' },
    { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
    { filterType: 'NOTIONAL', minNotional: '5.00000000' },
  ],
}
const listed = readBinanceMarket(symbol, 'USDT', fees)!
const markets = new VenueMarkets('binance', [listed])

describe('Binance', () => {
  it('reads filters exactly', () => {
    const { filters } = listed.market
    const texts = Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, formatAmount(value)]))
    expect(texts).toEqual({
      tick: '0.01',
      step: '0.00001',
      minimumQuantity: '0.00001',
      maximumQuantity: '9000',
      minimumNotional: '5',
    })
  })

  it('lists nothing with a missing filter or in another quote currency', () => {
    expect(readBinanceMarket({ ...symbol, filters: symbol.filters.slice(1) }, 'USDT', fees)).toBeNull()
    expect(readBinanceMarket(symbol, 'FDUSD', fees)).toBeNull()
  })

  it('reads an order with its fills to the last digit, fees in any currency', () => {
    const order = binanceOrder.parse({
      symbol: 'BTCUSDT',
      orderId: '9007199254740993',
      clientOrderId: 'c-1',
      transactTime: 1_700_000_000_000,
      origQty: '1.20000000',
      executedQty: '0.70000000',
      status: 'EXPIRED',
      side: 'BUY',
      fills: [
        { price: '60000.10', qty: '0.5001', commission: '0.00037512', commissionAsset: 'BNB', tradeId: 5000 },
        { price: '60000.20', qty: '0.1999', commission: '0.0001999', commissionAsset: 'BTC', tradeId: 5001 },
      ],
    })
    const venueOrder = toVenueOrder(order, 'firm', markets)
    expect(venueOrder).toMatchObject({
      venueOrderId: '9007199254740993',
      state: 'expired',
      filledQuantity: amount('0.7'),
      market: 'binance:BTC/USDT',
    })
    expect(
      venueOrder.trades.map((trade) => [formatAmount(trade.cost), formatAmount(trade.fee), trade.feeAsset]),
    ).toEqual([
      ['30006.05001', '0.00037512', 'BNB'],
      ['11994.03998', '0.0001999', 'BTC'],
    ])
  })

  it('takes cost from the venue, not from price × quantity', () => {
    const trades = binanceTrades.parse([
      {
        symbol: 'BTCUSDT',
        id: 1,
        orderId: 2,
        price: '60000.10000000',
        qty: '0.00010000',
        quoteQty: '6.00001001',
        commission: '0',
        commissionAsset: 'USDT',
        time: 1,
        isBuyer: false,
        isMaker: true,
      },
    ])
    expect(toVenueTrade(trades[0]!, 'firm', markets)).toMatchObject({
      cost: amount('6.00001001'),
      side: 'sell',
      maker: true,
    })
  })

  it('takes no answer without an id for an order', () => {
    for (const answer of [{}, '', null, { code: 0 }, { ...symbol, orderId: '' }]) {
      expect(binanceOrder.safeParse(answer).success).toBe(false)
    }
  })
})

describe('Kraken', () => {
  const pair = {
    altname: 'XBTUSD',
    wsname: 'XBT/USD',
    pair_decimals: 1,
    lot_decimals: 8,
    tick_size: '0.1',
    ordermin: '0.00005',
    costmin: '0.5',
    status: 'online',
    fees: [
      [0, 0.26],
      [50000, 0.24],
    ],
    fees_maker: [[0, 0.16]],
  }
  const listing = readKrakenMarket('XXBTZUSD', 'BTC', 'USD', pair)!
  const krakenMarkets = new VenueMarkets('kraken', [listing])

  it('reads filters and base tier exactly, and halted markets as halted', () => {
    expect(listing.market).toMatchObject({
      symbol: 'BTC/USD',
      fees: { maker: 0.0016, taker: 0.0026 },
      feeTiers: [
        { fromVolumeUsd: 0, maker: 0.0016, taker: 0.0026 },
        { fromVolumeUsd: 50_000, maker: 0.0016, taker: 0.0024 },
      ],
      status: 'trading',
    })
    expect(formatAmount(listing.market.filters.step)).toBe('0.00000001')
    expect(formatAmount(listing.market.filters.tick)).toBe('0.1')
    expect(readKrakenMarket('XXBTZUSD', 'BTC', 'USD', { ...pair, status: 'cancel_only' })!.market.status).toBe('halted')
  })

  it('splits balances into free and held', () => {
    const answer = krakenBalances.parse({
      error: [],
      result: { XXBT: { balance: '3.0000000001', hold_trade: '1' }, ZUSD: { balance: '7.5' } },
    })
    const named = toBalances(answer, (name) => (name === 'XXBT' ? 'BTC' : 'USD'))
    expect(named.map(({ asset, free, locked }) => [asset, formatAmount(free), formatAmount(locked)])).toEqual([
      ['BTC', '2.0000000001', '1'],
      ['USD', '7.5', '0'],
    ])
  })

  it('reads trades with fees in the quote currency, whatever name the pair goes by', () => {
    const entry = {
      ordertxid: 'O1',
      time: 1_700_000_000.1234,
      type: 'buy',
      price: '60001.0',
      cost: '30006.50010',
      fee: '78.01690',
      vol: '0.50010000',
    }
    for (const name of ['XXBTZUSD', 'XBTUSD', 'XBT/USD', 'BTC/USD']) {
      const page = krakenTrades.parse({ result: { trades: { T1: { ...entry, pair: name } }, count: 1 } })
      expect(toKrakenTrade('T1', page.result.trades['T1']!, 'firm', krakenMarkets)).toMatchObject({
        market: 'kraken:BTC/USD',
        cost: amount('30006.5001'),
        fee: amount('78.0169'),
        feeAsset: 'USD',
        at: 1_700_000_000_123,
      })
    }
  })

  it('counts nonces upwards even when the clock steps back', () => {
    const times = [5, 5, 3, 9]
    const nonces = new NonceCounter(() => times.shift() ?? 9)
    expect([nonces.next(), nonces.next(), nonces.next(), nonces.next()]).toEqual([5000, 5001, 5002, 9000])
    nonces.leap()
    expect(nonces.next()).toBe(60_009_000)
  })
})

describe('amounts on the wire', () => {
  it('may be text or JSON numbers, never anything else', () => {
    expect(formatAmount(wireAmount.parse('1e-7'))).toBe('0.0000001')
    expect(formatAmount(wireAmount.parse(1e-7))).toBe('0.0000001')
    for (const bad of ['NaN', Number.NaN, Number.POSITIVE_INFINITY, '', null, '1,5', '0.0000000000001']) {
      expect(wireAmount.safeParse(bad).success, String(bad)).toBe(false)
    }
  })
})

describe('the send window', () => {
  it('keeps an old order at home', () => {
    const world = exchangeWorld({ clock: { now: () => 10_000 as never }, settings: { sendWindowMs: 2_000 } })
    expect(tooLate({ id: 'c', createdAt: 8_000 as never }, world)).toBeNull()
    expect(tooLate({ id: 'c', createdAt: 7_999 as never }, world)).toMatchObject({ kind: 'not-sent', code: 'too-late' })
  })
})

describe('Retry-After', () => {
  it('is read in seconds, in any spelling of the header', () => {
    expect(readRetryAfter({ 'retry-after': '3' })).toBe(3_000)
    expect(readRetryAfter({ 'Retry-After': '0' })).toBe(0)
    expect(readRetryAfter({ 'Retry-After': 'soon' })).toBeNull()
    expect(readRetryAfter({})).toBeNull()
  })
})
