import { chargedObjective, impactCharge } from './charged-cost.ts'
import { addToFlow, emptyFlow, type FirmBook, type FirmFlow, type FirmMarket, poolPrices } from './firm-market.ts'
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
  // what a book is worth at no price of impact stays as it is while prices move
  const ownWorth = (outcomes: readonly Outcome[]): readonly number[] =>
    books.map((book, b) => chargedObjective(book, outcomes[b]!.x, null, factor))
  const [aloneWorth, chosenWorth] = [ownWorth(alone), ownWorth(chosen)]
  const most = books.map((book, b) => {
    const value = aloneWorth[b]! + impactCharge(book, alone[b]!.x, pricesAlone)
    return value + TOLERANCE * Math.abs(value)
  })
  const kept = [...chosen]
  const flow = flowOf(books, market, kept)
  const sendBack = (b: number): void => {
    addToFlow(flow, books[b]!, kept[b]!.x, -1)
    addToFlow(flow, books[b]!, alone[b]!.x, 1)
    kept[b] = alone[b]!
  }
  for (let round = 0; round < MAXIMUM_ROUNDS; round++) {
    const prices = poolPrices(market, flow)
    const worse: number[] = []
    const stillWorse: number[] = []
    books.forEach((book, b) => {
      const isBack = kept[b] === alone[b]
      const worth = isBack ? aloneWorth[b]! : chosenWorth[b]!
      if (worth + impactCharge(book, kept[b]!.x, prices) > most[b]!) (isBack ? stillWorse : worse).push(b)
    })
    worse.forEach(sendBack)
    if (worse.length > 0) continue
    if (stillWorse.length === 0) return kept
    const rise = emptyFlow(market)
    for (const b of stillWorse) markRise(rise, books[b]!, kept[b]!.x, pricesAlone, prices)
    const drivers = books
      .map((book, b) => ({ b, push: kept[b] === alone[b] ? 0 : pushOf(book, alone[b]!.x, kept[b]!.x, rise) }))
      .filter(({ push }) => push > 0)
      .sort((a, b) => b.push - a.push || a.b - b.b)
    if (drivers.length === 0) break
    const least = (1 - TWINS) * drivers[Math.ceil(SENT_BACK * drivers.length) - 1]!.push
    for (const { b, push } of drivers) if (push >= least) sendBack(b)
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
