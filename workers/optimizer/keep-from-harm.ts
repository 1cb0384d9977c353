import { chargedObjective } from './charged-cost.ts'
import { emptyFlow, type FirmBook, type FirmFlow, type FirmMarket, poolPrices } from './firm-market.ts'
import { flowOf, type Outcome } from './firm-outcome.ts'

/** Relative to what a book would have had alone: rounding is no harm. */
const TOLERANCE = 1e-9
const MAXIMUM_ROUNDS = 200
/** Part of those who drive a price up that goes back in one round, the strongest first. */
const SENT_BACK = 0.05
/** Books that push the same but for this go together: clients who hold nearly the same are nearly the same. */
const TWINS = 1e-3

/**
 * No book ends worse, at the charged cost, than without the batch: if every book had traded as it would alone and paid
 * the price of that pool. Who would, goes back to trading alone, which moves prices for the rest, so this is asked
 * until nobody does. Where a book that is back is still worse off, it pays a price above that of everybody alone; then
 * those who trade more than alone on that side go back too, the strongest first. Ends: each round sends a book back,
 * and with all back it is as without the batch. Both are judged by the risk aversion that stands after retuning,
 * `factor` times the book's own.
 */
export function keepFromHarm(
  books: readonly FirmBook[],
  market: FirmMarket,
  alone: readonly Outcome[],
  chosen: readonly Outcome[],
  factor: number,
): readonly Outcome[] {
  const pricesAlone = poolPrices(market, flowOf(books, market, alone))
  const most = books.map((book, b) => {
    const value = chargedObjective(book, alone[b]!.x, pricesAlone, factor)
    return value + TOLERANCE * Math.abs(value)
  })
  const kept = [...chosen]
  for (let round = 0; round < MAXIMUM_ROUNDS; round++) {
    const prices = poolPrices(market, flowOf(books, market, kept))
    let sentBack = 0
    const stillWorse: number[] = []
    books.forEach((book, b) => {
      if (chargedObjective(book, kept[b]!.x, prices, factor) <= most[b]!) return
      if (kept[b] === alone[b]) stillWorse.push(b)
      else {
        kept[b] = alone[b]!
        sentBack++
      }
    })
    if (sentBack > 0) continue
    if (stillWorse.length === 0) return kept
    const rise = emptyFlow(market)
    for (const b of stillWorse) markRise(rise, books[b]!, kept[b]!.x, pricesAlone, prices)
    const drivers = books
      .map((book, b) => ({ b, push: kept[b] === alone[b] ? 0 : pushOf(book, alone[b]!.x, kept[b]!.x, rise) }))
      .filter(({ push }) => push > 0)
      .sort((a, b) => b.push - a.push || a.b - b.b)
    if (drivers.length === 0) break
    const least = (1 - TWINS) * drivers[Math.ceil(SENT_BACK * drivers.length) - 1]!.push
    for (const { b, push } of drivers) if (push >= least) kept[b] = alone[b]!
  }
  return alone
}

/** By how much the price of each side that the book trades is above that of everybody alone. */
function markRise(
  rise: FirmFlow,
  { problem, assets }: FirmBook,
  x: Float64Array,
  before: FirmFlow,
  now: FirmFlow,
): void {
  for (let i = 0; i < assets.length; i++) {
    const asset = assets[i]!
    const trade = x[i]! - problem.current[i]!
    if (asset < 0 || trade === 0) continue
    const side = trade > 0 ? 'buy' : 'sell'
    rise[side][asset] = Math.max(0, now[side][asset]! - before[side][asset]!)
  }
}

/** What a book trades more than alone on the sides that rose, USD times rise. */
function pushOf({ problem, valueUsd, assets }: FirmBook, alone: Float64Array, x: Float64Array, rise: FirmFlow): number {
  let push = 0
  for (let i = 0; i < assets.length; i++) {
    const asset = assets[i]!
    const trade = x[i]! - problem.current[i]!
    if (asset < 0 || trade === 0) continue
    const same = Math.max(0, Math.sign(trade) * (alone[i]! - problem.current[i]!))
    push += Math.max(0, Math.abs(trade) - same) * valueUsd * rise[trade > 0 ? 'buy' : 'sell'][asset]!
  }
  return push
}
