import { describe, expect, it } from 'vitest'
import { amount, formatAmount, toFloat } from '../../core/amount.ts'
import type { SubmitOutcome, VenueOrder } from '../../core/contracts/exchange.ts'
import type { LedgerTrade } from '../../core/contracts/sandbox-control.ts'
import type { Market } from '../../core/instruments.ts'
import type { VenueTrade } from '../../core/order.ts'
import { unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import type { LiveAccountConnection } from '../../electron/exchanges/live-connection.ts'
import { NO_RATE_LIMITS } from '../../electron/exchanges/settings.ts'
import {
  BTC,
  childOrder,
  connectForTest,
  marketOf,
  openTestAccount,
  recentPrice,
  settledOrder,
} from './exchange-support.ts'
import { Control, sandboxForTest } from './sandbox-support.ts'

/** Lockstep: prices stand still and the venue refuses nothing for too many requests, unless a fault does. */
const sandbox = await sandboxForTest({ seed: 7, lockstep: true })
const control = new Control(sandbox.addresses.control)
const settings = { timeoutMs: 1_500, lookupSpacingMs: 20, limits: NO_RATE_LIMITS }

const accepted = (outcome: SubmitOutcome): VenueOrder => {
  if (outcome.kind !== 'accepted') throw new Error(`${outcome.kind}: ${outcome.why}`)
  return outcome.order
}
const exact = ({ id, price, quantity, cost, fee, feeAsset, side, maker }: VenueTrade): unknown => [
  [id, side, feeAsset, maker],
  [price, quantity, cost, fee].map(formatAmount),
]
const truth = ({ id, price, quantity, cost, fee, feeAsset, side, maker }: LedgerTrade): unknown => [
  [id, side, feeAsset, maker],
  [price, quantity, cost, fee].map((text) => formatAmount(amount(text))),
]

describe.each(['binance', 'kraken'] as const)('%s', async (venue) => {
  const connection = connectForTest(sandbox.addresses, venue, { settings })
  const market: Market = await marketOf(connection, BTC[venue])
  const price = await recentPrice(connection, BTC[venue])
  const account: LiveAccountConnection = await openTestAccount(connection, sandbox.addresses)
  const placeOrder = venue === 'binance' ? 'POST /api/v3/order' : 'POST /0/private/AddOrder'
  const { apiKey } = sandbox.addresses[venue]

  const ledgerAccount = async (): Promise<string> =>
    (await control.ledger()).accounts.find((entry) => entry.apiKey === apiKey)!.account
  const trueTrades = async (clientOrderId?: string): Promise<LedgerTrade[]> => {
    const [ledger, name] = [await control.ledger(), await ledgerAccount()]
    return ledger.trades.filter(
      (trade) =>
        trade.venue === venue &&
        trade.account === name &&
        (clientOrderId === undefined || trade.clientOrderId === clientOrderId),
    )
  }
  const trueOrders = async (clientOrderId: string): Promise<number> =>
    (await control.ledger()).orders.filter((order) => order.clientOrderId === clientOrderId).length

  it('lists markets with filters and the fees of the account', async () => {
    const markets = unwrap(await connection.markets())
    expect(markets.length).toBeGreaterThanOrEqual(13)
    expect(market.filters.tick > 0n && market.filters.step > 0n && market.filters.minimumNotional > 0n).toBe(true)
    expect(markets.some((entry) => entry.base === 'USDT')).toBe(venue === 'kraken')
    const fees = unwrap(await account.fees([BTC[venue]])).get(BTC[venue])
    expect(fees).toEqual(venue === 'binance' ? { maker: 0.001, taker: 0.001 } : { maker: 0.0016, taker: 0.0026 })
    expect(market.fees).toEqual(fees)
  })

  it('gives closed bars, oldest first, as many as asked for', async () => {
    const { marketTime } = await control.state()
    for (const [interval, length, count] of [
      ['1h', 3_600_000, 700],
      ['1d', 86_400_000, 400],
    ] as const) {
      const bars = unwrap(await connection.bars(BTC[venue], interval, count))
      expect(bars).toHaveLength(count)
      expect(bars.every((bar, i) => i === 0 || bar.openTime - bars[i - 1]!.openTime === length)).toBe(true)
      expect(bars.at(-1)!.openTime + length).toBeLessThanOrEqual(marketTime)
      expect(bars.at(-1)!.openTime + 2 * length).toBeGreaterThan(marketTime)
      expect(bars.every((bar) => bar.low > 0 && bar.low <= bar.close && bar.close <= bar.high && bar.volume >= 0)).toBe(
        true,
      )
    }
  })

  it('reads balances to the last digit', async () => {
    accepted(await account.submit(childOrder(market, price, { quantity: amount('0.12345') })))
    const open = childOrder(market, price, { timeInForce: 'GTC', priceFactor: '0.9' })
    accepted(await account.submit(open))
    const name = await ledgerAccount()
    const balances = new Map(unwrap(await account.balances()).map((entry) => [entry.asset, entry]))
    const ledger = (await control.ledger()).balances.filter((entry) => entry.venue === venue && entry.account === name)
    expect(ledger.length).toBeGreaterThan(10)
    expect(ledger.some((entry) => amount(entry.locked) > 0n)).toBe(true)
    for (const { asset, free, locked } of ledger) {
      const entry = balances.get(asset)
      expect([asset, entry?.free, entry?.locked]).toEqual([asset, amount(free), amount(locked)])
    }
    unwrap(await account.cancel(open, null))
  })

  it('fills an IOC order over several levels, exactly as the venue booked it', async () => {
    for (const side of ['buy', 'sell'] as const) {
      const child = childOrder(market, price, {
        side,
        quantity: amount('1.5'),
        priceFactor: side === 'buy' ? '1.05' : '0.95',
      })
      const order = await settledOrder(account, child)
      expect(order).toMatchObject({ state: 'filled', clientOrderId: child.id, filledQuantity: amount('1.5') })
      const ledger = await trueTrades(child.id)
      expect(ledger.length).toBeGreaterThan(1)
      expect(order.trades.map(exact)).toEqual(ledger.map(truth))
      const asked = unwrap(await account.tradesOfOrder(order.venueOrderId, child.market))
      expect(asked.map(exact)).toEqual(ledger.map(truth))
      expect(asked.every((trade) => trade.market === child.market && trade.account === 'firm')).toBe(true)
    }
    expect(connection.orderLatencyMs()).toBeGreaterThan(0)
  })

  it('finds an order by its client id and by the venue id', async () => {
    const child = childOrder(market, price)
    const { venueOrderId } = accepted(await account.submit(child))
    for (const known of [null, venueOrderId]) {
      const found = await account.lookup(child, known)
      expect(found).toMatchObject({
        kind: 'found',
        order: { venueOrderId, state: 'filled', filledQuantity: amount('0.01') },
      })
    }
  })

  // Binance answers an order with its state.
  const askMany = account.lookupAcknowledged?.bind(account)
  if (askMany) {
    it('says of several acknowledged orders at once what became of each', async () => {
      const children = ['1.05', '0.9', '1.05'].map((priceFactor) => childOrder(market, price, { priceFactor }))
      const ids: string[] = []
      for (const child of children) ids.push(accepted(await account.submit(child)).venueOrderId)
      const unknownId = `${ids[0]!.slice(0, -1)}${ids[0]!.endsWith('Z') ? 'Y' : 'Z'}`
      const outcomes = await askMany([...ids, unknownId])
      expect(
        outcomes.map((outcome) => (outcome.kind === 'found' ? outcome.order.clientOrderId : outcome.kind)),
      ).toEqual([...children.map((child) => child.id), 'not-found'])
      for (const [index, child] of children.entries()) {
        const outcome = outcomes[index]!
        const trades = outcome.kind === 'found' ? outcome.order.trades : []
        expect(trades.map(exact)).toEqual((await trueTrades(child.id)).map(truth))
      }
      expect(await askMany([unknownId])).toEqual([{ kind: 'not-found' }])
      expect(await askMany([])).toEqual([])
    })
  }

  it('rests, shows and cancels an order; a second cancel finds it gone', async () => {
    const child = childOrder(market, price, { timeInForce: 'GTC', postOnly: true, priceFactor: '0.9' })
    const { venueOrderId, state } = accepted(await account.submit(child))
    expect(state).toBe('working')
    const open = unwrap(await account.openOrders())
    expect(open).toMatchObject([{ venueOrderId, clientOrderId: child.id, market: BTC[venue], state: 'working' }])
    expect(await account.cancel(child, null)).toEqual({ ok: true, value: 'cancelled' })
    expect(await account.cancel(child, venueOrderId)).toEqual({ ok: true, value: 'already-gone' })
    expect(await account.lookup(child, null)).toMatchObject({ kind: 'found', order: { state: 'cancelled' } })
    expect(unwrap(await account.openOrders())).toEqual([])
  })

  it('calls an IOC order that nothing meets expired or cancelled, with nothing filled', async () => {
    const order = await settledOrder(account, childOrder(market, price, { priceFactor: '0.9' }))
    expect(['expired', 'cancelled']).toContain(order.state)
    expect([order.filledQuantity, order.trades]).toEqual([0n, []])
  })

  it('names definite refusals', async () => {
    const small = childOrder(market, price, {
      quantity: market.filters.minimumQuantity,
      priceFactor: '0.3',
      timeInForce: 'GTC',
    })
    const refusals = await Promise.all([
      account.submit({ ...small, quantity: amount('0.000004') }),
      account.submit(childOrder(market, price, { quantity: amount('80') })),
      account.submit(childOrder(market, price, { postOnly: true, timeInForce: 'GTC' })),
      account.submit(childOrder(market, price, { quantity: amount('0.0000000001') })),
    ])
    expect(refusals.map((outcome) => outcome.kind)).toEqual(Array.from({ length: 4 }, () => 'rejected'))
  })

  it('takes a refused duplicate id for an order that exists', async () => {
    const child = childOrder(market, price, { timeInForce: 'GTC', priceFactor: '0.9' })
    accepted(await account.submit(child))
    expect(await account.submit(child)).toMatchObject({ kind: 'unknown' })
    expect(await account.lookup(child, null)).toMatchObject({ kind: 'found', order: { state: 'working' } })
    expect(await trueOrders(child.id)).toBe(1)
    unwrap(await account.cancel(child, null))
  })

  it('does not know what became of an order whose connection broke before it arrived, and then proves its absence', async () => {
    await control.fault({ venue, match: placeOrder, kind: 'drop-before' })
    const child = childOrder(market, price)
    expect(await account.submit(child)).toMatchObject({ kind: 'unknown' })
    expect(await account.lookup(child, null)).toEqual({ kind: 'not-found' })
    expect(account.proofOfAbsenceAt(child.createdAt)).toBe(child.createdAt + 17_000)
    expect(await trueOrders(child.id)).toBe(0)
  })

  it.each([
    ['the connection broke after it was executed', { kind: 'drop-after' }],
    ['the answer came too late', { kind: 'delay', ms: 3_000, when: 'after' }],
  ] as const)('finds an order, once, when %s', async (_case, fault) => {
    await control.fault({ venue, match: placeOrder, ...fault })
    const child = childOrder(market, price)
    expect(await account.submit(child)).toMatchObject({ kind: 'unknown' })
    const found = await account.lookup(child, null)
    expect(found).toMatchObject({ kind: 'found', order: { state: 'filled', filledQuantity: child.quantity } })
    expect(await trueOrders(child.id)).toBe(1)
  })

  it('does not send an order that has waited too long', async () => {
    const child = childOrder(market, price, { createdAt: millis(Date.now() - 3_000) })
    expect(await account.submit(child)).toMatchObject({ kind: 'not-sent', code: 'too-late' })
    expect(await trueOrders(child.id)).toBe(0)
  })

  it('trades with a clock that is wrong, and finds its way back after it steps', async () => {
    let offsetMs = 20_000
    const clock = { now: () => millis(Date.now() + offsetMs) }
    const shifted = connectForTest(sandbox.addresses, venue, { settings, clock })
    // An account of its own: nonces of a clock that is ahead would shut the others out.
    const keys = { apiKey: `${venue}-shifted`, secret: Buffer.from('a secret of its own').toString('base64') }
    const deposits = { BTC: '1', USDT: '1000000', ...(venue === 'kraken' ? { USD: '1000000' } : {}) }
    await control.openAccount({ venue, account: 'shifted', ...keys, deposits })
    const own = unwrap(await shifted.openAccount({ account: 'shifted', ...keys }))
    const fresh = (): Promise<SubmitOutcome> => own.submit(childOrder(market, price, { createdAt: clock.now() }))
    expect(await fresh()).toMatchObject({ kind: 'accepted' })
    offsetMs = -20_000
    const first = await fresh()
    // Binance refuses the timestamp, Kraken the deadline: neither executes, both are answered with a new start.
    expect(first).toMatchObject({ kind: 'not-sent' })
    expect(await fresh()).toMatchObject({ kind: 'accepted' })
  })

  it('counts its nonces past those of a session whose clock was ahead', async () => {
    const ahead = connectForTest(sandbox.addresses, venue, {
      settings,
      clock: { now: () => millis(Date.now() + 5_000) },
    })
    unwrap(await (await openTestAccount(ahead, sandbox.addresses)).balances())
    const outcomes = [await account.submit(childOrder(market, price)), await account.submit(childOrder(market, price))]
    expect(outcomes[0]!.kind).toBe(venue === 'kraken' ? 'not-sent' : 'accepted')
    expect(outcomes[1]!.kind).toBe('accepted')
  })

  it('keeps private calls apart, however many come at once', async () => {
    const children = Array.from({ length: 8 }, () => childOrder(market, price))
    const outcomes = await Promise.all(children.map((child) => account.submit(child)))
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(children.map(() => 'accepted'))
  })

  it('refuses a wrong key by name', async () => {
    const wrong = await connection.openAccount({
      account: 'x',
      apiKey: 'nobody',
      secret: Buffer.from('nothing').toString('base64'),
    })
    expect(wrong).toMatchObject({ ok: false, error: { code: 'authentication' } })
  })

  it('sweeps all trades exactly, page by page', async () => {
    while ((await trueTrades()).length <= 55) {
      accepted(await account.submit(childOrder(market, price, { quantity: amount('1') })))
      accepted(
        await account.submit(childOrder(market, price, { quantity: amount('1'), side: 'sell', priceFactor: '0.95' })),
      )
    }
    const swept = unwrap(await account.trades(millis(0), [BTC[venue]]))
    expect(swept.map(exact)).toEqual((await trueTrades()).map(truth))
    const since = swept[10]!.at
    const newer = unwrap(await account.trades(since, [BTC[venue]]))
    expect(newer.map((trade) => trade.id)).toEqual(swept.filter((trade) => trade.at >= since).map((trade) => trade.id))
    expect(unwrap(await account.trades(millis(0), []))).toEqual([])
  })

  it('pauses this venue, and only this one, for as long as it asks', async () => {
    await control.fault({ venue, match: placeOrder, kind: 'rate-limit', retryAfterSeconds: 1 })
    const child = childOrder(market, price)
    const first = await account.submit(child)
    expect(first.kind).toBe('not-sent')
    const pauseMs = first.kind === 'not-sent' ? first.retryAfterMs : 0
    expect(pauseMs).toBeGreaterThanOrEqual(1_000)
    // Nothing is sent meanwhile: the ledger would show it.
    const second = await account.submit(child)
    expect(second).toMatchObject({ kind: 'not-sent', code: 'paused' })
    expect(await account.balances()).toMatchObject({ ok: false, error: { code: 'rate-limited' } })
    const other = connectForTest(sandbox.addresses, venue === 'binance' ? 'kraken' : 'binance', { settings })
    expect((await other.markets()).ok).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, pauseMs + 20))
    expect(await account.submit(childOrder(market, price))).toMatchObject({ kind: 'accepted' })
    expect(toFloat(unwrap(await account.balances())[0]!.free)).toBeGreaterThan(0)
  })
})
