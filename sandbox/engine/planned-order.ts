import type { Amount } from '../../core/amount.ts'
import { ensureDefined } from '../../core/assert.ts'
import type { Account } from './accounts.ts'
import { type FeeScheme, lockFor } from './fees.ts'
import { costOf, lotsOfQuantity, type MarketRules, priceOfTicks } from './market-rules.ts'
import type { OrderRequest } from './order.ts'
import type { FillPlan, OrderBook } from './order-book.ts'

/** What an order would take at once: up to its quantity, or what its amount of quote currency pays level by level. */
export function planFills(book: OrderBook, request: OrderRequest, ticks: number | null): FillPlan {
  if (request.quantity !== null) {
    const lots = lotsOfQuantity(book.rules, request.quantity)
    return book.plan(request.side, ticks, request.account, (_ticks, planned) => lots - planned)
  }
  let left = ensureDefined(request.quoteAmount, 'quantity or quote amount')
  let spentAt = { ticks: 0, planned: 0 }
  return book.plan(request.side, ticks, request.account, (levelTicks, planned) => {
    if (planned > spentAt.planned)
      left = (left - costOf(book.rules, spentAt.ticks, planned - spentAt.planned)) as Amount
    spentAt = { ticks: levelTicks, planned }
    const price = priceOfTicks(book.rules, levelTicks)
    return Number((left * 10n ** 12n) / (price * book.rules.step))
  })
}

/** What it must hold back before it is accepted: a market buy, which has no limit, the lock of each planned fill. */
export function lockOfPlan(
  scheme: FeeScheme,
  rules: MarketRules,
  { identity }: Account,
  { side }: OrderRequest,
  ticks: number | null,
  lots: number,
  { fills }: FillPlan,
): Amount {
  const bps = Math.max(identity.fees.takerBps, identity.fees.makerBps)
  if (ticks !== null || side === 'sell') return lockFor(scheme, rules, side, ticks ?? 0, lots, bps)
  let total = 0n
  for (const { level, lots } of fills) total += lockFor(scheme, rules, 'buy', level.ticks, lots, bps)
  return total as Amount
}
