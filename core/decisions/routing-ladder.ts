import type { Amount } from '../amount.ts'
import type { Level } from '../instruments.ts'
import type { Side } from '../order.ts'

/** `count` whole units that cost the same, `cost` each. Sales have costs below zero, so that less is always better. */
export interface UnitSegment {
  readonly count: bigint
  readonly cost: bigint
}

/** How a venue's prices become comparable: USD per quote unit, and the taker's fee as a fraction of traded value. */
export interface PriceScale {
  readonly side: Side
  readonly quoteUsd: Amount
  readonly takerFee: Amount
}

const ONE = 10n ** 12n

/** Price in USD after fees × 1e36, exact: what a buyer pays, minus what a seller gets. */
function scaledPrice(price: bigint, { side, quoteUsd, takerFee }: PriceScale): bigint {
  return side === 'buy' ? price * quoteUsd * (ONE + takerFee) : -(price * quoteUsd * (ONE - takerFee))
}

/** The levels at or better than the cap. */
export function withinCap(levels: readonly Level[], side: Side, cap: Amount): Level[] {
  const count = levels.findIndex(({ price }) => (side === 'buy' ? price > cap : price < cap))
  return levels.slice(0, count === -1 ? levels.length : count)
}

/**
 * The marginal cost curve of an order book beyond `taken`, in whole units, best first: rising, as levels are.
 * A unit that straddles levels is a segment of its own, so the curve is exact for any unit.
 */
export function unitSegments(levels: readonly Level[], taken: bigint, unit: bigint, scale: PriceScale): UnitSegment[] {
  const segments: UnitSegment[] = []
  let skip = taken
  let part = 0n
  let partCost = 0n
  for (const level of levels) {
    const price = scaledPrice(level.price, scale)
    let left = level.quantity - skip
    skip = left < 0n ? -left : 0n
    if (left <= 0n) continue
    if (part > 0n) {
      const missing = unit - part
      if (left < missing) {
        part += left
        partCost += left * price
        continue
      }
      segments.push({ count: 1n, cost: partCost + missing * price })
      left -= missing
    }
    const count = left / unit
    if (count > 0n) segments.push({ count, cost: unit * price })
    part = left % unit
    partCost = part * price
  }
  return segments
}

/** Quote currency of a quantity walked through the levels, and the worst price touched. Exact up to 1e-12. */
export function walkLevels(levels: readonly Level[], quantity: Amount): { notional: Amount; worstPrice: Amount } {
  let left: bigint = quantity
  let notional = 0n
  let worstPrice = 0n
  for (const level of levels) {
    if (left === 0n) break
    const part = left < level.quantity ? left : level.quantity
    notional += part * level.price
    worstPrice = level.price
    left -= part
  }
  return { notional: (notional / ONE) as Amount, worstPrice: worstPrice as Amount }
}
