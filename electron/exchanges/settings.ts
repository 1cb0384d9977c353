import { type Clock, systemClock } from '../../core/clock.ts'

export interface ExchangeSettings {
  /** Longest wait for one HTTP answer; after it an order is unknown. */
  readonly timeoutMs: number
  /** The same for bars, which nothing waits for at a venue: in lockstep longer than any machine needs. */
  readonly barsTimeoutMs: number
  /** A child order older than this is not sent any more, so that its absence can be proved in bounded time. */
  readonly sendWindowMs: number
  /** Binance refuses a request that arrives later than this after its timestamp; Kraken after the order's deadline. */
  readonly recvWindowMs: number
  /** Added before "not found" counts as proof: clocks, queues and caches of the venue. */
  readonly absenceMarginMs: number
  /** Between the two order queries that a "not found" needs. */
  readonly lookupSpacingMs: number
  readonly limits: RateLimits
}

/** What the venues allow. Ours are 95 % of them, the rest is left to cancels and to other programs of the firm. */
export interface RateLimits {
  readonly binanceWeightPerMinute: number
  readonly binanceOrdersPer10Seconds: number
  readonly binanceOrdersPerDay: number
  /** Kraken's highest tier: calls per key. */
  readonly krakenCounter: number
  readonly krakenCounterDecayPerSecond: number
  /** Kraken's matching engine, per key and pair. */
  readonly krakenOrderCounter: number
  readonly krakenOrderDecayPerSecond: number
  readonly krakenPublicPerSecond: number
}

export const DEFAULT_EXCHANGE_SETTINGS: ExchangeSettings = {
  timeoutMs: 5_000,
  barsTimeoutMs: 5_000,
  sendWindowMs: 2_000,
  recvWindowMs: 5_000,
  absenceMarginMs: 10_000,
  lookupSpacingMs: 150,
  limits: {
    binanceWeightPerMinute: 6_000,
    binanceOrdersPer10Seconds: 100,
    binanceOrdersPerDay: 200_000,
    krakenCounter: 20,
    krakenCounterDecayPerSecond: 1,
    krakenOrderCounter: 225,
    krakenOrderDecayPerSecond: 3.75,
    krakenPublicPerSecond: 20,
  },
}

/** Lockstep: the sandbox refuses nothing there and waiting by the wall clock would let the machine's speed decide. */
export const NO_RATE_LIMITS: RateLimits = {
  binanceWeightPerMinute: Number.POSITIVE_INFINITY,
  binanceOrdersPer10Seconds: Number.POSITIVE_INFINITY,
  binanceOrdersPerDay: Number.POSITIVE_INFINITY,
  krakenCounter: Number.POSITIVE_INFINITY,
  krakenCounterDecayPerSecond: 1,
  krakenOrderCounter: Number.POSITIVE_INFINITY,
  krakenOrderDecayPerSecond: 1,
  krakenPublicPerSecond: Number.POSITIVE_INFINITY,
}

/** The world as connections see it; everything has a default that is the real one. */
export interface ExchangeDependencies {
  /** The wire clock. */
  readonly clock?: Clock
  readonly sleep?: (ms: number) => Promise<void>
  /** Milliseconds for measuring latency; never steps. */
  readonly monotonic?: () => number
  readonly settings?: Partial<Omit<ExchangeSettings, 'limits'>> & { readonly limits?: Partial<RateLimits> }
}

export interface ExchangeWorld {
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
  readonly monotonic: () => number
  readonly settings: ExchangeSettings
}

const sleepOnTimer = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export function exchangeWorld(dependencies: ExchangeDependencies): ExchangeWorld {
  const { clock = systemClock, sleep = sleepOnTimer, monotonic = () => performance.now(), settings } = dependencies
  const limits = { ...DEFAULT_EXCHANGE_SETTINGS.limits, ...settings?.limits }
  return { clock, sleep, monotonic, settings: { ...DEFAULT_EXCHANGE_SETTINGS, ...settings, limits } }
}
