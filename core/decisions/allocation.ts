import { type Amount, ZERO } from '../amount.ts'
import { assert } from '../assert.ts'
import { HOUSE, type SubAccountId } from '../client-book.ts'
import type { AssetId } from '../instruments.ts'
import type { Allocation, Participant } from '../order.ts'
import { apportion, byRemainder } from './apportion.ts'

/** All fills of a child so far. Fees in two assets: allocate once per fee asset, the second time with the same totals. */
export interface FillTotals {
  readonly quantity: Amount
  /** Quote currency. */
  readonly cost: Amount
  /** Below zero for a rebate. */
  readonly fee: Amount
  readonly feeAsset: AssetId
}

export interface AllocationRequest {
  /** What each book intended with this child, in whole steps, each book once. */
  readonly participants: readonly Participant[]
  /** Everything allocated for this child before. */
  readonly already: readonly Allocation[]
  readonly fills: FillTotals
  readonly step: Amount
  /** Smallest unit in which cost and fee are shared: 0.00000001. */
  readonly unit: Amount
  /** Whose turn it is among equal remainders: a counter that the caller moves on per child. */
  readonly rotation: number
}

/**
 * Shares the fills that are not allocated yet. Answers what is new; with `already` it sums exactly to `fills`.
 *
 * Quantity pro rata to the intended quantities in whole steps, largest remainder first, ties in rotation: a book is off
 * its exact share of all fills by less than a step, and never above what it intended. What was given is never taken
 * back, so after late fills a book may for a while be ahead, and another behind, by up to a step more.
 * Cost and fee of the new fills pro rata to the quantities they bring, in `unit`.
 * A fill beyond what all books intended goes to the house.
 */
export function allocateFills(request: AllocationRequest): Allocation[] {
  const { participants, already, fills, step, unit, rotation } = request
  const given = (bookId: SubAccountId): bigint =>
    already.reduce((total, part) => (part.bookId === bookId ? total + part.quantity : total), 0n)
  const intended = participants.map((participant) => participant.quantity)
  const capacity = total(intended)
  const shared = fills.quantity < capacity ? fills.quantity : (capacity as Amount)
  const before = participants.map(({ bookId }) => given(bookId))
  assert(new Set(participants.map((p) => p.bookId)).size === participants.length, 'each book participates once')
  assert(total(before) <= shared, `allocated ${total(before)}, more than the ${fills.quantity} filled`)

  const after = shareSteps(shared, intended, before, step, rotation)
  const receivers: SubAccountId[] = [...participants.map(({ bookId }) => bookId), HOUSE]
  const allQuantities = [...after, fills.quantity - shared]
  const quantities = allQuantities.map((quantity, i) => quantity - (i < before.length ? before[i]! : given(HOUSE)))

  const newCost = fills.cost - total(already.map((part) => part.cost))
  const newFee = fills.fee - total(already.filter((p) => p.feeAsset === fills.feeAsset).map((part) => part.fee))
  // A correction without new quantity belongs to all who were filled.
  const weights = quantities.some((quantity) => quantity > 0n) ? quantities : allQuantities
  const costs = shareUnits(newCost, weights, unit, rotation)
  const fees = shareUnits(newFee, weights, unit, rotation)
  return receivers
    .map((bookId, i) => ({
      bookId,
      quantity: quantities[i] as Amount,
      cost: costs[i] as Amount,
      fee: fees[i] as Amount,
      feeAsset: fills.feeAsset,
    }))
    .filter((part) => part.quantity !== ZERO || part.cost !== ZERO || part.fee !== ZERO)
}

const total = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n)
const least = (...values: bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b))

/** Cumulative quantities: at least `before`, at most `intended`, summing to `shared`. */
function shareSteps(
  shared: bigint,
  intended: readonly bigint[],
  before: readonly bigint[],
  step: bigint,
  rotation: number,
): bigint[] {
  const capacity = total(intended)
  if (capacity === 0n) return intended.map(() => 0n)
  const shares = intended.map((quantity, i) => {
    const whole = ((shared * quantity) / (capacity * step)) * step
    return whole > before[i]! ? whole : before[i]!
  })
  // Distance to the exact share, × capacity to stay whole.
  const behind = (): bigint[] => intended.map((quantity, i) => shared * quantity - shares[i]! * capacity)
  let left = shared - total(shares)
  // Books that are ahead from before leave less than the whole steps of the others: the least behind wait.
  while (left < 0n) {
    for (const index of byRemainder(behind(), rotation).reverse()) {
      const part = least(step, shares[index]! - before[index]!)
      shares[index]! -= part
      left += part
      if (left >= 0n) break
    }
  }
  while (left > 0n) {
    for (const index of byRemainder(behind(), rotation)) {
      const part = least(step, left, intended[index]! - shares[index]!)
      shares[index]! += part
      left -= part
      if (left === 0n) break
    }
  }
  return shares
}

/** In units by largest remainder; what is finer than a unit goes to the first in turn among the largest weights. */
function shareUnits(value: bigint, weights: readonly bigint[], unit: bigint, rotation: number): bigint[] {
  const receivers = total(weights) === 0n ? weights.map((_, i) => (i === weights.length - 1 ? 1n : 0n)) : weights
  const shares = apportion(value / unit, receivers, rotation).map((count) => count * unit)
  shares[byRemainder(receivers, rotation)[0]!]! += value % unit
  return shares
}
