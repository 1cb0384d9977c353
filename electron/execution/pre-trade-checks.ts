import { type Amount, formatAmount, maximum, multiply, ONE, toFloat } from '../../core/amount.ts'
import type { Market, MarketFilters, OrderBookSnapshot, VenueId } from '../../core/instruments.ts'
import type { ChildOrder, DeniedReason, ParentOrder, ParentState } from '../../core/order.ts'
import type { Millis } from '../../core/units.ts'
import { isWithinCap } from './price-cap.ts'
import type { ExecutionSettings } from './settings.ts'
import { denialOf, type TradingGate } from './trading-gate.ts'

/**
 * What stands between a decision and an order. Each check is a pure function that returns why not, from the closed set
 * of reasons; a further breaker is a function of its own, added to one of the three lists:
 * may this venue be used at all, may this order be written down, may this order go out at this instant.
 */
export interface Denial {
  readonly reason: DeniedReason
  readonly why: string
}
export type PreTradeCheck<Subject> = (subject: Subject) => Denial | null

const deny = (reason: DeniedReason, why: string): Denial => ({ reason, why })

/** The first reason against, in the order of the list. */
export function firstDenial<Subject>(checks: readonly PreTradeCheck<Subject>[], subject: Subject): Denial | null {
  for (const check of checks) {
    const denial = check(subject)
    if (denial) return denial
  }
  return null
}

/** A venue on which a parent could trade now. */
export interface VenueCandidate {
  readonly venue: VenueId
  readonly parent: Pick<ParentOrder, 'side' | 'asset' | 'account'>
  readonly trading: TradingGate
  readonly connected: boolean
  /** The ledger equalled the account's balance at start. */
  readonly reconciled: boolean
  readonly pausedUntil: number | null
  readonly market: Market | undefined
  readonly orderBook: OrderBookSnapshot | undefined
  readonly quotePriceUsd: Amount | undefined
  readonly now: Millis
  readonly settings: ExecutionSettings
}

export const VENUE_CHECKS: readonly PreTradeCheck<VenueCandidate>[] = [
  function mayTrade({ trading, parent }) {
    return denialOf(trading, parent.side)
  },
  function isConnected({ connected, venue, parent }) {
    return connected ? null : deny('venue-unavailable', `account ${parent.account} is not connected on ${venue}`)
  },
  function isReconciled({ reconciled, venue, parent }) {
    if (reconciled) return null
    return deny('venue-unavailable', `account ${parent.account} on ${venue} has not been reconciled since the start`)
  },
  function isNotPaused({ pausedUntil, venue, now }) {
    if (pausedUntil === null) return null
    return deny('venue-unavailable', `${venue} asked for a pause of ${pausedUntil - now} ms more`)
  },
  function marketTrades({ market, venue, parent }) {
    if (!market) return deny('venue-unavailable', `${venue} has no market for ${parent.asset}`)
    return market.status === 'trading' ? null : deny('venue-unavailable', `${market.symbol} is halted on ${venue}`)
  },
  function orderBookIsFresh({ orderBook, venue, parent, now, settings }) {
    if (!orderBook) return deny('stale-order-book', `there is no verified order book of ${parent.asset} on ${venue}`)
    const age = now - orderBook.receivedAt
    if (age <= settings.orderBookMaximumAgeMs) return null
    return deny(
      'stale-order-book',
      `the order book of ${parent.asset} on ${venue} is ${age} ms old, ${settings.orderBookMaximumAgeMs} ms are allowed`,
    )
  },
  function orderBookIsSound({ orderBook, venue, parent }) {
    const [bid, ask] = [orderBook?.bids[0], orderBook?.asks[0]]
    if (!bid || !ask) return deny('stale-order-book', `the order book of ${parent.asset} on ${venue} has an empty side`)
    if (bid.price > 0n && bid.price < ask.price) return null
    return deny('stale-order-book', `the order book of ${parent.asset} on ${venue} is crossed or not positive`)
  },
  function quoteHasPrice({ quotePriceUsd, market }) {
    if (quotePriceUsd !== undefined && quotePriceUsd > 0n) return null
    return deny('stale-order-book', `${market?.quote ?? 'the quote currency'} has no price in US dollars`)
  },
]

/** The least quantity that the venue takes at a price: its minimum quantity and notional, before steps. */
export function leastQuantity(filters: MarketFilters, price: Amount): Amount {
  const byNotional = (filters.minimumNotional * ONE + price - 1n) / price
  return maximum(filters.minimumQuantity, byNotional as Amount)
}

/** An order about to be written into the journal. */
export interface OrderCandidate {
  readonly child: ChildOrder
  readonly market: Market
  readonly quotePriceUsd: Amount
  readonly priceCap: Amount
  readonly settings: ExecutionSettings
}

export const ORDER_CHECKS: readonly PreTradeCheck<OrderCandidate>[] = [
  function isAboveMinimum({ child, market }) {
    const { filters } = market
    if (child.quantity < filters.minimumQuantity) {
      return deny(
        'below-minimum',
        `quantity was ${formatAmount(child.quantity)} ${market.base}, the minimum on ${child.venue} is ${formatAmount(filters.minimumQuantity)}`,
      )
    }
    const notional = multiply(child.quantity, child.limitPrice)
    if (notional >= filters.minimumNotional) return null
    return deny(
      'below-minimum',
      `notional was ${formatAmount(notional)} ${market.quote}, the minimum on ${child.venue} is ${formatAmount(filters.minimumNotional)}`,
    )
  },
  function isWithinPriceCap({ child, priceCap }) {
    if (isWithinCap(child.side, child.limitPrice, priceCap)) return null
    return deny(
      'beyond-price-cap',
      `limit was ${formatAmount(child.limitPrice)}, the parent's cap is ${formatAmount(priceCap)}`,
    )
  },
  function isWithinNotionalLimit({ child, quotePriceUsd, settings }) {
    const notionalUsd = toFloat(multiply(multiply(child.quantity, child.limitPrice), quotePriceUsd))
    if (notionalUsd <= settings.maximumOrderNotionalUsd) return null
    return deny(
      'order-notional-limit',
      `notional was ${notionalUsd.toFixed(2)} USD, the limit is ${settings.maximumOrderNotionalUsd} USD`,
    )
  },
]

/** A journaled order in the instant before it is handed to the connection. */
export interface SendCandidate {
  readonly child: ChildOrder
  readonly trading: TradingGate
  readonly pausedUntil: number | null
  readonly parentState: ParentState
  /** The desk is closing. */
  readonly stopping: boolean
  readonly now: Millis
}

export const SEND_CHECKS: readonly PreTradeCheck<SendCandidate>[] = [
  function mayStillTrade({ trading, child }) {
    return denialOf(trading, child.side)
  },
  function parentStillWanted({ parentState, child }) {
    return parentState === 'settling' ? deny('trading-halted', `parent order ${child.parentId} was cancelled`) : null
  },
  function deskIsOpen({ stopping }) {
    return stopping ? deny('trading-halted', 'the desk is closing') : null
  },
  function isStillNotPaused({ pausedUntil, child, now }) {
    if (pausedUntil === null) return null
    return deny('venue-unavailable', `${child.venue} asked for a pause of ${pausedUntil - now} ms more`)
  },
]
