import { expect, test } from 'vitest'
import { ladderCost } from '../../core/decisions/ladder-cost.ts'
import type { NaiveLadders } from '../../core/decisions/naive-orders.ts'
import type { Proposal } from '../../core/proposal.ts'
import { ownTerms } from '../../core/risk-profile.ts'
import { planBooks } from './plan-books.ts'
import { DEFAULT_PLANNING, type PlanningSettings } from './settings.ts'
import { book, DRIFTED, deps, holdings, manual, model, PRICES, view } from './test-support/planning-bench.ts'

/** Bids of a million USD at the price, then as many a per cent lower. */
const naiveLadders: NaiveLadders = (_venue, asset, side) => {
  const priceUsd = PRICES[asset]!
  const ladder = Float64Array.of(priceUsd, 1e6 / priceUsd, 0.99 * priceUsd, 1e9 / priceUsd)
  return ladderCost({ side, ladder, priceUsd, quoteUsd: 1, takerFee: 0, impactFactor: 1, tailImpact: 0 })
}
/** Every book would sell 750,000 USD of BTC naively, the one on target too, whatever it is. */
const market = view({
  naiveLadders,
  naiveOrders: () => [{ asset: 'BTC', side: 'sell', venue: 'kraken', notionalUsd: 750_000 }],
})

async function naiveOf(
  books: readonly Record<string, number>[],
  over: Partial<PlanningSettings> = {},
  besideUsd = 0,
): Promise<(Proposal['naiveCost'] | null)[]> {
  const requests = books.map((weights, b) => ({
    book: { ...book(), id: `book-${b}` },
    model,
    holdings: holdings(weights, 1_000_000),
    terms: ownTerms(book()),
    trigger: manual,
    leftOut: [],
    lots: [],
  }))
  const answers = await planBooks(requests, market, {
    ...deps,
    settings: { ...DEFAULT_PLANNING, ...over },
    flowBeside: () => ({ proposedUsd: () => 0, naiveUsd: () => besideUsd, tradedUsd: () => 0 }),
  })
  return answers.map((answer) => (answer.ok ? answer.value.naiveCost : null))
}

test('books of one plan meet on the order books naively too', async () => {
  expect((await naiveOf([DRIFTED]))[0]!.totalUsd).toBeCloseTo(0, 6)
  // 1.5 million of which a third pays 1 %, shared
  const [a, b] = await naiveOf([DRIFTED, DRIFTED])
  expect(a!.totalUsd).toBeCloseTo(2_500, 6)
  expect(b).toEqual(a)
})

test('priced alone, where trades are', async () => {
  for (const cost of await naiveOf([DRIFTED, DRIFTED], { flowPricing: 'alone' }))
    expect(cost!.totalUsd).toBeCloseTo(0, 6)
})

test('what books with open proposals would trade naively goes first', async () => {
  expect((await naiveOf([DRIFTED], {}, 500_000))[0]!.totalUsd).toBeCloseTo(2_500, 6)
})

test('a book that gets no proposal is in nobody’s company', async () => {
  const onTarget = Object.fromEntries(model.lines.map(({ asset, target }) => [asset, target]))
  const [drifted, none] = await naiveOf([DRIFTED, onTarget])
  expect(none).toBeNull()
  expect(drifted!.totalUsd).toBeCloseTo(0, 6)
})
