import { describe, expect, test } from 'vitest'
import { amount, formatAmount } from '../../core/amount.ts'
import { unwrap } from '../../core/result.ts'
import { limitOrder, testExchange } from './test-exchange.ts'

const refusal = (result: { ok: boolean; error?: { code: string } }): string | undefined => result.error?.code

describe('matching', () => {
  test('better prices first, then earlier orders; the maker’s price counts', () => {
    const { exchange } = testExchange('received', ['a', 'b', 'c', 'taker'])
    const late = unwrap(exchange.place(limitOrder('a', 'sell', '10.2', '1')))
    const first = unwrap(exchange.place(limitOrder('b', 'sell', '10.1', '1')))
    const second = unwrap(exchange.place(limitOrder('c', 'sell', '10.1', '1')))
    const taker = unwrap(exchange.place(limitOrder('taker', 'buy', '10.2', '2.5')))
    expect(taker.status).toBe('filled')
    expect(taker.trades.map((trade) => [trade.ticks, trade.lots])).toEqual([
      [101, 1000],
      [101, 1000],
      [102, 500],
    ])
    expect([first.status, second.status, late.status]).toEqual(['filled', 'filled', 'partially-filled'])
    expect(formatAmount(taker.cost)).toBe('25.3')
  })

  test('a cancelled order loses its place and its lock', () => {
    const { exchange } = testExchange('received', ['a', 'b'])
    const order = unwrap(exchange.place(limitOrder('a', 'buy', '10', '3')))
    expect(formatAmount(exchange.account('a')!.balance('QQQ').locked)).toBe('30')
    expect(exchange.cancel(order)).toBe(true)
    expect(exchange.cancel(order)).toBe(false)
    expect(exchange.account('a')!.balance('QQQ').locked).toBe(0n)
    expect(unwrap(exchange.place(limitOrder('b', 'sell', '10', '1'))).trades).toHaveLength(0)
  })

  test('immediate-or-cancel expires what is left, fill-or-kill trades all or nothing', () => {
    const { exchange } = testExchange('received', ['a', 'b'])
    exchange.place(limitOrder('a', 'sell', '10', '1'))
    const killed = unwrap(exchange.place(limitOrder('b', 'buy', '10', '2', { timeInForce: 'fok' })))
    expect(killed).toMatchObject({ status: 'expired', filledLots: 0, locked: 0n })
    const cut = unwrap(exchange.place(limitOrder('b', 'buy', '10', '2', { timeInForce: 'ioc' })))
    expect(cut).toMatchObject({ status: 'expired', reason: 'time-in-force', filledLots: 1000, locked: 0n })
    expect(exchange.books.get('AAAQQQ')!.bids.size).toBe(0)
  })

  test('post-only refuses to take and rests otherwise', () => {
    const { exchange } = testExchange('received', ['a', 'b'])
    exchange.place(limitOrder('a', 'sell', '10', '1'))
    const maker = { type: 'limit-maker' } as const
    expect(refusal(exchange.place(limitOrder('b', 'buy', '10', '1', maker)))).toBe('would-take')
    expect(unwrap(exchange.place(limitOrder('b', 'buy', '9.9', '1', maker))).status).toBe('open')
  })

  test('market orders by quantity and by amount', () => {
    const { exchange } = testExchange('received', ['a', 'b'])
    exchange.place(limitOrder('a', 'sell', '10', '1'))
    exchange.place(limitOrder('a', 'sell', '11', '1'))
    const market = { type: 'market', price: null } as const
    const byAmount = unwrap(
      exchange.place(limitOrder('b', 'buy', '1', '1', { ...market, quantity: null, quoteAmount: amount('15.6') })),
    )
    // 10 for the first lot, 5.6 / 11 of the second, cut to the step.
    expect(byAmount).toMatchObject({ status: 'filled', filledLots: 1509 })
    const byQuantity = unwrap(exchange.place(limitOrder('b', 'buy', '1', '2', market)))
    expect(byQuantity).toMatchObject({ status: 'expired', reason: 'no-liquidity', filledLots: 491, locked: 0n })
  })

  test('an account never trades with itself: its resting order expires', () => {
    const { exchange } = testExchange('received', ['a', 'b'])
    const own = unwrap(exchange.place(limitOrder('a', 'sell', '10', '1')))
    const other = unwrap(exchange.place(limitOrder('b', 'sell', '10', '1')))
    const taker = unwrap(exchange.place(limitOrder('a', 'buy', '10', '1')))
    expect(own).toMatchObject({ status: 'expired', reason: 'self-trade', filledLots: 0 })
    expect(taker.trades).toHaveLength(1)
    expect(other.status).toBe('filled')
  })

  test('client ids are unique among open orders only', () => {
    const { exchange } = testExchange('received', ['a'])
    const order = unwrap(exchange.place(limitOrder('a', 'buy', '10', '1', { clientOrderId: 'x' })))
    expect(refusal(exchange.place(limitOrder('a', 'buy', '10', '1', { clientOrderId: 'x' })))).toBe(
      'duplicate-client-id',
    )
    exchange.cancel(order)
    const again = unwrap(exchange.place(limitOrder('a', 'buy', '10', '1', { clientOrderId: 'x' })))
    expect(exchange.index.byClientId('a', 'x')).toBe(again)
  })
})

describe('filters', () => {
  test.each([
    ['price-tick', '10.05', '1'],
    ['price-range', '200000', '1'],
    ['price-range', '0', '1'],
    ['quantity-step', '10', '1.0005'],
    ['quantity-small', '10', '0'],
    ['quantity-large', '10', '1001'],
    ['notional-small', '10', '0.099'],
    ['notional-large', '10000', '1000'],
    ['insufficient-funds', '100', '101'],
  ])('%s: price %s, quantity %s', (code, price, quantity) => {
    const { exchange } = testExchange('received', ['a'])
    expect(refusal(exchange.place(limitOrder('a', 'buy', price, quantity)))).toBe(code)
    expect(exchange.account('a')!.balance('QQQ').locked).toBe(0n)
  })
})

describe('fees', () => {
  test('in what is received: base for a buy, quote for a sell', () => {
    const { exchange } = testExchange('received', ['a', 'b'])
    exchange.place(limitOrder('a', 'sell', '10', '1'))
    const [buy] = unwrap(exchange.place(limitOrder('b', 'buy', '10', '1'))).trades
    expect([buy!.feeAsset, formatAmount(buy!.fee)]).toEqual(['AAA', '0.0026'])
    const [sell] = exchange.index.trades('a')
    expect([sell!.feeAsset, formatAmount(sell!.fee)]).toEqual(['QQQ', '0.016'])
  })

  test('in the quote: held back with the order, cut to the quote’s decimals', () => {
    const { exchange } = testExchange('quote', ['a', 'b'], 4)
    const order = unwrap(exchange.place(limitOrder('a', 'buy', '10.1', '0.333')))
    // 3.3633 · 1.0026 = 3.37204458, raised to four decimals.
    expect(formatAmount(order.locked)).toBe('3.3721')
    exchange.place(limitOrder('b', 'sell', '10.1', '0.333'))
    const [buy] = exchange.index.trades('a')
    expect([buy!.feeAsset, formatAmount(buy!.fee), formatAmount(buy!.cost)]).toEqual(['QQQ', '0.0053', '3.3633'])
    expect(exchange.account('a')!.balance('QQQ')).toEqual({ free: amount('9996.6314'), locked: 0n })
  })

  test('in a third currency while it lasts, a quarter off', () => {
    const { exchange } = testExchange('received', ['a'])
    exchange.openAccount({
      account: 'bnb',
      apiKey: 'key-bnb',
      secret: '',
      fees: { makerBps: 10, takerBps: 10, feeAsset: 'BNB' },
    })
    exchange.transfer('bnb', 'deposit', 'QQQ', amount('1000'))
    exchange.transfer('bnb', 'deposit', 'BNB', amount('0.0015'))
    exchange.quoteOwn('BNBQQQ', 'buy', 99, 1000)
    exchange.quoteOwn('BNBQQQ', 'sell', 101, 1000)
    exchange.place(limitOrder('a', 'sell', '10', '10'))
    // 20 · 0.1 % · 0.75 at a price of 10 = 0.0015 BNB: exactly what is there.
    const first = unwrap(exchange.place(limitOrder('bnb', 'buy', '10', '2'))).trades[0]!
    expect([first.feeAsset, formatAmount(first.fee)]).toEqual(['BNB', '0.0015'])
    const second = unwrap(exchange.place(limitOrder('bnb', 'buy', '10', '2'))).trades[0]!
    expect([second.feeAsset, formatAmount(second.fee)]).toEqual(['AAA', '0.002'])
  })
})

describe('the market’s own liquidity', () => {
  test('new quotes meet the clients’ orders that they cross, at the clients’ price', () => {
    const { exchange, listener } = testExchange('received', ['a'])
    const order = unwrap(exchange.place(limitOrder('a', 'sell', '10', '2')))
    exchange.quoteOwn('AAAQQQ', 'buy', 101, 500)
    expect(order).toMatchObject({ status: 'partially-filled', filledLots: 500 })
    expect(order.trades[0]).toMatchObject({ maker: true, ticks: 100 })
    // All of the quote was used up: nothing rests, nothing is crossed.
    expect(exchange.books.get('AAAQQQ')!.bids.size).toBe(0)
    expect(listener.prints).toEqual([{ ticks: 100, lots: 500 }])
  })

  test('keeps its place behind a client who came first', () => {
    const { exchange } = testExchange('received', ['a', 'b'])
    exchange.quoteOwn('AAAQQQ', 'sell', 100, 300)
    const order = unwrap(exchange.place(limitOrder('a', 'sell', '10', '1')))
    exchange.quoteOwn('AAAQQQ', 'sell', 100, 900)
    exchange.takeAsMarket('AAAQQQ', 'buy', 400, 100)
    expect(order.filledLots).toBe(100)
    // The surplus over the new target comes off the end, behind the client.
    exchange.quoteOwn('AAAQQQ', 'sell', 100, 0)
    expect(
      exchange.books
        .get('AAAQQQ')!
        .asks.best()!
        .queue.map((entry) => entry.order?.id),
    ).toEqual([order.id])
  })

  test('tells what clients took of it', () => {
    const { exchange, listener } = testExchange('received', ['a'])
    exchange.quoteOwn('AAAQQQ', 'sell', 100, 300)
    exchange.takeAsMarket('AAAQQQ', 'buy', 100, 100)
    exchange.place(limitOrder('a', 'buy', '10', '0.15'))
    expect(listener.taken).toEqual([{ side: 'sell', ticks: 100, lots: 150 }])
  })
})

test('a command is committed as a whole before its events', () => {
  const { exchange, listener } = testExchange('received', ['a', 'b'])
  exchange.place(limitOrder('a', 'sell', '10', '1'))
  listener.changes.length = 0
  listener.events.length = 0
  exchange.place(limitOrder('b', 'buy', '10', '2'))
  expect(listener.changes).toHaveLength(1)
  expect(listener.changes[0]!.trades).toHaveLength(2)
  expect(listener.events.map(({ event, order }) => [event, order.account, order.status])).toEqual([
    ['new', 'b', 'open'],
    ['trade', 'b', 'partially-filled'],
    ['trade', 'a', 'filled'],
  ])
})
