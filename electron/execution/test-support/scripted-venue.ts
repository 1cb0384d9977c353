import { type Amount, add, amount, fromFloat, multiply, subtract, sum, ZERO } from '../../../core/amount.ts'
import { ensureDefined } from '../../../core/assert.ts'
import type { VenueAccountId } from '../../../core/client-book.ts'
import type { Clock } from '../../../core/clock.ts'
import type {
  AccountConnection,
  ExchangeError,
  LookupOutcome,
  SubmitOutcome,
  VenueBalance,
  VenueOrder,
} from '../../../core/contracts/exchange.ts'
import {
  keyOf,
  type Level,
  type Market,
  type MarketKey,
  type OrderBookSnapshot,
  type VenueId,
} from '../../../core/instruments.ts'
import type { ChildOrder, VenueTrade } from '../../../core/order.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { type Millis, millis } from '../../../core/units.ts'

/** What the venue does with the next order. Default: match it and answer whole. */
export type Behaviour =
  | 'normal'
  /** Accepts without saying the state, as Kraken does. */
  | 'bare'
  /** The answer is lost; the order never arrived. */
  | 'lost-before'
  /** The answer is lost; the order was executed. */
  | 'lost-after'
  /** The answer is lost; the order arrives `lateMs` later. */
  | 'late'
  /** Takes the order and leaves it working until it is cancelled. */
  | 'rest'
  | 'reject'
  | 'rate-limit'
  | 'not-sent'
  /** The connection holds the order back: it never leaves this process. */
  | 'held-back'
  | 'throw'

export interface ScriptedVenueOptions {
  readonly venue: VenueId
  readonly clock: Clock
  readonly markets: readonly Market[]
  /** Absence is proved this long after an order's creation. */
  readonly proofAfterMs?: number
  /** received: base for a buy, quote for a sale, as Binance does without its own token. */
  readonly feeIn?: 'quote' | 'base' | 'received' | { readonly asset: string; readonly rate: number }
}

interface StoredOrder extends VenueOrder {
  readonly account: VenueAccountId
  readonly child: ChildOrder
}

/**
 * An exchange in memory whose every answer can be scripted, and whose own ledger (orders, trades, balances) is what
 * tests compare with. Order books are levels that orders take from.
 */
export class ScriptedVenue {
  readonly venue: VenueId
  readonly clock: Clock
  readonly orders: StoredOrder[] = []
  readonly trades: VenueTrade[] = []
  readonly submitted: ChildOrder[] = []
  /** Behaviour of the n-th submit (from 0) of a child. */
  behave: (child: ChildOrder, n: number) => Behaviour = () => 'normal'
  /** Lookups answer not-found this often per order before they tell the truth. */
  lookupLag = 0
  /** Lookups, balances, trades and open orders don't answer. */
  isDown = false
  /** Trades are missing from create answers and appear in trade lists only. */
  tradesLag = false
  lateMs = 500
  rateLimitMs = 100
  onSubmit: (child: ChildOrder) => void = () => {}
  readonly #options: ScriptedVenueOptions
  readonly #markets: ReadonlyMap<MarketKey, Market>
  readonly #books = new Map<MarketKey, { bids: Level[]; asks: Level[] }>()
  readonly #balances = new Map<string, Amount>()
  readonly #late: { readonly at: number; readonly child: ChildOrder }[] = []
  readonly #lookups = new Map<string, number>()
  #count = 0

  constructor(options: ScriptedVenueOptions) {
    this.#options = options
    this.venue = options.venue
    this.clock = options.clock
    this.#markets = new Map(options.markets.map((market) => [keyOf(market), market]))
  }

  setBook(market: MarketKey, bids: readonly [string, string][], asks: readonly [string, string][]): void {
    const levels = (rows: readonly [string, string][]): Level[] =>
      rows.map(([price, quantity]) => ({ price: amount(price), quantity: amount(quantity) }))
    this.#books.set(market, { bids: levels(bids), asks: levels(asks) })
  }

  orderBook(market: MarketKey): OrderBookSnapshot | undefined {
    const book = this.#books.get(market)
    return book && { market, bids: [...book.bids], asks: [...book.asks], sequence: 1, receivedAt: this.clock.now() }
  }

  fund(account: VenueAccountId, asset: string, quantity: Amount): void {
    const key = `${account}|${asset}`
    this.#balances.set(key, add(this.#balances.get(key) ?? ZERO, quantity))
  }

  balanceOf(account: VenueAccountId, asset: string): Amount {
    return this.#balances.get(`${account}|${asset}`) ?? ZERO
  }

  /** A trade of somebody else with the account's keys. */
  tradeOutside(
    account: VenueAccountId,
    market: MarketKey,
    side: 'buy' | 'sell',
    quantity: string,
    price: string,
  ): void {
    const child = { id: `outside-${this.#count}`, venue: this.venue, account, market, side } as ChildOrder
    const order = { ...child, quantity: amount(quantity), limitPrice: amount(price) }
    this.setBookSide(market, side, { price: amount(price), quantity: amount(quantity) })
    this.#match(order as ChildOrder)
  }

  setBookSide(market: MarketKey, side: 'buy' | 'sell', best: Level): void {
    const book = ensureDefined(this.#books.get(market), market)
    if (side === 'buy') book.asks.unshift(best)
    else book.bids.unshift(best)
  }

  connect(account: VenueAccountId): AccountConnection {
    const { venue } = this
    return {
      venue,
      account,
      submit: async (child) => this.#submit(child),
      lookup: async (child, venueOrderId) => this.#lookup(account, child, venueOrderId),
      cancel: async (child) => this.#answer(() => this.#cancel(child.id)),
      openOrders: async () => this.#answer(() => this.orders.filter((order) => order.state === 'working')),
      balances: async () => this.#answer(() => this.#balancesOf(account)),
      trades: async (since, markets) =>
        this.#answer(() =>
          this.trades.filter(
            (trade) => trade.account === account && trade.at >= since && markets.includes(trade.market),
          ),
        ),
      tradesOfOrder: async (venueOrderId) =>
        this.#answer(() => this.trades.filter((trade) => trade.venueOrderId === venueOrderId)),
      proofOfAbsenceAt: (createdAt: Millis) => millis(createdAt + (this.#options.proofAfterMs ?? 2_000)),
    }
  }

  #answer<T>(read: () => T): Result<T, ExchangeError> {
    this.#matchLate()
    return this.isDown ? fail('unreachable', `${this.venue} is down`) : ok(read())
  }

  #balancesOf(account: VenueAccountId): readonly VenueBalance[] {
    return [...this.#balances]
      .filter(([key]) => key.startsWith(`${account}|`))
      .map(([key, quantity]) => ({ asset: key.slice(account.length + 1), free: quantity, locked: ZERO }))
  }

  #submit(child: ChildOrder): SubmitOutcome {
    this.#matchLate()
    const behaviour = this.behave(child, this.submitted.length)
    this.submitted.push(child)
    this.onSubmit(child)
    switch (behaviour) {
      case 'normal':
      case 'bare': {
        const order = this.#match(child)
        if (behaviour === 'normal')
          return { kind: 'accepted', order: this.tradesLag ? { ...order, trades: [] } : order }
        return { kind: 'accepted', order: { ...order, state: 'working', filledQuantity: ZERO, trades: [] } }
      }
      case 'rest':
        return { kind: 'accepted', order: this.#store(child, [], 'working') }
      case 'lost-after':
        this.#match(child)
        return { kind: 'unknown', why: 'the connection was reset' }
      case 'late':
        this.#late.push({ at: this.clock.now() + this.lateMs, child })
        return { kind: 'unknown', why: 'timeout' }
      case 'lost-before':
        return { kind: 'unknown', why: 'the connection was reset' }
      case 'reject':
        return { kind: 'rejected', code: '-2010', why: 'insufficient balance' }
      case 'rate-limit':
        return { kind: 'not-sent', code: '429', why: 'too many requests', retryAfterMs: this.rateLimitMs }
      case 'not-sent':
        return { kind: 'not-sent', code: '-1021', why: 'timestamp', retryAfterMs: 0 }
      case 'held-back':
        return { kind: 'not-sent', code: 'not-connected', why: 'connection refused', retryAfterMs: this.rateLimitMs }
      case 'throw':
        throw new Error('socket hang up')
    }
  }

  #matchLate(): void {
    for (let i = this.#late.length - 1; i >= 0; i--) {
      if (this.#late[i]!.at > this.clock.now()) continue
      const [late] = this.#late.splice(i, 1)
      this.#match(late!.child)
    }
  }

  #lookup(
    account: VenueAccountId,
    child: { readonly id: string; readonly market: MarketKey },
    venueOrderId: string | null,
  ): LookupOutcome {
    this.#matchLate()
    if (this.isDown) return { kind: 'unknown', why: `${this.venue} is down` }
    const asked = this.#lookups.get(child.id) ?? 0
    this.#lookups.set(child.id, asked + 1)
    if (asked < this.lookupLag) return { kind: 'not-found' }
    const order = this.orders.find(
      (candidate) =>
        candidate.account === account &&
        candidate.market === child.market &&
        (venueOrderId === null ? candidate.clientOrderId === child.id : candidate.venueOrderId === venueOrderId),
    )
    return order ? { kind: 'found', order: this.tradesLag ? { ...order, trades: [] } : order } : { kind: 'not-found' }
  }

  /** Immediate-or-cancel against the levels, best first, by price and quantity. */
  #match(child: ChildOrder): VenueOrder {
    const market = ensureDefined(this.#markets.get(child.market), child.market)
    const book = ensureDefined(this.#books.get(child.market), child.market)
    const levels = child.side === 'buy' ? book.asks : book.bids
    const venueOrderId = `${this.venue}-order-${++this.#count}`
    const trades: VenueTrade[] = []
    let left = child.quantity
    while (left > ZERO && levels.length > 0) {
      const level = levels[0]!
      const isWithin = child.side === 'buy' ? level.price <= child.limitPrice : level.price >= child.limitPrice
      if (!isWithin) break
      const quantity = left < level.quantity ? left : level.quantity
      trades.push(this.#trade(child, market, venueOrderId, level.price, quantity))
      left = subtract(left, quantity)
      if (quantity === level.quantity) levels.shift()
      else levels[0] = { price: level.price, quantity: subtract(level.quantity, quantity) }
    }
    return this.#store(child, trades, left === ZERO ? 'filled' : 'expired', venueOrderId)
  }

  #store(
    child: ChildOrder,
    trades: readonly VenueTrade[],
    state: VenueOrder['state'],
    venueOrderId = `${this.venue}-order-${++this.#count}`,
  ): VenueOrder {
    const order: StoredOrder = {
      venueOrderId,
      clientOrderId: child.id,
      market: child.market,
      state,
      quantity: child.quantity,
      filledQuantity: sum(trades.map((trade) => trade.quantity)),
      trades,
      account: child.account,
      child,
    }
    this.orders.push(order)
    return order
  }

  #cancel(clientOrderId: string): 'cancelled' | 'already-gone' {
    const index = this.orders.findIndex((order) => order.clientOrderId === clientOrderId && order.state === 'working')
    if (index === -1) return 'already-gone'
    this.orders[index] = { ...this.orders[index]!, state: 'cancelled' }
    return 'cancelled'
  }

  #trade(child: ChildOrder, market: Market, venueOrderId: string, price: Amount, quantity: Amount): VenueTrade {
    const cost = multiply(price, quantity)
    const { feeIn: mode = 'quote' } = this.#options
    const feeIn = mode === 'received' ? (child.side === 'buy' ? 'base' : 'quote') : mode
    const rate = typeof feeIn === 'object' ? fromFloat(feeIn.rate) : fromFloat(market.fees.taker)
    const fee = multiply(feeIn === 'base' ? quantity : cost, rate)
    const feeAsset = feeIn === 'quote' ? market.quote : feeIn === 'base' ? market.base : feeIn.asset
    const trade: VenueTrade = {
      id: `${this.venue}-trade-${this.trades.length + 1}`,
      venue: this.venue,
      account: child.account,
      market: child.market,
      venueOrderId,
      side: child.side,
      price,
      quantity,
      cost,
      fee,
      feeAsset,
      maker: false,
      at: this.clock.now(),
    }
    this.trades.push(trade)
    const sign = child.side === 'buy' ? 1n : -1n
    this.fund(child.account, market.base, (sign * quantity) as Amount)
    this.fund(child.account, market.quote, (-sign * cost) as Amount)
    this.fund(child.account, feeAsset, -fee as Amount)
    return trade
  }
}
