import { formatAmount } from '../../core/amount.ts'
import type { VenueAccountId } from '../../core/client-book.ts'
import type {
  ExchangeError,
  LookupOutcome,
  SubmitOutcome,
  VenueBalance,
  VenueOrder,
} from '../../core/contracts/exchange.ts'
import type { MarketFees, MarketKey } from '../../core/instruments.ts'
import type { ChildOrder, VenueTrade } from '../../core/order.ts'
import { err, fail, ok, type Result } from '../../core/result.ts'
import { type Millis, millis } from '../../core/units.ts'
import type { BinanceLimits } from './binance-limits.ts'
import {
  binanceAccount,
  binanceOrder,
  binanceOrders,
  binanceTradeFees,
  binanceTrades,
  toVenueOrder,
  toVenueTrade,
} from './binance-wire.ts'
import type { CcxtBinance } from './ccxt-classes.ts'
import type { LiveAccountConnection } from './live-connection.ts'
import { submitOutcomeOf } from './refusals.ts'
import { tooLate } from './send-window.ts'
import { type CallFailure, describeFailure } from './venue-call.ts'
import type { VenueMarkets } from './venue-markets.ts'
import { type CallOptions, readAnswer, type VenueSession } from './venue-session.ts'

const TRADES_PER_PAGE = 1_000
/** How far before an order's creation its trades are searched: the venue's clock may be behind ours. */
const CLOCK_TOLERANCE_MS = 5_000

type OrderName = { readonly origClientOrderId: string } | { readonly orderId: string }

interface BinanceAccountParts {
  readonly exchange: CcxtBinance
  readonly account: VenueAccountId
  readonly session: VenueSession
  readonly limits: BinanceLimits
  readonly markets: () => VenueMarkets
}

/** Synchronises clocks, then refuses a key that may withdraw. */
export async function openBinanceAccount(
  parts: BinanceAccountParts,
): Promise<Result<LiveAccountConnection, ExchangeError>> {
  const { exchange, session, limits } = parts
  const synchronised = await session.call(() => exchange.loadTimeDifference(), limits.weigh(1))
  if (!synchronised.ok) return err(session.error(synchronised.error))
  const answer = await session.call(() => exchange.privateGetAccount({}), limits.weigh(20))
  if (!answer.ok) return err(session.error(answer.error))
  const account = readAnswer(binanceAccount, answer.value, 'account')
  if (!account.ok) return account
  if (account.value.canWithdraw) {
    return fail('may-withdraw', `the key of ${parts.account} on binance may withdraw; only keys that may not are used`)
  }
  return ok(new BinanceAccountConnection(parts))
}

class BinanceAccountConnection implements LiveAccountConnection {
  readonly venue = 'binance'
  readonly account: VenueAccountId
  readonly #exchange: CcxtBinance
  readonly #session: VenueSession
  readonly #limits: BinanceLimits
  readonly #markets: () => VenueMarkets

  constructor(parts: BinanceAccountParts) {
    this.account = parts.account
    this.#exchange = parts.exchange
    this.#session = parts.session
    this.#limits = parts.limits
    this.#markets = parts.markets
  }

  async submit(child: ChildOrder): Promise<SubmitOutcome> {
    const symbol = this.#markets().nameOf(child.market)
    if (!symbol) return { kind: 'rejected', code: 'unknown-market', why: `binance lists no market ${child.market}` }
    const world = this.#session.world
    let late: SubmitOutcome | null = null
    const answer = await this.#call(async () => {
      late = tooLate(child, world)
      if (late) return null
      const start = world.monotonic()
      // The raw endpoint takes the exact text; ccxt's createOrder would cut and round it.
      const reply: unknown = await this.#exchange.privatePostOrder({
        symbol,
        side: child.side === 'buy' ? 'BUY' : 'SELL',
        ...(child.postOnly ? { type: 'LIMIT_MAKER' } : { type: 'LIMIT', timeInForce: child.timeInForce }),
        quantity: formatAmount(child.quantity),
        price: formatAmount(child.limitPrice),
        newClientOrderId: child.id,
        newOrderRespType: 'FULL',
      })
      this.#session.orderLatency.record(world.monotonic() - start)
      return reply
    }, this.#limits.order())
    if (late) return late
    if (!answer.ok) return submitOutcomeOf(answer.error, this.#session.lists)
    const order = binanceOrder.safeParse(answer.value)
    if (!order.success) return { kind: 'unknown', why: `the answer names no order: ${JSON.stringify(answer.value)}` }
    return { kind: 'accepted', order: this.#order(order.data) }
  }

  async lookup(
    child: Pick<ChildOrder, 'id' | 'market' | 'createdAt'>,
    venueOrderId: string | null,
  ): Promise<LookupOutcome> {
    const symbol = this.#markets().nameOf(child.market)
    if (!symbol) return { kind: 'unknown', why: `binance lists no market ${child.market}` }
    const asked: OrderName = venueOrderId === null ? { origClientOrderId: child.id } : { orderId: venueOrderId }
    const first = await this.#query(symbol, asked)
    if (first.kind !== 'not-found') return first
    // One "not found" proves nothing: the query side lags behind the engine.
    await this.#session.world.sleep(this.#session.world.settings.lookupSpacingMs)
    const open = await this.#call(() => this.#exchange.privateGetOpenOrders({ symbol }), this.#limits.weigh(6))
    if (!open.ok) return { kind: 'unknown', why: describeFailure(open.error) }
    const orders = readAnswer(binanceOrders, open.value, `open orders of ${symbol}`)
    if (!orders.ok) return { kind: 'unknown', why: orders.error.message }
    const resting = orders.value.find((order) => order.clientOrderId === child.id)
    if (resting) return { kind: 'found', order: this.#order(resting) }
    const second = await this.#query(symbol, asked)
    return second.kind === 'not-found' ? this.#searchTrades(symbol, child) : second
  }

  async cancel(
    child: Pick<ChildOrder, 'id' | 'market'>,
    venueOrderId: string | null,
  ): Promise<Result<'cancelled' | 'already-gone', ExchangeError>> {
    const symbol = this.#markets().nameOf(child.market)
    if (!symbol) return fail('bad-answer', `binance lists no market ${child.market}`)
    const named = venueOrderId === null ? { origClientOrderId: child.id } : { orderId: venueOrderId }
    const answer = await this.#call(
      () => this.#exchange.privateDeleteOrder({ symbol, ...named }),
      this.#limits.cancel(),
    )
    if (answer.ok) return ok('cancelled')
    if (answer.error.kind === 'refused' && answer.error.refusal.code === '-2011') return ok('already-gone')
    return err(this.#session.error(answer.error))
  }

  async openOrders(): Promise<Result<readonly VenueOrder[], ExchangeError>> {
    const answer = await this.#read(() => this.#exchange.privateGetOpenOrders({}), 80)
    if (!answer.ok) return answer
    const orders = readAnswer(binanceOrders, answer.value, 'open orders')
    return orders.ok ? ok(orders.value.map((order) => this.#order(order))) : orders
  }

  async balances(): Promise<Result<readonly VenueBalance[], ExchangeError>> {
    const answer = await this.#read(() => this.#exchange.privateGetAccount({}), 20)
    if (!answer.ok) return answer
    const account = readAnswer(binanceAccount, answer.value, 'account')
    if (!account.ok) return account
    return ok(account.value.balances.map(({ asset, free, locked }) => ({ asset: this.#assetOf(asset), free, locked })))
  }

  async trades(since: Millis, markets: readonly MarketKey[]): Promise<Result<readonly VenueTrade[], ExchangeError>> {
    const pages = await Promise.all(markets.map((market) => this.#tradesOf(market, { startTime: since })))
    const trades: VenueTrade[] = []
    for (const page of pages) {
      if (!page.ok) return page
      trades.push(...page.value)
    }
    return ok(trades.sort((a, b) => a.at - b.at))
  }

  tradesOfOrder(venueOrderId: string, market: MarketKey): Promise<Result<readonly VenueTrade[], ExchangeError>> {
    return this.#tradesOf(market, { orderId: venueOrderId })
  }

  async fees(markets: readonly MarketKey[]): Promise<Result<ReadonlyMap<MarketKey, MarketFees>, ExchangeError>> {
    const answer = await this.#read(() => this.#exchange.sapiGetAssetTradeFee({}), 1)
    if (!answer.ok) return answer
    const rows = readAnswer(binanceTradeFees, answer.value, 'trade fees')
    if (!rows.ok) return rows
    const fees = new Map<MarketKey, MarketFees>()
    for (const { symbol, makerCommission, takerCommission } of rows.value) {
      const key = this.#markets().keyOfName(symbol)
      if (markets.includes(key)) fees.set(key, { maker: makerCommission, taker: takerCommission })
    }
    return ok(fees)
  }

  /** A request stamped by now − difference is refused once the venue's clock is recvWindow past the stamp. */
  proofOfAbsenceAt(createdAt: Millis): Millis {
    const { sendWindowMs, recvWindowMs, absenceMarginMs } = this.#session.world.settings
    return millis(createdAt + sendWindowMs + recvWindowMs + absenceMarginMs)
  }

  /** All trades of one market from a start or of one order, exact, page by page through trade ids. */
  async #tradesOf(
    market: MarketKey,
    start: { readonly startTime: number } | { readonly orderId: string },
  ): Promise<Result<readonly VenueTrade[], ExchangeError>> {
    const symbol = this.#markets().nameOf(market)
    if (!symbol) return fail('bad-answer', `binance lists no market ${market}`)
    const trades: VenueTrade[] = []
    let from: { readonly startTime: number } | { readonly orderId: string } | { readonly fromId: string } = start
    for (;;) {
      const request = { symbol, limit: TRADES_PER_PAGE, ...from }
      const answer = await this.#read(() => this.#exchange.privateGetMyTrades(request), 20)
      if (!answer.ok) return answer
      const page = readAnswer(binanceTrades, answer.value, `trades of ${symbol}`)
      if (!page.ok) return page
      trades.push(...page.value.map((trade) => toVenueTrade(trade, this.account, this.#markets())))
      const last = page.value.at(-1)
      if (!last || page.value.length < TRADES_PER_PAGE) return ok(trades)
      from = { fromId: String(BigInt(last.id) + 1n), ...('orderId' in start ? start : {}) }
    }
  }

  async #query(symbol: string, asked: OrderName): Promise<LookupOutcome> {
    const answer = await this.#call(() => this.#exchange.privateGetOrder({ symbol, ...asked }), this.#limits.weigh(4))
    if (!answer.ok) {
      if (answer.error.kind === 'refused' && answer.error.refusal.code === '-2013') return { kind: 'not-found' }
      return { kind: 'unknown', why: describeFailure(answer.error) }
    }
    const order = readAnswer(binanceOrder, answer.value, 'order')
    return order.ok ? { kind: 'found', order: this.#order(order.value) } : { kind: 'unknown', why: order.error.message }
  }

  /** Trades don't state client ids, their orders do: an order that traded can't hide from this. */
  async #searchTrades(symbol: string, child: Pick<ChildOrder, 'id' | 'market' | 'createdAt'>): Promise<LookupOutcome> {
    const trades = await this.#tradesOf(child.market, { startTime: child.createdAt - CLOCK_TOLERANCE_MS })
    if (!trades.ok) return { kind: 'unknown', why: trades.error.message }
    for (const orderId of new Set(trades.value.map((trade) => trade.venueOrderId))) {
      const found = await this.#query(symbol, { orderId })
      if (found.kind === 'unknown') return found
      if (found.kind === 'found' && found.order.clientOrderId === child.id) return found
    }
    return { kind: 'not-found' }
  }

  async #read(run: () => Promise<unknown>, weight: number): Promise<Result<unknown, ExchangeError>> {
    const answer = await this.#call(run, this.#limits.weigh(weight))
    return answer.ok ? answer : err(this.#session.error(answer.error))
  }

  /** A refused timestamp is answered with a new synchronisation, so that the next attempt passes. */
  async #call(run: () => Promise<unknown>, options: CallOptions): Promise<Result<unknown, CallFailure>> {
    const answer = await this.#session.call(run, options)
    if (!answer.ok && answer.error.kind === 'refused') {
      const verdict = this.#session.lists.verdict(answer.error.refusal)
      if (verdict.kind === 'not-sent' && verdict.resync) {
        await this.#session.call(() => this.#exchange.loadTimeDifference(), this.#limits.weigh(1))
      }
    }
    return answer
  }

  #order(order: Parameters<typeof toVenueOrder>[0]): VenueOrder {
    return toVenueOrder(order, this.account, this.#markets())
  }

  #assetOf(name: string): string {
    return this.#exchange.safeCurrencyCode(name) ?? name
  }
}
