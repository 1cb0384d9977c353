import { type Amount, formatAmount, fromFloat, multiply, toFloat } from '../../core/amount.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { type MarketRules, priceOfTicks } from './market-rules.ts'
import type { OrderRequest } from './order.ts'
import type { OrderBook } from './order-book.ts'

/** Why the engine refuses an order. Each venue has its own words for these. */
export type RefusalCode =
  | 'unknown-market'
  | 'price-tick'
  | 'price-range'
  | 'price-band'
  | 'quantity-small'
  | 'quantity-large'
  | 'quantity-step'
  | 'market-quantity-large'
  | 'notional-small'
  | 'notional-large'
  | 'duplicate-client-id'
  | 'too-many-orders'
  | 'would-take'
  | 'insufficient-funds'
export type Refusal = Failure<RefusalCode>

/** The venue's filters on one request: tick, band, step, size, notional. */
export function checkFilters(book: OrderBook, request: OrderRequest): Result<true, Refusal> {
  const { rules } = book
  const { price, quantity } = request
  if (price !== null) {
    if (price <= 0n || price > rules.maximumPrice) {
      return fail('price-range', `price was ${formatAmount(price)}, the maximum is ${formatAmount(rules.maximumPrice)}`)
    }
    if (price % rules.tick !== 0n) {
      return fail('price-tick', `price was ${formatAmount(price)}, the tick is ${formatAmount(rules.tick)}`)
    }
    const band = checkBand(book, price)
    if (!band.ok) return band
  }
  if (quantity !== null) {
    const size = checkQuantity(rules, quantity, request.type === 'market')
    if (!size.ok) return size
  }
  return checkNotional(book, request)
}

function checkQuantity(rules: MarketRules, quantity: Amount, isMarketOrder: boolean): Result<true, Refusal> {
  const given = `quantity was ${formatAmount(quantity)} ${rules.base}`
  if (quantity < rules.minimumQuantity) {
    return fail('quantity-small', `${given}, the minimum is ${formatAmount(rules.minimumQuantity)}`)
  }
  if (quantity > rules.maximumQuantity) {
    return fail('quantity-large', `${given}, the maximum is ${formatAmount(rules.maximumQuantity)}`)
  }
  if (quantity % rules.step !== 0n) return fail('quantity-step', `${given}, the step is ${formatAmount(rules.step)}`)
  if (isMarketOrder && quantity > rules.maximumMarketQuantity) {
    return fail(
      'market-quantity-large',
      `${given}, the maximum at market is ${formatAmount(rules.maximumMarketQuantity)}`,
    )
  }
  return ok(true)
}

function checkBand(book: OrderBook, price: Amount): Result<true, Refusal> {
  const { priceBand } = book.rules
  const mid = book.midTicks()
  if (!priceBand || mid === undefined) return ok(true)
  const reference = mid * toFloat(book.rules.tick)
  const value = toFloat(price)
  if (value >= reference * priceBand.low && value <= reference * priceBand.high) return ok(true)
  const [low, high] = [reference * priceBand.low, reference * priceBand.high].map((x) => formatAmount(fromFloat(x)))
  return fail('price-band', `price was ${formatAmount(price)}, allowed is ${low} to ${high}`)
}

function checkNotional(book: OrderBook, request: OrderRequest): Result<true, Refusal> {
  const notional = notionalOf(book, request)
  if (notional === null) return ok(true)
  const { rules } = book
  const given = `the order was worth ${formatAmount(notional)} ${rules.quote}`
  if (notional < rules.minimumNotional) {
    return fail('notional-small', `${given}, the minimum is ${formatAmount(rules.minimumNotional)}`)
  }
  if (notional > rules.maximumNotional && request.type !== 'market') {
    return fail('notional-large', `${given}, the maximum is ${formatAmount(rules.maximumNotional)}`)
  }
  return ok(true)
}

function notionalOf(book: OrderBook, request: OrderRequest): Amount | null {
  if (request.quoteAmount !== null) return request.quoteAmount
  if (request.quantity === null) return null
  if (request.price !== null) return multiply(request.price, request.quantity)
  const mid = book.midTicks()
  return mid === undefined ? null : multiply(priceOfTicks(book.rules, Math.floor(mid)), request.quantity)
}
