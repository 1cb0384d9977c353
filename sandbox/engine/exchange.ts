import { type Amount, formatAmount, ZERO } from '../../core/amount.ts'
import { assert, ensureDefined } from '../../core/assert.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { Account, type AccountIdentity, FEE_COLLECTOR, MARKET_MAKER } from './accounts.ts'
import { ChangeLog } from './change-log.ts'
import type { ExchangeListener, PublicTrade, Transfer } from './changes.ts'
import { type Fee, type FeeScheme, feeInThirdCurrency, feeOf, lockFor } from './fees.ts'
import {
  checkMarketRules,
  costOf,
  lotsOfQuantity,
  type MarketRules,
  priceOfTicks,
  quantityOfLots,
  ticksOfPrice,
} from './market-rules.ts'
import { isLive, type Order, type OrderReason, type OrderRequest, opposite, type Side, type Trade } from './order.ts'
import { type FillPlan, OrderBook, type PlannedFill } from './order-book.ts'
import { OrderIndex } from './order-index.ts'
import { checkFilters, type Refusal } from './place-check.ts'
import { lockOfPlan, planFills } from './planned-order.ts'

export interface ExchangeOptions {
  readonly markets: readonly MarketRules[]
  readonly feeScheme: FeeScheme
  readonly maximumOpenOrders: number
  readonly wireTime: () => number
  readonly marketTime: () => number
  readonly listener: ExchangeListener
}

/**
 * One venue's matching engine: accounts, order books, price-time priority, fees. Synchronous; every command ends in
 * one `committed` call with all that it changed, followed by its events.
 */
export class Exchange {
  readonly books = new Map<string, OrderBook>()
  readonly index = new OrderIndex()
  readonly marketMaker = new Account(house(MARKET_MAKER))
  readonly feeCollector = new Account(house(FEE_COLLECTOR))
  nextOrderId = 1001
  nextTradeId = 5001
  nextTransferId = 1
  readonly #options: ExchangeOptions
  readonly #accounts = new Map<string, Account>()
  readonly #byApiKey = new Map<string, Account>()
  readonly #changes: ChangeLog

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#changes = new ChangeLog(options.listener)
    for (const rules of options.markets) {
      this.books.set(rules.market, new OrderBook(checkMarketRules(rules), options.listener))
    }
  }

  // ---- accounts

  openAccount(identity: AccountIdentity): Account {
    assert(!this.#accounts.has(identity.account) && !this.#byApiKey.has(identity.apiKey), `${identity.account} is new`)
    const account = new Account(identity)
    this.#accounts.set(identity.account, account)
    this.#byApiKey.set(identity.apiKey, account)
    this.#changes.account(identity)
    this.#changes.commit()
    return account
  }

  account(name: string): Account | undefined {
    return this.#accounts.get(name)
  }

  accountByApiKey(apiKey: string): Account | undefined {
    return this.#byApiKey.get(apiKey)
  }

  accounts(): Iterable<Account> {
    return this.#accounts.values()
  }

  transfer(
    name: string,
    kind: Transfer['kind'],
    asset: string,
    amount: Amount,
  ): Result<Transfer, Failure<'insufficient-funds' | 'unknown-account'>> {
    const account = this.#accounts.get(name)
    if (!account) return fail('unknown-account', `there is no account "${name}"`)
    if (kind === 'withdrawal' && account.free(asset) < amount) {
      const free = formatAmount(account.free(asset))
      return fail('insufficient-funds', `withdrawal was ${formatAmount(amount)} ${asset}, free is ${free}`)
    }
    const transfer = { id: this.nextTransferId++, kind, account: name, asset, amount, ...this.#times() }
    this.applyTransfer(transfer)
    this.#changes.transfer(transfer)
    this.#changes.balances(name, [asset])
    this.#changes.commit()
    return ok(transfer)
  }

  /** Books a transfer without recording it: also the way a stored one comes back. */
  applyTransfer(transfer: Transfer): void {
    const account = ensureDefined(this.#accounts.get(transfer.account), transfer.account)
    account.credit(transfer.asset, (transfer.kind === 'deposit' ? transfer.amount : -transfer.amount) as Amount)
    this.index.addTransfer(transfer)
  }

  // ---- orders

  place(request: OrderRequest): Result<Order, Refusal> {
    const book = this.books.get(request.market)
    if (!book) return fail('unknown-market', `there is no market "${request.market}"`)
    const account = ensureDefined(this.#accounts.get(request.account), request.account)
    const filters = checkFilters(book, request)
    if (!filters.ok) return filters
    const live = this.index.live(request.account)
    const named = request.clientOrderId !== ''
    if (named && live.some((order) => order.clientOrderId === request.clientOrderId)) {
      return fail('duplicate-client-id', `an open order has the client id "${request.clientOrderId}"`)
    }
    if (live.filter((order) => order.market === request.market).length >= this.#options.maximumOpenOrders) {
      return fail(
        'too-many-orders',
        `${request.market} has ${this.#options.maximumOpenOrders} open orders, the maximum`,
      )
    }
    const ticks = request.price === null ? null : ticksOfPrice(book.rules, request.price)
    if (request.type === 'limit-maker' && ticks !== null && book.wouldTake(request.side, ticks)) {
      return fail('would-take', `${request.side} at ${formatAmount(request.price!)} would take liquidity`)
    }
    const plan = planFills(book, request, ticks)
    const lots = request.quantity === null ? plan.lots : lotsOfQuantity(book.rules, request.quantity)
    const locked = lockOfPlan(this.#options.feeScheme, book.rules, account, request, ticks, lots, plan)
    const pays = request.side === 'buy' ? book.rules.quote : book.rules.base
    if (account.free(pays) < locked) {
      const free = formatAmount(account.free(pays))
      return fail('insufficient-funds', `the order needs ${formatAmount(locked)} ${pays}, free is ${free}`)
    }
    const order = this.#accept(request, ticks, lots, locked)
    account.lock(pays, locked)
    if (request.timeInForce !== 'fok' || plan.lots === lots) this.#execute(book, order, plan)
    this.#settleRemainder(book, order)
    this.#changes.commit()
    return ok(order)
  }

  cancel(order: Order, reason: OrderReason = 'user'): boolean {
    if (!isLive(order)) return false
    this.#end(order, 'cancelled', reason)
    this.#changes.commit()
    return true
  }

  // ---- the market's own liquidity

  /**
   * Sets the market's own lots at a price. New lots first meet clients' orders that they cross, like any order.
   * The caller keeps its own two sides apart.
   */
  quoteOwn(market: string, side: Side, ticks: number, target: number): void {
    const book = ensureDefined(this.books.get(market), market)
    const present = book.ownLots(side, ticks)
    if (target < present) return book.shrinkOwn(side, ticks, target)
    let lots = target - present
    if (lots > 0 && book.wouldTake(side, ticks)) lots -= this.takeAsMarket(market, side, lots, ticks)
    if (lots > 0 && !book.wouldTake(side, ticks)) book.rest(side, ticks, null, lots)
  }

  /** The market's own taking: against its own liquidity it only prints, clients' orders are settled. Returns lots. */
  takeAsMarket(market: string, side: Side, lots: number, limit: number): number {
    const book = ensureDefined(this.books.get(market), market)
    const plan = book.plan(side, limit, null, (_ticks, planned) => lots - planned)
    for (const fill of plan.fills) this.#fill(book, side, null, fill)
    this.#changes.commit()
    return plan.lots
  }

  // ---- restoring

  /** Puts an order back as it was stored: lock, index, and its place in the queue (call in order of id). */
  restoreOrder(order: Order): void {
    this.index.add(order)
    const book = ensureDefined(this.books.get(order.market), order.market)
    const account = ensureDefined(this.#accounts.get(order.account), order.account)
    if (!isLive(order)) return
    account.lock(this.#pays(order), order.locked)
    book.rest(order.side, ensureDefined(order.ticks, 'price of a resting order'), order, order.lots - order.filledLots)
  }

  /**
   * Books a stored trade: balances, fee, and the market as the other side; where that was a client, its own trade
   * takes the market out again. Locks are the orders' own matter.
   */
  applyTrade(trade: Trade): void {
    const { rules } = ensureDefined(this.books.get(trade.market), trade.market)
    const account = ensureDefined(this.#accounts.get(trade.account), trade.account)
    const quantity = quantityOfLots(rules, trade.lots)
    const sign = trade.side === 'buy' ? 1n : -1n
    account.credit(rules.base, (sign * quantity) as Amount)
    account.credit(rules.quote, (-sign * trade.cost) as Amount)
    account.credit(trade.feeAsset, -trade.fee as Amount)
    this.feeCollector.credit(trade.feeAsset, trade.fee)
    this.marketMaker.credit(rules.base, (-sign * quantity) as Amount)
    this.marketMaker.credit(rules.quote, (sign * trade.cost) as Amount)
    this.index.addTrade(trade)
  }

  // ---- inside

  #accept(request: OrderRequest, ticks: number | null, lots: number, locked: Amount): Order {
    const times = this.#times()
    const order: Order = {
      id: this.nextOrderId++,
      account: request.account,
      market: request.market,
      clientOrderId: request.clientOrderId,
      side: request.side,
      type: request.type,
      timeInForce: request.timeInForce,
      ticks,
      lots,
      quoteAmount: request.quoteAmount,
      ...times,
      status: 'open',
      reason: '',
      filledLots: 0,
      cost: ZERO,
      locked,
      updatedAt: times.wireTime,
      trades: [],
    }
    this.index.add(order)
    this.#changes.order(order, 'new')
    this.#changes.balances(order.account, [this.#pays(order)])
    return order
  }

  #execute(book: OrderBook, order: Order, plan: FillPlan): void {
    for (const own of plan.ownOrders) this.#end(own, 'expired', 'self-trade')
    for (const fill of plan.fills) this.#fill(book, order.side, order, fill)
  }

  #settleRemainder(book: OrderBook, order: Order): void {
    if (!isLive(order)) return
    if (order.type === 'market' || order.timeInForce !== 'gtc') {
      return this.#end(order, 'expired', order.type === 'market' ? 'no-liquidity' : 'time-in-force')
    }
    book.rest(order.side, ensureDefined(order.ticks, 'limit price'), order, order.lots - order.filledLots)
  }

  #fill(book: OrderBook, takerSide: Side, taker: Order | null, fill: PlannedFill): void {
    const maker = fill.entry.order
    const makerSide = opposite(takerSide)
    const { ticks } = fill.level
    const cost = costOf(book.rules, ticks, fill.lots)
    const times = this.#times()
    const id = this.nextTradeId++
    book.take(makerSide, fill)
    if (taker) this.#settle(book, taker, id, ticks, fill.lots, cost, false)
    if (maker) this.#settle(book, maker, id, ticks, fill.lots, cost, true)
    const marketTrades = taker ? (maker ? null : makerSide) : maker ? takerSide : null
    if (marketTrades) this.#settleMarket(book, marketTrades, fill.lots, cost)
    if (taker && !maker) this.#options.listener.liquidityTaken(book.rules.market, makerSide, ticks, fill.lots)
    const print: PublicTrade = { id, market: book.rules.market, takerSide, ticks, lots: fill.lots, ...times }
    this.#changes.print(print)
  }

  #settle(book: OrderBook, order: Order, id: number, ticks: number, lots: number, cost: Amount, maker: boolean): void {
    const { rules } = book
    const account = ensureDefined(this.#accounts.get(order.account), order.account)
    const { makerBps, takerBps } = account.identity.fees
    order.filledLots += lots
    order.cost = (order.cost + cost) as Amount
    const stillNeeded =
      order.ticks === null && order.side === 'buy'
        ? ((order.locked - this.#marketBuyShare(rules, ticks, lots, takerBps, makerBps)) as Amount)
        : lockFor(
            this.#options.feeScheme,
            rules,
            order.side,
            order.ticks ?? 0,
            order.lots - order.filledLots,
            Math.max(makerBps, takerBps),
          )
    account.unlock(this.#pays(order), (order.locked - stillNeeded) as Amount)
    order.locked = stillNeeded
    const sign = order.side === 'buy' ? 1n : -1n
    account.credit(rules.base, (sign * quantityOfLots(rules, lots)) as Amount)
    account.credit(rules.quote, (-sign * cost) as Amount)
    const fee = this.#fee(book, account, order.side, lots, cost, maker ? makerBps : takerBps)
    account.credit(fee.asset, -fee.amount as Amount)
    this.feeCollector.credit(fee.asset, fee.amount)
    const trade: Trade = {
      id,
      account: order.account,
      market: order.market,
      side: order.side,
      ticks,
      lots,
      cost,
      fee: fee.amount,
      feeAsset: fee.asset,
      orderId: order.id,
      clientOrderId: order.clientOrderId,
      maker,
      ...this.#times(),
    }
    order.trades.push(trade)
    order.updatedAt = trade.wireTime
    this.index.addTrade(trade)
    this.#changes.trade(trade)
    if (order.filledLots === order.lots) this.#release(order, 'filled', '')
    else order.status = 'partially-filled'
    this.#changes.order(order, 'trade', trade)
    this.#changes.balances(order.account, [...new Set([rules.base, rules.quote, fee.asset])])
  }

  #marketBuyShare(rules: MarketRules, ticks: number, lots: number, takerBps: number, makerBps: number): Amount {
    return lockFor(this.#options.feeScheme, rules, 'buy', ticks, lots, Math.max(makerBps, takerBps))
  }

  #fee(book: OrderBook, account: Account, side: Side, lots: number, cost: Amount, bps: number): Fee {
    const asset = account.identity.fees.feeAsset
    const feeBook = asset === null ? undefined : this.books.get(`${asset}${book.rules.quote}`)
    const mid = feeBook?.midTicks()
    const price = feeBook && mid !== undefined ? priceOfTicks(feeBook.rules, Math.max(1, Math.floor(mid))) : null
    return (
      feeInThirdCurrency(account, cost, bps, price) ?? feeOf(this.#options.feeScheme, book.rules, side, lots, cost, bps)
    )
  }

  #settleMarket(book: OrderBook, side: Side, lots: number, cost: Amount): void {
    const sign = side === 'buy' ? 1n : -1n
    this.marketMaker.credit(book.rules.base, (sign * quantityOfLots(book.rules, lots)) as Amount)
    this.marketMaker.credit(book.rules.quote, (-sign * cost) as Amount)
  }

  #end(order: Order, status: 'cancelled' | 'expired', reason: OrderReason): void {
    this.books.get(order.market)?.remove(order)
    this.#release(order, status, reason)
    this.#changes.order(order, status)
    this.#changes.balances(order.account, [this.#pays(order)])
  }

  #release(order: Order, status: 'filled' | 'cancelled' | 'expired', reason: OrderReason): void {
    ensureDefined(this.#accounts.get(order.account), order.account).unlock(this.#pays(order), order.locked)
    order.locked = ZERO
    order.status = status
    order.reason = reason
    order.updatedAt = this.#options.wireTime()
    this.index.refresh(order)
  }

  #pays(order: Order): string {
    const { rules } = ensureDefined(this.books.get(order.market), order.market)
    return order.side === 'buy' ? rules.quote : rules.base
  }

  #times(): { wireTime: number; marketTime: number } {
    return { wireTime: this.#options.wireTime(), marketTime: this.#options.marketTime() }
  }
}

const house = (account: string): AccountIdentity => ({
  account,
  apiKey: '',
  secret: '',
  fees: { makerBps: 0, takerBps: 0, feeAsset: null },
})
