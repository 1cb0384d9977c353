import { type Amount, add, amount, sum, ZERO } from '../../core/amount.ts'
import { HOUSE } from '../../core/client-book.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import { allocateFills } from '../../core/decisions/allocation.ts'
import { type AssetId, splitMarketKey } from '../../core/instruments.ts'
import { type Fact, fact } from '../../core/journal.ts'
import type { Allocation, VenueTrade } from '../../core/order.ts'
import { hash32 } from '../../core/random.ts'
import { type ExecutionContext, quotePriceUsd } from './context.ts'

/** Cost and fee are shared among the books in this unit. */
const SHARED_UNIT = amount('0.00000001')

/**
 * The fact that moves everything a child filled and has not given away yet from HOUSE to its client books; none when
 * nothing is due, or while the quote currency has no price (lots need one): then the child waits unsettled.
 */
export function allocationFacts(
  context: ExecutionContext,
  record: Pick<ChildRecord, 'child'>,
  trades: readonly VenueTrade[],
): readonly Fact[] {
  const { child } = record
  if (trades.length === 0) return []
  const { base, quote } = splitMarketKey(child.market)
  const priceUsd = quotePriceUsd(context, quote)
  if (priceUsd === undefined) {
    context.log.warn(`fills of ${child.id} wait in HOUSE: ${quote} has no price in US dollars`)
    return []
  }
  const already = context.store.allocationsOf(child.id)
  const step = context.market(child.venue, base)?.filters.step ?? SHARED_UNIT
  const allocations = shareTrades({ record, trades, already, step })
  if (allocations.length === 0) return []
  return [
    fact('fills-allocated', {
      childId: child.id,
      venue: child.venue,
      account: child.account,
      base,
      quote,
      side: child.side,
      quotePriceUsd: priceUsd,
      allocations,
    }),
  ]
}

/** New allocations of a child, one pass per fee asset; the parts sum exactly to its trades. */
export function shareTrades(request: {
  readonly record: Pick<ChildRecord, 'child'>
  readonly trades: readonly VenueTrade[]
  readonly already: readonly Allocation[]
  readonly step: Amount
}): readonly Allocation[] {
  const { record, trades, already, step } = request
  const fees = new Map<AssetId, Amount>()
  for (const trade of trades) fees.set(trade.feeAsset, add(fees.get(trade.feeAsset) ?? ZERO, trade.fee))
  const allocations: Allocation[] = []
  for (const [feeAsset, fee] of [...fees].sort(([a], [b]) => (a < b ? -1 : 1))) {
    allocations.push(
      ...allocateFills({
        participants: record.child.participants,
        already: [...already, ...allocations],
        fills: {
          quantity: sum(trades.map((trade) => trade.quantity)),
          cost: sum(trades.map((trade) => trade.cost)),
          fee,
          feeAsset,
        },
        step,
        unit: SHARED_UNIT,
        rotation: hash32(record.child.id) % record.child.participants.length,
      }),
    )
  }
  return allocations.filter((part) => part.bookId !== HOUSE)
}
