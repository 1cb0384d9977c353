import { err, ok, type Result } from '../../core/result.ts'
import { type BinanceError, banned, orderRateExceeded, weightExceeded } from './errors.ts'

export const WEIGHT_PER_MINUTE = 6_000
export const ORDERS_PER_TEN_SECONDS = 100
export const ORDERS_PER_DAY = 200_000

const MINUTE = 60_000
const TEN_SECONDS = 10_000
const DAY = 86_400_000
/** Requests past the limit that are still answered with 429; then the address is banned. */
const PATIENCE = 10
const BAN_MS = 120_000

interface Window {
  from: number
  count: number
}

/**
 * Request weight by address (everybody here is one: loopback) and order counts by account, in the wire clock's
 * windows as Binance keeps them. In lockstep nothing is refused: there the machine's speed must decide nothing.
 */
export class RateLimits {
  readonly #now: () => number
  readonly #enforced: boolean
  readonly #weight: Window = { from: 0, count: 0 }
  readonly #orders = new Map<string, { tenSeconds: Window; day: Window }>()
  #over = 0
  #bannedUntil = 0

  constructor(now: () => number, enforced: boolean) {
    this.#now = now
    this.#enforced = enforced
  }

  /** Counts a request. @returns what to answer instead, with the seconds to wait */
  spend(weight: number): Result<true, { error: BinanceError; retryAfterSeconds: number }> {
    const now = this.#now()
    if (now < this.#bannedUntil) {
      return err({ error: banned(this.#bannedUntil), retryAfterSeconds: Math.ceil((this.#bannedUntil - now) / 1000) })
    }
    roll(this.#weight, now, MINUTE)
    if (this.#weight.count === 0) this.#over = 0
    this.#weight.count += weight
    if (!this.#enforced || this.#weight.count <= WEIGHT_PER_MINUTE) return ok(true)
    this.#over++
    if (this.#over > PATIENCE) {
      this.#bannedUntil = now + BAN_MS
      return err({ error: banned(this.#bannedUntil), retryAfterSeconds: BAN_MS / 1000 })
    }
    return err({ error: weightExceeded(WEIGHT_PER_MINUTE), retryAfterSeconds: secondsLeft(this.#weight, now, MINUTE) })
  }

  /** Counts a new order. @returns what to answer instead */
  countOrder(account: string): Result<true, { error: BinanceError; retryAfterSeconds: number }> {
    const now = this.#now()
    const counts = this.#counts(account)
    roll(counts.tenSeconds, now, TEN_SECONDS)
    roll(counts.day, now, DAY)
    if (this.#enforced && counts.tenSeconds.count >= ORDERS_PER_TEN_SECONDS) {
      const error = orderRateExceeded(ORDERS_PER_TEN_SECONDS, '10 SECOND')
      return err({ error, retryAfterSeconds: secondsLeft(counts.tenSeconds, now, TEN_SECONDS) })
    }
    if (this.#enforced && counts.day.count >= ORDERS_PER_DAY) {
      const error = orderRateExceeded(ORDERS_PER_DAY, '1 DAY')
      return err({ error, retryAfterSeconds: secondsLeft(counts.day, now, DAY) })
    }
    counts.tenSeconds.count++
    counts.day.count++
    return ok(true)
  }

  usedWeight(): number {
    roll(this.#weight, this.#now(), MINUTE)
    return this.#weight.count
  }

  usedOrders(account: string): { tenSeconds: number; day: number } {
    const counts = this.#counts(account)
    roll(counts.tenSeconds, this.#now(), TEN_SECONDS)
    roll(counts.day, this.#now(), DAY)
    return { tenSeconds: counts.tenSeconds.count, day: counts.day.count }
  }

  #counts(account: string): { tenSeconds: Window; day: Window } {
    let counts = this.#orders.get(account)
    if (!counts) {
      counts = { tenSeconds: { from: 0, count: 0 }, day: { from: 0, count: 0 } }
      this.#orders.set(account, counts)
    }
    return counts
  }
}

function roll(window: Window, now: number, span: number): void {
  const from = now - (now % span)
  if (window.from === from) return
  window.from = from
  window.count = 0
}

const secondsLeft = (window: Window, now: number, span: number): number =>
  Math.max(1, Math.ceil((window.from + span - now) / 1000))

/** The rateLimits list of exchangeInfo and of WebSocket API answers. */
export const RATE_LIMIT_RULES = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: WEIGHT_PER_MINUTE },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: ORDERS_PER_TEN_SECONDS },
  { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: ORDERS_PER_DAY },
] as const
