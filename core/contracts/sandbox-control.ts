import { z } from 'zod'

/**
 * The sandbox exchanges' control API, for whoever drives them: the demo, tests, the desk's simulation mode.
 * Decimals are text (no exponent), times UTC milliseconds. `marketTime` is the simulated clock (prices, bars),
 * `wireTime` the real one (order timestamps, signatures).
 */
export const sandboxVenue = z.enum(['binance', 'kraken'])
export type SandboxVenue = z.infer<typeof sandboxVenue>

const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'must be a decimal such as "1.5"')
const positiveDecimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a positive decimal such as "1.5"')
  .refine((text) => /[1-9]/.test(text), 'must be above 0')

export const venueAddress = z.object({ http: z.string(), ws: z.string(), apiKey: z.string(), secret: z.string() })
export type VenueAddress = z.infer<typeof venueAddress>

/** The one line that the sandbox prints when it is ready. */
export const sandboxAddresses = z.object({ binance: venueAddress, kraken: venueAddress, control: z.string() })
export type SandboxAddresses = z.infer<typeof sandboxAddresses>

export const ledgerBalance = z.object({
  venue: sandboxVenue,
  account: z.string(),
  asset: z.string(),
  free: decimal,
  locked: decimal,
})
export const ledgerTransfer = z.object({
  id: z.string(),
  venue: sandboxVenue,
  account: z.string(),
  kind: z.enum(['deposit', 'withdrawal']),
  asset: z.string(),
  amount: decimal,
  marketTime: z.number(),
  wireTime: z.number(),
})
export const ledgerOrder = z.object({
  id: z.string(),
  venue: sandboxVenue,
  account: z.string(),
  market: z.string(),
  clientOrderId: z.string(),
  side: z.enum(['buy', 'sell']),
  type: z.enum(['limit', 'limit-maker', 'market']),
  timeInForce: z.enum(['gtc', 'ioc', 'fok']),
  status: z.enum(['open', 'partially-filled', 'filled', 'cancelled', 'expired']),
  price: decimal.nullable(),
  quantity: decimal,
  filled: decimal,
  cost: decimal,
  marketTime: z.number(),
  wireTime: z.number(),
})
export const ledgerTrade = z.object({
  /** The id that the venue's own API reports; unique per venue, account and market. */
  id: z.string(),
  venue: sandboxVenue,
  account: z.string(),
  market: z.string(),
  side: z.enum(['buy', 'sell']),
  price: decimal,
  quantity: decimal,
  cost: decimal,
  fee: decimal,
  feeAsset: z.string(),
  orderId: z.string(),
  clientOrderId: z.string(),
  maker: z.boolean(),
  marketTime: z.number(),
  wireTime: z.number(),
})
/** GET ledger: what is true at the venues, in the order in which it happened, Binance first. */
export const sandboxLedger = z.object({
  accounts: z.array(z.object({ venue: sandboxVenue, account: z.string(), apiKey: z.string() })),
  balances: z.array(ledgerBalance),
  deposits: z.array(ledgerTransfer),
  withdrawals: z.array(ledgerTransfer),
  orders: z.array(ledgerOrder),
  trades: z.array(ledgerTrade),
})
export type SandboxLedger = z.infer<typeof sandboxLedger>
export type LedgerTrade = z.infer<typeof ledgerTrade>

/** GET state. Prices: US dollars per asset now, as decimal text. */
export const sandboxState = z.object({
  seed: z.number(),
  marketTime: z.number(),
  speed: z.number(),
  lockstep: z.boolean(),
  prices: z.record(z.string(), decimal),
})
export type SandboxState = z.infer<typeof sandboxState>

/** POST accounts: idempotent by apiKey; an account that exists is answered as it is and not funded again. */
export const openAccountRequest = z.object({
  venue: sandboxVenue,
  account: z.string().min(1).max(64),
  apiKey: z.string().min(4).max(128),
  secret: z.string().min(4).max(256),
  deposits: z.record(z.string(), positiveDecimal).default({}),
  /** Basis points; default: the venue's base tier. */
  makerFeeBps: z.number().min(0).max(1000).optional(),
  takerFeeBps: z.number().min(0).max(1000).optional(),
  /** Third currency that fees are paid in while its balance lasts (Binance: "BNB"). */
  feeAsset: z.string().optional(),
})
export type OpenAccountRequest = z.input<typeof openAccountRequest>
export const openAccountReply = z.object({
  venue: sandboxVenue,
  account: z.string(),
  apiKey: z.string(),
  created: z.boolean(),
})

/** POST deposit, POST withdraw. */
export const transferRequest = z.object({
  venue: sandboxVenue,
  account: z.string(),
  asset: z.string(),
  amount: positiveDecimal,
})
export type TransferRequest = z.infer<typeof transferRequest>

/** POST advance: moves the market clock; lockstep only. */
export const advanceRequest = z.object({
  seconds: z
    .number()
    .positive()
    .max(31 * 86_400),
})
/**
 * POST advance, POST flush: the last sequence of every book stream. Binance counts updates (the `u` of the last depth
 * event); Kraken has no sequence, its updates carry timestamps that strictly increase per market (milliseconds).
 */
export const barrierReply = z.object({
  marketTime: z.number(),
  sequences: z.object({
    binance: z.record(z.string(), z.number()),
    kraken: z.record(z.string(), z.number()),
  }),
})
export type BarrierReply = z.infer<typeof barrierReply>

export const faultKinds = [
  'drop-before',
  'drop-after',
  'delay',
  'rate-limit',
  'stream-kill',
  'book-gap',
  'bad-book',
] as const

/**
 * POST faults. `match` is a regular expression: on "METHOD /path" for requests ("POST /api/v3/order"), on
 * "WS stream" for frames ("WS btcusdt@depth@100ms", "WS book BTC/USD") and on "WS method" for calls on a socket
 * ("WS order.place").
 */
export const faultRequest = z.object({
  venue: sandboxVenue,
  match: z.string().min(1),
  kind: z.enum(faultKinds),
  count: z.number().int().positive().default(1),
  /** delay: how long; and whether the engine sees the request before or after the wait. */
  ms: z.number().int().nonnegative().max(600_000).optional(),
  when: z.enum(['before', 'after']).optional(),
  /** bad-book: what is wrong with the next matching frame or snapshot. */
  damage: z.enum(['nan', 'crossed', 'empty', 'zero']).optional(),
  /** rate-limit: what Retry-After says. */
  retryAfterSeconds: z.number().int().positive().optional(),
})
export type FaultRequest = z.input<typeof faultRequest>
export const faultReply = z.object({ id: z.number(), remaining: z.number() })
