import { type Amount, ceilToStep, divide, floorToStep, fromFloat, maximum, prorate } from '../../core/amount.ts'
import type { Level } from '../../core/instruments.ts'
import type { ParentOrder, Side } from '../../core/order.ts'

const WHOLE = 100_000_000n as Amount

/**
 * The worst price a child of this parent may accept, in quote currency on the tick: arrival price ± allowed slippage,
 * divided by the quote's own price in USD. A buy's is rounded down, a sell's up, so that rounding never allows more.
 */
export function parentPriceCap(
  parent: Pick<ParentOrder, 'side' | 'arrivalPriceUsd' | 'maximumSlippageBps'>,
  quotePriceUsd: Amount,
  tick: Amount,
): Amount {
  // In hundred-millionths, so that a cap on a round tick is not lost to binary fractions.
  const slippage = BigInt(Math.round(parent.maximumSlippageBps * 1e4))
  const factor = (WHOLE + (parent.side === 'buy' ? slippage : -slippage)) as Amount
  const cap = divide(prorate(fromFloat(parent.arrivalPriceUsd), factor, WHOLE), quotePriceUsd)
  // One tick at least: a price of zero is no limit at all.
  return maximum(parent.side === 'buy' ? floorToStep(cap, tick) : ceilToStep(cap, tick), tick)
}

/** Whether a price is within the cap for that side. */
export const isWithinCap = (side: Side, price: Amount, cap: Amount): boolean =>
  side === 'buy' ? price <= cap : price >= cap

/** The levels of one side less what other orders of this round will have taken from the top. */
export function levelsBeyond(levels: readonly Level[], taken: Amount): readonly Level[] {
  if (taken === 0n) return levels
  const left: Level[] = []
  let rest: bigint = taken
  for (const level of levels) {
    const quantity = level.quantity - rest
    rest = quantity < 0n ? -quantity : 0n
    if (quantity > 0n) left.push({ price: level.price, quantity: quantity as Amount })
  }
  return left
}

/** The highest price that buying this quantity up to the cap can be limited to: what buying it all here would touch. */
export function highestLimit(
  levels: readonly Level[],
  quantity: Amount,
  cap: Amount,
  tick: Amount,
  tolerance: Amount,
): Amount {
  let rest: bigint = quantity
  let worst: Amount | undefined
  for (const level of levels) {
    if (level.price > cap) break
    worst = level.price
    rest -= level.quantity
    if (rest <= 0n) break
  }
  if (worst === undefined || rest > 0n) return cap
  const limit = ceilToStep((worst + (worst * tolerance) / 10n ** 12n) as Amount, tick)
  return limit < cap ? limit : cap
}
