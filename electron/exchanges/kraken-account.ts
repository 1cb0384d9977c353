import { formatAmount, ZERO } from '../../core/amount.ts'
import type { VenueAccountId } from '../../core/client-book.ts'
import type {
  ExchangeError,
  LookupOutcome,
  SubmitOutcome,
  VenueBalance,
  VenueOrder,
} from '../../core/contracts/exchange.ts'
import type { AssetId, MarketFees, MarketKey } from '../../core/instruments.ts'
import type { ChildOrder, VenueTrade } from '../../core/order.ts'
import { err, fail, ok, type Result } from '../../core/result.ts'
import { type Millis, millis } from '../../core/units.ts'
import type { CcxtKraken } from './ccxt-classes.ts'
import type { KrakenLimits } from './kraken-limits.ts'
import type { NonceCounter } from './kraken-nonce.ts'
import {
  type KrakenOrder,
  krakenAdded,
  krakenBalances,
  krakenCancelled,
  krakenClosedOrders,
  krakenOpenOrders,
  krakenOrders,
  krakenTrades,
  krakenTradesById,
  krakenTradeVolume,
  toBalances,
  toVenueOrder,
  toVenueTrade,
} from './kraken-wire.ts'
import type { LiveAccountConnection } from './live-connection.ts'
import { submitOutcomeOf } from './refusals.ts'
import { tooLate } from './send-window.ts'
import { SerialQueue } from './serial-queue.ts'
import { type CallFailure, describeFailure, VenueRefusal } from './venue-call.ts'
import type { VenueMarkets } from './venue-markets.ts'
import { type CallOptions, readAnswer, type VenueSession } from './venue-session.ts'

/** How far before an order's creation its trades are searched: the venue's clock may be behind ours. */
const CLOCK_TOLERANCE_MS = 5_000
/** QueryTrades takes at most this many ids. */
const TRADES_PER_QUERY = 20
/** QueryOrders takes at most this many ids. */
const ORDERS_PER_QUERY = 50
const UNKNOWN_ORDER = 'EOrder:Unknown order'

/** AddOrder says only that it was taken; what has become of it the caller asks for, best for many at once. */
const acknowledged = (id: string, child: ChildOrder): VenueOrder => ({
  venueOrderId: id,
  clientOrderId: child.id,
  market: child.market,
  state: 'working',
  quantity: child.quantity,
  filledQuantity: ZERO,
  trades: [],
})

const orderWithTrades = (txid: string): Record<string, string> => ({ txid, trades: 'true' })

interface KrakenAccountParts {
  readonly exchange: CcxtKraken
  readonly nonces: NonceCounter
  readonly account: VenueAccountId
  readonly session: VenueSession
  readonly limits: KrakenLimits
  readonly markets: () => VenueMarkets
  readonly assetOf: (name: string) => AssetId
}

/** Synchronises clocks and proves the key by reading balances. Kraken has no question for what else a key may do. */
export async function openKrakenAccount(
  parts: KrakenAccountParts,
): Promise<Result<LiveAccountConnection, ExchangeError>> {
  const connection = new KrakenAccountConnection(parts)
  const synchronised = await connection.synchronise()
  if (!synchronised.ok) return synchronised
  const proof = await connection.balances()
  return proof.ok ? ok(connection) : proof
}

class KrakenAccountConnection implements LiveAccountConnection {
  readonly venue = 'kraken'
  readonly account: VenueAccountId
  readonly #exchange: CcxtKraken
  readonly #nonces: NonceCounter
  readonly #session: VenueSession
  readonly #limits: KrakenLimits
  readonly #markets: () => VenueMarkets
  readonly #assetOf: (name: string) => AssetId
  /** Nonces must arrive in order: one private call at a time. */
  readonly #queue = new SerialQueue()
  /** Our clock minus the venue's, to a second: deadlines are read by its clock. */
  #timeDifferenceMs = 0

  constructor(parts: KrakenAccountParts) {
    this.account = parts.account
    this.#exchange = parts.exchange
    this.#nonces = parts.nonces
    this.#session = parts.session
    this.#limits = parts.limits
    this.#markets = parts.markets
    this.#assetOf = parts.assetOf
  }

  async synchronise(): Promise<Result<null, ExchangeError>> {
    const answer = await this.#session.call(() => this.#exchange.loadTimeDifference(), this.#limits.open())
    if (!answer.ok) return err(this.#session.error(answer.error))
    if (typeof answer.value !== 'number') return fail('bad-answer', `kraken's time differs by ${String(answer.value)}`)
    this.#timeDifferenceMs = answer.value
    return ok(null)
  }

  async submit(child: ChildOrder): Promise<SubmitOutcome> {
    const pair = this.#markets().nameOf(child.market)
    if (!pair) return { kind: 'rejected', code: 'unknown-market', why: `kraken lists no market ${child.market}` }
    const world = this.#session.world
    let late: SubmitOutcome | null = null
    const answer = await this.#call(async () => {
      late = tooLate(child, world)
      if (late) return null
      const start = world.monotonic()
      // The raw endpoint takes the exact text; ccxt's createOrder would cut and round it.
      const reply: unknown = await this.#exchange.privatePostAddOrder({
        pair,
        type: child.side,
        ordertype: 'limit',
        volume: formatAmount(child.quantity),
        price: formatAmount(child.limitPrice),
        timeinforce: child.timeInForce,
        oflags: child.postOnly ? 'fciq,post' : 'fciq',
        cl_ord_id: child.id,
        deadline: new Date(this.#venueNow() + world.settings.recvWindowMs).toISOString(),
      })
      this.#session.orderLatency.record(world.monotonic() - start)
      return reply
    }, this.#limits.order(pair))
    if (late) return late
    if (!answer.ok) return submitOutcomeOf(answer.error, this.#session.lists)
    const added = krakenAdded.safeParse(answer.value)
    const id = added.success ? added.data.result.txid[0] : undefined
    if (!id) return { kind: 'unknown', why: `the answer names no order: ${JSON.stringify(answer.value)}` }
    return { kind: 'accepted', order: acknowledged(id, child) }
  }

  async lookup(
    child: Pick<ChildOrder, 'id' | 'market' | 'createdAt'>,
    venueOrderId: string | null,
  ): Promise<LookupOutcome> {
    if (venueOrderId !== null) {
      const known = await this.#query(venueOrderId)
      if (known.kind !== 'not-found') return known
    }
    const first = await this.#searchLists(child.id)
    if (first.kind !== 'not-found') return first
    // One "not found" proves nothing: the lists lag behind the engine.
    await this.#session.world.sleep(this.#session.world.settings.lookupSpacingMs)
    const second = await this.#searchLists(child.id)
    return second.kind === 'not-found' ? this.#searchTrades(child) : second
  }

  /** One point per fifty orders and two per twenty trades, where each by itself would cost three. */
  async lookupAcknowledged(venueOrderIds: readonly string[]): Promise<readonly LookupOutcome[]> {
    const outcomes: LookupOutcome[] = []
    for (let from = 0; from < venueOrderIds.length; from += ORDERS_PER_QUERY) {
      outcomes.push(...(await this.#queryPage(venueOrderIds.slice(from, from + ORDERS_PER_QUERY))))
    }
    return outcomes
  }

  async cancel(
    child: Pick<ChildOrder, 'id' | 'market'>,
    venueOrderId: string | null,
  ): Promise<Result<'cancelled' | 'already-gone', ExchangeError>> {
    const named = venueOrderId === null ? { cl_ord_id: child.id } : { txid: venueOrderId }
    const pair = this.#markets().nameOf(child.market) ?? child.market
    const answer = await this.#call(() => this.#exchange.privatePostCancelOrder(named), this.#limits.cancel(pair))
    if (!answer.ok) return isUnknownOrder(answer.error) ? ok('already-gone') : err(this.#session.error(answer.error))
    const cancelled = readAnswer(krakenCancelled, answer.value, 'CancelOrder')
    if (!cancelled.ok) return cancelled
    return ok(cancelled.value.result.count > 0 ? 'cancelled' : 'already-gone')
  }

  async openOrders(): Promise<Result<readonly VenueOrder[], ExchangeError>> {
    const answer = await this.#read(() => this.#exchange.privatePostOpenOrders({}), 1)
    if (!answer.ok) return answer
    const orders = readAnswer(krakenOpenOrders, answer.value, 'OpenOrders')
    if (!orders.ok) return orders
    return ok(Object.entries(orders.value.result.open).map(([id, entry]) => toVenueOrder(id, entry, this.#markets())))
  }

  async balances(): Promise<Result<readonly VenueBalance[], ExchangeError>> {
    const answer = await this.#read(() => this.#exchange.privatePostBalanceEx({}), 1)
    if (!answer.ok) return answer
    const balances = readAnswer(krakenBalances, answer.value, 'BalanceEx')
    return balances.ok ? ok(toBalances(balances.value, this.#assetOf)) : balances
  }

  async trades(since: Millis, markets: readonly MarketKey[]): Promise<Result<readonly VenueTrade[], ExchangeError>> {
    const all = await this.#tradesSince(since)
    return all.ok ? ok(all.value.filter((trade) => markets.includes(trade.market))) : all
  }

  async tradesOfOrder(venueOrderId: string): Promise<Result<readonly VenueTrade[], ExchangeError>> {
    const answer = await this.#read(() => this.#exchange.privatePostQueryOrders(orderWithTrades(venueOrderId)), 1)
    if (!answer.ok) return answer
    const orders = readAnswer(krakenOrders, answer.value, 'QueryOrders')
    if (!orders.ok) return orders
    const entry = orders.value.result[venueOrderId]
    return entry ? this.#tradesById(entry.trades) : fail('bad-answer', `kraken has no order ${venueOrderId}`)
  }

  async fees(markets: readonly MarketKey[]): Promise<Result<ReadonlyMap<MarketKey, MarketFees>, ExchangeError>> {
    const pairs = markets.map((market) => this.#markets().nameOf(market)).filter((name) => name !== undefined)
    const answer = await this.#read(() => this.#exchange.privatePostTradeVolume({ pair: pairs.join(',') }), 1)
    if (!answer.ok) return answer
    const volume = readAnswer(krakenTradeVolume, answer.value, 'TradeVolume')
    if (!volume.ok) return volume
    const { fees, fees_maker: makerFees } = volume.value.result
    const rates = new Map<MarketKey, MarketFees>()
    for (const [name, { fee }] of Object.entries(fees)) {
      rates.set(this.#markets().keyOfName(name), { maker: (makerFees[name]?.fee ?? fee) / 100, taker: fee / 100 })
    }
    return ok(rates)
  }

  /** Orders carry a deadline; past it and a margin, what is nowhere never arrived. */
  proofOfAbsenceAt(createdAt: Millis): Millis {
    const { sendWindowMs, recvWindowMs, absenceMarginMs } = this.#session.world.settings
    return millis(createdAt + sendWindowMs + recvWindowMs + absenceMarginMs)
  }

  async #queryPage(ids: readonly string[]): Promise<readonly LookupOutcome[]> {
    const answer = await this.#call(
      () => this.#exchange.privatePostQueryOrders(orderWithTrades(ids.join(','))),
      this.#limits.query(1),
    )
    if (!answer.ok) {
      // One unknown id refuses the page: only asking one by one says which.
      if (isUnknownOrder(answer.error) && ids.length > 1) return Promise.all(ids.map((id) => this.#query(id)))
      const why = describeFailure(answer.error)
      return ids.map(() => (isUnknownOrder(answer.error) ? { kind: 'not-found' } : { kind: 'unknown', why }))
    }
    const orders = readAnswer(krakenOrders, answer.value, 'QueryOrders')
    if (!orders.ok) return ids.map(() => ({ kind: 'unknown', why: orders.error.message }))
    const entries = orders.value.result
    const trades = await this.#tradesById(ids.flatMap((id) => entries[id]?.trades ?? []))
    const known = trades.ok ? trades.value : []
    return ids.map((id): LookupOutcome => {
      const entry = entries[id]
      if (!entry) return { kind: 'not-found' }
      const own = known.filter((trade) => trade.venueOrderId === id)
      return { kind: 'found', order: toVenueOrder(id, entry, this.#markets(), own) }
    })
  }

  async #query(id: string): Promise<LookupOutcome> {
    const answer = await this.#call(
      () => this.#exchange.privatePostQueryOrders(orderWithTrades(id)),
      this.#limits.query(1),
    )
    if (!answer.ok) {
      return isUnknownOrder(answer.error)
        ? { kind: 'not-found' }
        : { kind: 'unknown', why: describeFailure(answer.error) }
    }
    const orders = readAnswer(krakenOrders, answer.value, 'QueryOrders')
    if (!orders.ok) return { kind: 'unknown', why: orders.error.message }
    const entry = orders.value.result[id]
    return entry ? { kind: 'found', order: await this.#withTrades(id, entry) } : { kind: 'not-found' }
  }

  /** What can't be fetched now is missing from the order, not from the venue: the caller sweeps by trade id. */
  async #withTrades(id: string, entry: KrakenOrder): Promise<VenueOrder> {
    const trades = await this.#tradesById(entry.trades)
    return toVenueOrder(id, entry, this.#markets(), trades.ok ? trades.value : [])
  }

  async #tradesById(ids: readonly string[]): Promise<Result<readonly VenueTrade[], ExchangeError>> {
    const trades: VenueTrade[] = []
    for (let from = 0; from < ids.length; from += TRADES_PER_QUERY) {
      const txid = ids.slice(from, from + TRADES_PER_QUERY).join(',')
      const answer = await this.#read(() => this.#exchange.privatePostQueryTrades({ txid }), 2)
      if (!answer.ok) return answer
      const page = readAnswer(krakenTradesById, answer.value, 'QueryTrades')
      if (!page.ok) return page
      for (const [id, entry] of Object.entries(page.value.result)) {
        trades.push(toVenueTrade(id, entry, this.account, this.#markets()))
      }
    }
    return ok(trades.sort((a, b) => a.at - b.at))
  }

  /** By client id only the open and the closed list can be asked; what closes between the two is in the second. */
  async #searchLists(clientOrderId: string): Promise<LookupOutcome> {
    const named = { cl_ord_id: clientOrderId, trades: 'true' }
    const openAnswer = await this.#read(() => this.#exchange.privatePostOpenOrders(named), 1)
    if (!openAnswer.ok) return { kind: 'unknown', why: openAnswer.error.message }
    const open = readAnswer(krakenOpenOrders, openAnswer.value, 'OpenOrders')
    if (!open.ok) return { kind: 'unknown', why: open.error.message }
    const closedAnswer = await this.#read(() => this.#exchange.privatePostClosedOrders(named), 1)
    if (!closedAnswer.ok) return { kind: 'unknown', why: closedAnswer.error.message }
    const closed = readAnswer(krakenClosedOrders, closedAnswer.value, 'ClosedOrders')
    if (!closed.ok) return { kind: 'unknown', why: closed.error.message }
    // Closed first: an order that is in both has just closed.
    const entries = [...Object.entries(closed.value.result.closed), ...Object.entries(open.value.result.open)]
    const found = entries.find(([, entry]) => entry.cl_ord_id === clientOrderId)
    return found ? { kind: 'found', order: await this.#withTrades(...found) } : { kind: 'not-found' }
  }

  /** Trades don't state client ids, their orders do: an order that traded can't hide from this. */
  async #searchTrades(child: Pick<ChildOrder, 'id' | 'market' | 'createdAt'>): Promise<LookupOutcome> {
    const trades = await this.#tradesSince(millis(child.createdAt - CLOCK_TOLERANCE_MS))
    if (!trades.ok) return { kind: 'unknown', why: trades.error.message }
    for (const id of new Set(trades.value.map((trade) => trade.venueOrderId))) {
      const found = await this.#query(id)
      if (found.kind === 'unknown') return found
      if (found.kind === 'found' && found.order.clientOrderId === child.id) return found
    }
    return { kind: 'not-found' }
  }

  /** The history comes newest first in pages by offset; a trade that arrives meanwhile only repeats one. */
  async #tradesSince(since: Millis): Promise<Result<readonly VenueTrade[], ExchangeError>> {
    const trades = new Map<string, VenueTrade>()
    // `start` is exclusive and in seconds.
    const start = Math.max(0, Math.floor(since / 1000) - 1)
    for (let offset = 0; ; ) {
      const request = { start, ofs: offset }
      const answer = await this.#read(() => this.#exchange.privatePostTradesHistory(request), 2)
      if (!answer.ok) return answer
      const page = readAnswer(krakenTrades, answer.value, 'TradesHistory')
      if (!page.ok) return page
      const entries = Object.entries(page.value.result.trades)
      for (const [id, entry] of entries) trades.set(id, toVenueTrade(id, entry, this.account, this.#markets()))
      offset += entries.length
      if (entries.length === 0 || offset >= page.value.result.count) break
    }
    const oldestFirst = [...trades.values()].reverse()
    return ok(oldestFirst.filter((trade) => trade.at >= since).sort((a, b) => a.at - b.at))
  }

  async #read(run: () => Promise<unknown>, points: 1 | 2): Promise<Result<unknown, ExchangeError>> {
    const answer = await this.#call(run, this.#limits.query(points))
    return answer.ok ? answer : err(this.#session.error(answer.error))
  }

  /** A refused nonce or deadline is answered with a new one, so that the next attempt passes. */
  async #call(run: () => Promise<unknown>, options: CallOptions): Promise<Result<unknown, CallFailure>> {
    const answer = await this.#session.call(() => this.#leapIfRefused(run), { ...options, queue: this.#queue })
    if (!answer.ok && answer.error.kind === 'refused' && !isNonceRefusal(answer.error.refusal)) {
      const verdict = this.#session.lists.verdict(answer.error.refusal)
      if (verdict.kind === 'not-sent' && verdict.resync) await this.synchronise()
    }
    return answer
  }

  /** Within the queue: the next call already counts further. */
  async #leapIfRefused(run: () => Promise<unknown>): Promise<unknown> {
    try {
      return await run()
    } catch (error) {
      if (isNonceRefusal(error)) this.#nonces.leap()
      throw error
    }
  }

  #venueNow(): number {
    return this.#session.world.clock.now() - this.#timeDifferenceMs
  }
}

const isNonceRefusal = (error: unknown): boolean =>
  error instanceof VenueRefusal && (error.code?.startsWith('EAPI:Invalid nonce') ?? false)

const isUnknownOrder = (failure: CallFailure): boolean =>
  failure.kind === 'refused' && (failure.refusal.code?.startsWith(UNKNOWN_ORDER) ?? false)
