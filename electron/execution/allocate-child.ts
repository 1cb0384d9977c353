import { type Amount, add, amount, formatAmount, maximum, minimum, subtract, sum, ZERO } from '../../core/amount.ts'
import { type ClientBookId, HOUSE, OMNIBUS } from '../../core/client-book.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import { allocateFills } from '../../core/decisions/allocation.ts'
import { type AssetId, splitMarketKey } from '../../core/instruments.ts'
import { type Fact, fact } from '../../core/journal.ts'
import type { Allocation, ChildOrder, VenueTrade } from '../../core/order.ts'
import { hash32 } from '../../core/random.ts'
import type { ExecutionContext } from './context.ts'

/** Cost and fee are shared among the books in this unit. */
const SHARED_UNIT = amount('0.00000001')

export interface AllocationDue {
  readonly facts: readonly Fact[]
  /** Books that could not bear their share; HOUSE has it, and a person must look. */
  readonly overdrawn: readonly string[]
}
const NOTHING_DUE: AllocationDue = { facts: [], overdrawn: [] }

/**
 * The fact that moves everything a child filled and has not given away yet from HOUSE to its client books; none when
 * nothing is due.
 */
export function allocationDue(
  context: ExecutionContext,
  { child, allocatedQuantity }: Pick<ChildRecord, 'child' | 'allocatedQuantity'>,
  trades: readonly VenueTrade[],
): AllocationDue {
  if (sum(trades.map((trade) => trade.quantity)) === allocatedQuantity) return NOTHING_DUE
  const { base, quote } = splitMarketKey(child.market)
  const already = context.store.allocationsOf(child.id)
  const step = context.market(child.venue, base)?.filters.step ?? SHARED_UNIT
  const { allocations, overdrawn } = withinHoldings(context, child, shareTrades(child, trades, already, step))
  const allocated = fact('fills-allocated', {
    childId: child.id,
    venue: child.venue,
    account: child.account,
    base,
    quote,
    side: child.side,
    // As of its planning: durable, so that a restart allocates alike, and there even when market data are not.
    quotePriceUsd: child.quotePriceUsd,
    allocations,
  })
  return { facts: [allocated], overdrawn }
}

/** New allocations of a child, one pass per fee asset; with what was given before they sum exactly to its trades. */
export function shareTrades(
  child: Pick<ChildOrder, 'id' | 'participants'>,
  trades: readonly VenueTrade[],
  already: readonly Allocation[],
  step: Amount,
): readonly Allocation[] {
  const fees = new Map<AssetId, Amount>()
  for (const trade of trades) fees.set(trade.feeAsset, add(fees.get(trade.feeAsset) ?? ZERO, trade.fee))
  const allocations: Allocation[] = []
  for (const [feeAsset, fee] of [...fees].sort(([a], [b]) => (a < b ? -1 : 1))) {
    allocations.push(
      ...allocateFills({
        participants: child.participants,
        already: [...already, ...allocations],
        fills: {
          quantity: sum(trades.map((trade) => trade.quantity)),
          cost: sum(trades.map((trade) => trade.cost)),
          fee,
          feeAsset,
        },
        step,
        unit: SHARED_UNIT,
        rotation: hash32(child.id) % child.participants.length,
      }),
    )
  }
  return allocations
}

/**
 * A client book is never overdrawn: a fee in an asset it does not hold (a third currency, or base after a full sale)
 * is the firm's, and a share it can't bear at all, which no order of ours could cause, stays with the house.
 */
function withinHoldings(
  context: ExecutionContext,
  child: ChildOrder,
  shares: readonly Allocation[],
): { readonly allocations: readonly Allocation[]; readonly overdrawn: readonly string[] } {
  // A segregated account's trades are the book's own the moment they are recorded.
  if (child.account !== OMNIBUS) return { allocations: shares, overdrawn: [] }
  const { base, quote } = splitMarketKey(child.market)
  const purse = new Purse(context, child)
  const allocations: Allocation[] = []
  const overdrawn: string[] = []
  for (const share of shares) {
    const { bookId, quantity, cost, fee, feeAsset } = share
    const [received, given] = child.side === 'buy' ? [quantity, cost] : [cost, quantity]
    const [into, outOf] = child.side === 'buy' ? [base, quote] : [quote, base]
    if (bookId === HOUSE || given > purse.has(bookId, outOf)) {
      if (bookId !== HOUSE) overdrawn.push(`${bookId} can't give ${formatAmount(given)} ${outOf} on ${child.venue}`)
      allocations.push({ ...share, bookId: HOUSE })
      continue
    }
    purse.change(bookId, outOf, subtract(ZERO, given))
    purse.change(bookId, into, received)
    const own = minimum(fee, maximum(ZERO, purse.has(bookId, feeAsset)))
    purse.change(bookId, feeAsset, subtract(ZERO, own))
    allocations.push({ ...share, fee: own })
    if (own === fee) continue
    context.log.warn(`the house pays ${formatAmount(subtract(fee, own))} ${feeAsset} of fees for ${bookId}`)
    allocations.push({ bookId: HOUSE, quantity: ZERO, cost: ZERO, fee: subtract(fee, own), feeAsset })
  }
  return { allocations, overdrawn }
}

/** What the books of a child hold on its venue, as its shares are applied one by one. */
class Purse {
  readonly #held = new Map<string, Amount>()

  constructor({ store }: ExecutionContext, { venue, participants }: ChildOrder) {
    for (const { bookId } of participants) {
      for (const holding of store.holdingsOf(bookId)) {
        if (holding.venue === venue) this.#held.set(`${bookId}|${holding.asset}`, holding.quantity)
      }
    }
  }

  has(bookId: ClientBookId, asset: AssetId): Amount {
    return this.#held.get(`${bookId}|${asset}`) ?? ZERO
  }

  change(bookId: ClientBookId, asset: AssetId, by: Amount): void {
    this.#held.set(`${bookId}|${asset}`, add(this.has(bookId, asset), by))
  }
}
