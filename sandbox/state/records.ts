import { z } from 'zod'
import { type Amount, formatAmount, parseAmount } from '../../core/amount.ts'
import { sandboxVenue } from '../../core/contracts/sandbox-control.ts'
import type { Changes } from '../engine/changes.ts'
import type { Order, Trade } from '../engine/order.ts'

const exact = z.string().transform((text, context): Amount => {
  const parsed = parseAmount(text)
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: parsed.error.message })
  return z.NEVER
})
const whole = z.number().int().nonnegative()
const side = z.enum(['buy', 'sell'])

const account = z.object({
  account: z.string(),
  apiKey: z.string(),
  secret: z.string(),
  fees: z.object({ makerBps: z.number(), takerBps: z.number(), feeAsset: z.string().nullable() }),
})
const transfer = z.object({
  id: whole,
  kind: z.enum(['deposit', 'withdrawal']),
  account: z.string(),
  asset: z.string(),
  amount: exact,
  wireTime: z.number(),
  marketTime: z.number(),
})
const trade = z.object({
  id: whole,
  account: z.string(),
  market: z.string(),
  side,
  ticks: whole,
  lots: whole,
  cost: exact,
  fee: exact,
  feeAsset: z.string(),
  orderId: whole,
  clientOrderId: z.string(),
  maker: z.boolean(),
  wireTime: z.number(),
  marketTime: z.number(),
})
const order = z.object({
  id: whole,
  account: z.string(),
  market: z.string(),
  clientOrderId: z.string(),
  side,
  type: z.enum(['limit', 'limit-maker', 'market']),
  timeInForce: z.enum(['gtc', 'ioc', 'fok']),
  ticks: whole.nullable(),
  lots: whole,
  quoteAmount: exact.nullable(),
  wireTime: z.number(),
  marketTime: z.number(),
  status: z.enum(['open', 'partially-filled', 'filled', 'cancelled', 'expired']),
  reason: z.enum(['', 'user', 'time-in-force', 'self-trade', 'no-liquidity', 'timer']),
  filledLots: whole,
  cost: exact,
  locked: exact,
  updatedAt: z.number(),
})

/** First line of a state file: what the market is made from. */
export const headRecord = z.object({
  line: z.literal(0),
  sandbox: z.literal(1),
  seed: z.number(),
  /** Fingerprint of the price file, or "generated". */
  prices: z.string(),
})

/** Every other line: one command's changes at one venue, or just the time. `next` are the trade ids to go on with. */
export const changeRecord = z.object({
  line: whole,
  marketTime: z.number(),
  nextTradeIds: z.object({ binance: whole, kraken: whole }),
  venue: sandboxVenue.optional(),
  accounts: z.array(account).optional(),
  transfers: z.array(transfer).optional(),
  orders: z.array(order).optional(),
  trades: z.array(trade).optional(),
})
export type HeadRecord = z.infer<typeof headRecord>
export type ChangeRecord = z.infer<typeof changeRecord>

/** JSON-ready form of changes: amounts as text. */
export function encodeChanges(changes: Changes): Record<string, unknown> {
  const encoded: Record<string, unknown> = {}
  if (changes.accounts.length > 0) encoded.accounts = changes.accounts
  if (changes.transfers.length > 0) {
    encoded.transfers = changes.transfers.map((transfer) => ({ ...transfer, amount: formatAmount(transfer.amount) }))
  }
  if (changes.orders.length > 0) encoded.orders = changes.orders.map(encodeOrder)
  if (changes.trades.length > 0) encoded.trades = changes.trades.map(encodeTrade)
  return encoded
}

const encodeOrder = ({ trades: _trades, ...order }: Order): Record<string, unknown> => ({
  ...order,
  quoteAmount: order.quoteAmount === null ? null : formatAmount(order.quoteAmount),
  cost: formatAmount(order.cost),
  locked: formatAmount(order.locked),
})

const encodeTrade = (trade: Trade): Record<string, unknown> => ({
  ...trade,
  cost: formatAmount(trade.cost),
  fee: formatAmount(trade.fee),
})
