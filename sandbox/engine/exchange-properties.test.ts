import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Amount, amount, formatAmount } from '../../core/amount.ts'
import type { Exchange } from './exchange.ts'
import type { FeeScheme } from './fees.ts'
import { isLive, type OrderRequest } from './order.ts'
import { limitOrder, testExchange } from './test-exchange.ts'

const ACCOUNTS = ['a', 'b', 'c']
const ASSETS = ['AAA', 'QQQ', 'BNB']

type Command =
  | { kind: 'place'; account: string; side: 'buy' | 'sell'; ticks: number; lots: number; type: number }
  | { kind: 'cancel'; pick: number }
  | { kind: 'quote'; side: 'buy' | 'sell'; ticks: number; lots: number }
  | { kind: 'flow'; side: 'buy' | 'sell'; ticks: number; lots: number }
  | { kind: 'transfer'; account: string; direction: 'deposit' | 'withdrawal'; asset: string; units: number }

const side = fc.constantFrom<'buy' | 'sell'>('buy', 'sell')
const account = fc.constantFrom(...ACCOUNTS)
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      account,
      side,
      ticks: fc.integer({ min: 80, max: 120 }),
      lots: fc.integer({ min: 1, max: 300_000 }),
      type: fc.integer({ min: 0, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('quote' as const),
      side,
      ticks: fc.integer({ min: 0, max: 19 }),
      lots: fc.integer({ min: 0, max: 200_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('flow' as const),
      side,
      ticks: fc.integer({ min: 80, max: 120 }),
      lots: fc.integer({ min: 1, max: 100_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      account,
      direction: fc.constantFrom<'deposit' | 'withdrawal'>('deposit', 'withdrawal'),
      asset: fc.constantFrom(...ASSETS),
      units: fc.integer({ min: 1, max: 2_000_000 }),
    }),
  },
)

function requestOf(command: Extract<Command, { kind: 'place' }>): OrderRequest {
  const price = formatAmount((BigInt(command.ticks) * amount('0.1')) as Amount)
  const quantity = formatAmount((BigInt(command.lots) * amount('0.001')) as Amount)
  const base = limitOrder(command.account, command.side, price, quantity)
  switch (command.type) {
    case 1:
      return { ...base, timeInForce: 'ioc' }
    case 2:
      return { ...base, timeInForce: 'fok' }
    case 3:
      return { ...base, type: 'limit-maker' }
    case 4:
      return { ...base, type: 'market', price: null }
    case 5:
      return command.side === 'buy'
        ? { ...base, type: 'market', price: null, quantity: null, quoteAmount: amount(quantity) }
        : base
    default:
      return base
  }
}

/** The market keeps its own bids below 100 ticks and its asks at or above, as a market maker does. */
function run(exchange: Exchange, command: Command): void {
  switch (command.kind) {
    case 'place':
      exchange.place(requestOf(command))
      break
    case 'cancel': {
      const live = ACCOUNTS.flatMap((name) => exchange.index.live(name))
      if (live.length > 0) exchange.cancel(live[command.pick % live.length]!)
      break
    }
    case 'quote':
      exchange.quoteOwn(
        'AAAQQQ',
        command.side,
        command.side === 'buy' ? 99 - command.ticks : 100 + command.ticks,
        command.lots,
      )
      break
    case 'flow':
      exchange.takeAsMarket('AAAQQQ', command.side, command.lots, command.ticks)
      break
    case 'transfer':
      exchange.transfer(
        command.account,
        command.direction,
        command.asset,
        (BigInt(command.units) * amount('0.001')) as Amount,
      )
      break
  }
}

function checkInvariants(exchange: Exchange, deposited: ReadonlyMap<string, bigint>): void {
  const book = exchange.books.get('AAAQQQ')!
  const bid = book.bestTicks('buy')
  const ask = book.bestTicks('sell')
  if (bid !== undefined && ask !== undefined) expect(bid).toBeLessThan(ask)
  const totals = new Map<string, bigint>()
  const held = [...exchange.accounts(), exchange.marketMaker, exchange.feeCollector]
  for (const { identity, balances } of held) {
    for (const [asset, { free, locked }] of balances) {
      totals.set(asset, (totals.get(asset) ?? 0n) + free + locked)
      if (identity.account.startsWith('#')) continue
      expect(free >= 0n && locked >= 0n).toBe(true)
    }
  }
  for (const asset of ASSETS) expect(totals.get(asset) ?? 0n, asset).toBe(deposited.get(asset) ?? 0n)
  for (const name of ACCOUNTS) {
    const live = exchange.index.live(name)
    const locked = (side: string): bigint =>
      live.filter((order) => order.side === side).reduce((sum, order) => sum + order.locked, 0n)
    expect(exchange.account(name)!.balance('QQQ').locked).toBe(locked('buy'))
    expect(exchange.account(name)!.balance('AAA').locked).toBe(locked('sell'))
    for (const order of exchange.index.orders(name)) {
      expect(order.filledLots).toBe(order.trades.reduce((sum, trade) => sum + trade.lots, 0))
      expect(order.cost).toBe(order.trades.reduce((sum, trade) => sum + trade.cost, 0n))
      expect(order.filledLots).toBeLessThanOrEqual(order.lots)
      if (!isLive(order)) expect(order.locked).toBe(0n)
      else {
        const entry = book
          .side(order.side)
          .level(order.ticks!)!
          .queue.find((candidate) => candidate.order === order)
        expect(entry!.lots).toBe(order.lots - order.filledLots)
      }
    }
  }
}

function depositedIn(exchange: Exchange): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const name of ACCOUNTS) {
    for (const event of exchange.index.history(name)) {
      if (!('kind' in event)) continue
      const signed = event.kind === 'deposit' ? event.amount : -event.amount
      sums.set(event.asset, (sums.get(event.asset) ?? 0n) + signed)
    }
  }
  return sums
}

test.each<[FeeScheme, number]>([
  ['received', 8],
  ['quote', 4],
])('fees %s: nothing is made or lost, nothing is owed, the book is never crossed', (scheme, decimals) => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const { exchange } = testExchange(scheme, ACCOUNTS, decimals)
      for (const next of commands) {
        run(exchange, next)
        checkInvariants(exchange, depositedIn(exchange))
      }
    }),
    { numRuns: 150 },
  )
})

/** The plainest possible matching engine: one list, sorted anew for every order. */
function referenceTrades(
  orders: readonly { account: string; side: 'buy' | 'sell'; ticks: number; lots: number }[],
): string[] {
  const trades: string[] = []
  let resting: { id: number; account: string; side: string; ticks: number; lots: number }[] = []
  orders.forEach((order, id) => {
    const taker = { id, ...order }
    const sign = order.side === 'buy' ? 1 : -1
    const crossing = resting
      .filter((maker) => maker.side !== order.side && sign * (order.ticks - maker.ticks) >= 0)
      .sort((x, y) => sign * (x.ticks - y.ticks) || x.id - y.id)
    for (const maker of crossing) {
      if (taker.lots === 0) break
      if (maker.account === taker.account) {
        maker.lots = 0
        continue
      }
      const lots = Math.min(maker.lots, taker.lots)
      maker.lots -= lots
      taker.lots -= lots
      trades.push(`${taker.id} takes ${lots} of ${maker.id} at ${maker.ticks}`)
    }
    resting = [...resting, taker].filter((entry) => entry.lots > 0)
  })
  return trades
}

test('price-time priority: the trades of the plainest engine', () => {
  const order = fc.record({
    account,
    side,
    ticks: fc.integer({ min: 95, max: 105 }),
    lots: fc.integer({ min: 200, max: 3_000 }),
  })
  fc.assert(
    fc.property(fc.array(order, { maxLength: 45 }), (orders) => {
      const { exchange, listener } = testExchange('received', ACCOUNTS)
      for (const { account, side, ticks, lots } of orders) {
        exchange.place(requestOf({ kind: 'place', account, side, ticks, lots, type: 0 }))
      }
      const first = 1001
      const trades = listener.changes.flatMap((change) => change.trades)
      const told = trades
        .filter((trade) => !trade.maker)
        .map((taker) => {
          const maker = trades.find((trade) => trade.maker && trade.id === taker.id)!
          return `${taker.orderId - first} takes ${taker.lots} of ${maker.orderId - first} at ${taker.ticks}`
        })
      expect(told).toEqual(referenceTrades(orders))
    }),
    { numRuns: 200 },
  )
})
