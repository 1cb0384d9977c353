import { describe, expect, test } from 'vitest'
import { amount, toFloat } from '../../core/amount.ts'
import { CASH } from '../../core/instruments.ts'
import { createRandom } from '../../core/random.ts'
import { ownTerms } from '../../core/risk-profile.ts'
import type { Draft } from './draft.ts'
import { fitSalesToCash } from './fit-sales-to-cash.ts'
import { planBooks } from './plan-books.ts'
import type { ShapedTrade } from './shape-trades.ts'
import { book, deps, holdings, manual, model, view } from './test-support/planning-bench.ts'

/** 10 BTC at $100 of which 8 may be sold, in steps of 0.1; the book is worth $2,000. */
const draft = {
  position: {
    valueUsd: 2_000,
    lines: [{ asset: 'BTC', weight: 0.5 }],
    holdings: [{ subAccount: 'anna', venue: 'binance', asset: 'BTC', quantity: amount('10') }],
  },
  limits: { tolerated: { lower: Float64Array.of(0.1), upper: Float64Array.of(1) } },
  grains: new Map([['BTC', { step: amount('0.1'), minimumQuantity: amount('0.1'), minimumNotionalUsd: 5 }]]),
} as unknown as Pick<Draft, 'position' | 'limits' | 'grains'>
const trade = (side: 'buy' | 'sell', quantity: string): ShapedTrade => ({
  line: 0,
  asset: 'BTC',
  side,
  quantity: amount(quantity),
  notionalUsd: 100 * toFloat(amount(quantity)),
})
const grown = (trades: readonly ShapedTrade[], shortUsd: number, rate = 0): readonly number[] =>
  fitSalesToCash(
    trades,
    trades.map(() => rate),
    shortUsd,
    draft,
  ).map(({ quantity }) => toFloat(quantity))

describe('sales grow by what is missing of the reserve', () => {
  test('in whole steps, rounded up', () => expect(grown([trade('sell', '1')], 15)).toEqual([1.2]))
  test('and their own cost on top', () => expect(grown([trade('sell', '1')], 20, 0.1)).toEqual([1.3]))
  test('not out of their band', () => expect(grown([trade('sell', '1')], 900)).toEqual([8]))
  test('a sale that is out of it already stays as it is', () => expect(grown([trade('sell', '9')], 50)).toEqual([9]))
  test('rounding is no shortfall', () => expect(grown([trade('sell', '1')], 0.01)).toEqual([1]))
  test('nothing missing, nothing sold', () => expect(grown([trade('sell', '1')], -5)).toEqual([1]))
  test('not where something is bought', () => {
    expect(grown([trade('sell', '1'), trade('buy', '2')], 15)).toEqual([1, 2])
  })
})

test('no proposal of a firm that sells together leaves less than its reserve for what the pool costs', async () => {
  const random = createRandom(9)
  const requests = Array.from({ length: 60 }, (_, i) => {
    const own = random.fork(`${i}`)
    const raw = { BTC: own.between(0.43, 0.6), ETH: own.between(0.21, 0.3), SOL: 0.1, LINK: 0.05, [CASH]: 0.1 }
    const total = Object.values(raw).reduce((sum, weight) => sum + weight, 0)
    const weights = Object.fromEntries(Object.entries(raw).map(([asset, weight]) => [asset, weight / total]))
    const client = { ...book(), id: `book-${i}`, cashReserve: own.between(0.1, 0.13) }
    const held = holdings(weights).map((holding) => ({ ...holding, subAccount: client.id }))
    const terms = ownTerms(client)
    return { book: client, model, holdings: held, lots: [], terms, trigger: manual, leftOut: [] }
  })
  for (const flowPricing of ['pooled', 'alone'] as const) {
    const own = { ...deps, settings: { ...deps.settings, flowPricing } }
    const answers = await planBooks(requests, view(), own)
    let raised = 0
    answers.forEach((answer, i) => {
      if (!answer.ok) return
      const { lines, remarks } = answer.value
      expect(lines.at(-1)!.after).toBeGreaterThan(requests[i]!.terms.cashReserve - 1e-5)
      expect(remarks.join()).not.toContain('cash after trading')
      if (lines.every(({ side }) => side !== 'buy')) raised++
    })
    expect(raised).toBeGreaterThan(20)
  }
})
