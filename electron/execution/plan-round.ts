import { type Amount, add, fromFloat, ONE, ZERO } from '../../core/amount.ts'
import {
  type BookIntent,
  splitOverVenues,
  type Unplaced,
  type VenueLeg,
  type VenueOffer,
} from '../../core/decisions/routing.ts'
import { keyOf, type Market, type MarketKey, splitMarketKey, VENUES, type VenueId } from '../../core/instruments.ts'
import type { ChildOrder, ParentOrder, Participant } from '../../core/order.ts'
import { clientOrderId } from './client-order-id.ts'
import { accountKey, type ExecutionContext, quotePriceUsd } from './context.ts'
import { bookLimit, FreeInventory } from './inventory.ts'
import type { Obstacles, VenueObstacle } from './obstacles.ts'
import { legHistory, legOf, type ParentProgress } from './parent-progress.ts'
import { type Denial, firstDenial, leastQuantity, ORDER_CHECKS, VENUE_CHECKS } from './pre-trade-checks.ts'
import { highestLimit, levelsBeyond, parentPriceCap } from './price-cap.ts'
import { nextSlice, type Slice } from './schedules.ts'
import { bookGate, denialOf, type TradingStates, venueGate } from './trading-gate.ts'

export interface RoundPlan {
  /** At most one per parent and venue; to be journaled together before the first is sent. */
  readonly children: readonly ChildOrder[]
  /** What stood in the way of each parent that was looked at. */
  readonly obstacles: ReadonlyMap<string, Obstacles>
}

/**
 * Routes the remainder of every parent, in order, over the venues as they are now. The parents share inventory, cash
 * and depth: what one takes the next does not see. Reads the store and live order books, writes nothing.
 */
export function planRound(context: ExecutionContext, parents: readonly ParentProgress[]): RoundPlan {
  const round = new Round(context)
  for (const progress of parents) {
    if (round.isFull()) break
    round.route(progress)
  }
  return round
}

/** A venue that may be used for a parent in this round. */
interface Offer extends VenueOffer {
  readonly trades: Market
  readonly attempt: number
}

/** Reserved for an order on a market that is no longer listed. */
const UNKNOWN_FEE = 0.01

class Round implements RoundPlan {
  readonly children: ChildOrder[] = []
  readonly obstacles = new Map<string, Obstacles>()
  readonly #context: ExecutionContext
  readonly #states: TradingStates
  readonly #inventory: FreeInventory
  readonly #taken = new Map<MarketKey, Amount>()
  readonly #tolerance: Amount

  constructor(context: ExecutionContext) {
    this.#context = context
    this.#states = context.store.tradingState()
    this.#inventory = new FreeInventory(context.store)
    this.#tolerance = fromFloat(context.settings.limitToleranceBps / 1e4)
    const { store } = context
    const unsettled = [...store.unfinishedChildren(), ...store.childrenToAllocate()]
    for (const { child } of new Map(unsettled.map((record) => [record.child.id, record])).values()) this.#reserve(child)
  }

  /** Whether some venue has as many orders as may be sent one after the other. */
  isFull(): boolean {
    const limit = this.#context.settings.ordersPerVenueAndRound
    return VENUES.some((venue) => this.children.filter((child) => child.venue === venue).length >= limit)
  }

  route(progress: ParentProgress): void {
    const { parent } = progress.record
    const slice = nextSlice(progress)
    const venueObstacles: VenueObstacle[] = []
    const offers: Offer[] = []
    for (const venue of VENUES) {
      const offer = this.#offer(progress, venue)
      if ('trades' in offer) offers.push(offer)
      else venueObstacles.push(offer)
    }
    const { active, held } = this.#splitByTradingState(parent, slice.participants)
    const { legs, unplaced } = splitOverVenues({
      side: parent.side,
      offers,
      excluded: venueObstacles,
      books: active.map((book) => this.#intentOf(book, progress, offers)),
      limitTolerance: this.#tolerance,
    })
    const refused: Unplaced[] = []
    for (const leg of legs) {
      const denial = this.#addChild(parent, leg, slice, offers.find((offer) => offer.venue === leg.venue)!)
      if (!denial) continue
      venueObstacles.push({ venue: leg.venue, ...denial, patienceMs: 0 })
      refused.push(...leg.participants.map((participant) => ({ ...participant, reason: denial.reason })))
    }
    this.obstacles.set(parent.id, {
      venues: venueObstacles,
      unplaced: [...held, ...unplaced, ...refused],
      belowEveryMinimum: isBelowAll(offers, progress.remainingQuantity),
      markets: offers,
    })
  }

  #offer(progress: ParentProgress, venue: VenueId): Offer | VenueObstacle {
    const { settings, clock, pauses, accounts, unreconciled } = this.#context
    const { parent } = progress.record
    const market = this.#context.market(venue, parent.asset)
    const orderBook = market && this.#context.orderBook(keyOf(market))
    const quoteUsd = market && quotePriceUsd(this.#context, market.quote)
    const now = clock.now()
    const pausedUntil = pauses.pausedUntil(venue, now)
    const denial = firstDenial(VENUE_CHECKS, {
      venue,
      parent,
      trading: venueGate(this.#states, venue),
      connected: accounts(venue, parent.account) !== undefined,
      reconciled: !unreconciled.has(accountKey(venue, parent.account)),
      pausedUntil,
      market,
      orderBook,
      quotePriceUsd: quoteUsd,
      now,
      settings,
    })
    if (denial) return { venue, ...denial, patienceMs: this.#patienceFor(denial, pausedUntil !== null) }
    if (!market || !orderBook || quoteUsd === undefined)
      throw new Error(`checks let an unknown market of ${venue} pass`)
    const history = legHistory(progress.children, legOf(parent.id, venue), settings)
    const blocked = history.busy ? 'an order of this parent is not settled there' : history.spent
    if (blocked !== null) return { venue, reason: 'venue-unavailable', why: blocked, patienceMs: 0 }
    const key = keyOf(market)
    const levels = parent.side === 'buy' ? orderBook.asks : orderBook.bids
    return {
      venue,
      market: key,
      levels: levelsBeyond(levels, this.#taken.get(key) ?? ZERO),
      quoteUsd,
      takerFee: fromFloat(market.fees.taker),
      filters: market.filters,
      priceCap: parentPriceCap(parent, quoteUsd, market.filters.tick),
      trades: market,
      attempt: history.nextAttempt,
    }
  }

  #patienceFor({ reason }: Denial, isPaused: boolean): number {
    const { stalePatienceMs, wavePatienceMs } = this.#context.settings
    if (reason === 'stale-order-book') return stalePatienceMs
    return reason === 'venue-unavailable' && isPaused ? wavePatienceMs : 0
  }

  /** Client books that are halted, or may only reduce, stay out of the block; the others go on. */
  #splitByTradingState(
    parent: ParentOrder,
    participants: readonly Participant[],
  ): { active: readonly Participant[]; held: readonly Unplaced[] } {
    const active: Participant[] = []
    const held: Unplaced[] = []
    for (const participant of participants) {
      const denial = denialOf(bookGate(this.#states, participant.bookId), parent.side)
      if (denial) held.push({ ...participant, reason: denial.reason })
      else active.push(participant)
    }
    return { active, held }
  }

  /** What a book can trade per venue; of excluded venues too, so that their reason is given for what they hold. */
  #intentOf({ bookId, quantity }: Participant, progress: ParentProgress, offers: readonly Offer[]): BookIntent {
    const { parent } = progress.record
    const available: Partial<Record<VenueId, Amount>> = {}
    for (const venue of VENUES) {
      const offer = offers.find((candidate) => candidate.venue === venue)
      const market = offer?.trades ?? this.#context.market(venue, parent.asset)
      if (!market) continue
      const quoteUsd = quotePriceUsd(this.#context, market.quote) ?? ONE
      const cap = parentPriceCap(parent, quoteUsd, market.filters.tick)
      const price = offer
        ? highestLimit(offer.levels, progress.remainingQuantity, cap, market.filters.tick, this.#tolerance)
        : cap
      available[venue] = bookLimit(this.#inventory, {
        bookId,
        venue,
        side: parent.side,
        base: market.base,
        quote: market.quote,
        price,
        takerFee: fromFloat(market.fees.taker),
        cushion: this.#context.settings.cashCushion,
      })
    }
    return { bookId, quantity, available }
  }

  /** Answers why not, where a check refuses the order. */
  #addChild(parent: ParentOrder, leg: VenueLeg, slice: Slice, offer: Offer): Denial | null {
    const legId = legOf(parent.id, leg.venue)
    const { attempt } = offer
    const child: ChildOrder = {
      id: clientOrderId({ epoch: this.#context.store.epoch, planId: parent.planId, leg: legId, attempt }),
      parentId: parent.id,
      planId: parent.planId,
      leg: legId,
      attempt,
      venue: leg.venue,
      account: parent.account,
      market: leg.market,
      side: parent.side,
      quantity: leg.quantity,
      limitPrice: leg.limitPrice,
      timeInForce: slice.timeInForce,
      postOnly: slice.postOnly,
      quotePriceUsd: offer.quoteUsd,
      participants: leg.participants,
      createdAt: this.#context.clock.now(),
    }
    const denial = firstDenial(ORDER_CHECKS, {
      child,
      market: offer.trades,
      quotePriceUsd: offer.quoteUsd,
      priceCap: offer.priceCap,
      settings: this.#context.settings,
    })
    if (denial) return denial
    this.children.push(child)
    this.#reserve(child)
    this.#taken.set(leg.market, add(this.#taken.get(leg.market) ?? ZERO, leg.quantity))
    return null
  }

  #reserve(child: ChildOrder): void {
    const market = this.#context.market(child.venue, splitMarketKey(child.market).base)
    const taker = market?.fees.taker ?? UNKNOWN_FEE
    this.#inventory.reserveChild(child, fromFloat(taker), this.#context.settings.cashCushion)
  }
}

const isBelowAll = (offers: readonly Offer[], quantity: Amount): boolean =>
  offers.length > 0 && offers.every(({ trades, priceCap }) => quantity < leastQuantity(trades.filters, priceCap))
