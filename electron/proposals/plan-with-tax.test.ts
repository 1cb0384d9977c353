import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromFloat, toFloat } from '../../core/amount.ts'
import type { Lot } from '../../core/client-book.ts'
import { CASH, isSettlementAsset } from '../../core/instruments.ts'
import type { LineTax } from '../../core/proposal.ts'
import type { TaxTerms } from '../../core/tax-terms.ts'
import { millis, usd } from '../../core/units.ts'
import { FLOW_PRICINGS } from '../../workers/optimizer/index.ts'
import { DEFAULT_PLANNING } from './settings.ts'
import { taxSentence } from './tax-words.ts'
import { ASSETS, deps, holdings, line, PRICES, plan, planned } from './test-support/planning-bench.ts'

const terms: TaxTerms = { shortTermRate: 0.35, longTermRate: 0.2, holdingPeriodDays: 365 }
const ON_TARGET = { BTC: 0.5, ETH: 0.25, SOL: 0.1, LINK: 0.05, [CASH]: 0.1 }
/** One lot per holding, its cost a multiple of the price, half a year old. */
const lotsAt = (held: ReturnType<typeof holdings>, multiple: (asset: string, venue: string) => number): Lot[] =>
  held.flatMap(({ subAccount, venue, asset, quantity }, id) =>
    isSettlementAsset(asset)
      ? []
      : [
          {
            id,
            subAccount,
            venue,
            asset,
            quantity,
            unitCostUsd: fromFloat(Number((PRICES[asset]! * multiple(asset, venue)).toPrecision(9))),
            acquiredAt: millis(deps.clock.now() - 180 * 86_400_000),
          },
        ],
  )

describe('losses', () => {
  const held = holdings(ON_TARGET)
  const lots = lotsAt(held, (asset) => (asset === 'BTC' ? 1.4 : 0.7))

  test('are sold for their own sake as far as the band allows, and the line says so', async () => {
    const bitcoin = line(await planned(held, { taxTerms: terms, lots }), 'BTC')
    expect(bitcoin).toMatchObject({ side: 'sell', reason: 'harvests-loss' })
    expect(bitcoin.after).toBeGreaterThanOrEqual(bitcoin.low)
    expect(bitcoin.why).toMatch(/^a loss is worth its cost and risk: .*, not bought back in this rebalance; saves \$/)
    // 35 % of what was lost on what was sold, costs and all
    const sold = bitcoin.notionalUsd - bitcoin.cost.totalUsd - 1.4 * PRICES['BTC']! * toFloat(bitcoin.quantity)
    expect(bitcoin.tax!.taxUsd).toBeCloseTo(0.35 * sold, 4)
  })

  test('are no reason to trade where they save nothing, or by a rule for the edge', async () => {
    const worthless = await plan(held, { taxTerms: { ...terms, lossRate: 0 }, lots })
    expect(worthless).toMatchObject({ ok: false, error: { code: 'nothing-to-trade' } })
    const settings = { ...DEFAULT_PLANNING, settle: 'band-edge' } as const
    const byRule = await plan(held, { taxTerms: terms, lots, settings })
    expect(byRule).toMatchObject({ ok: false, error: { code: 'nothing-to-trade' } })
  })
})

test('whatever lots cost, nobody hears of sides: an answer, or a reason of the ordinary kind', async () => {
  const weight = fc.double({ min: 0.8, max: 1.25, noNaN: true })
  const multiple = fc.double({ min: 0.2, max: 3, noNaN: true })
  let solved = 0
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(weight, weight, weight, weight),
      fc.array(multiple, { minLength: 8, maxLength: 8 }),
      fc.constantFrom(...FLOW_PRICINGS),
      fc.constantFrom('one-period' as const, 'shadow' as const),
      async (weights, multiples, flowPricing, costShape) => {
        const raw = Object.entries(ON_TARGET).map(([asset, target], i) => [asset, target * (weights[i] ?? 1)] as const)
        const total = raw.reduce((sum, [, value]) => sum + value, 0)
        const held = holdings(Object.fromEntries(raw.map(([asset, value]) => [asset, value / total])))
        const costOf = (asset: string, venue: string): number =>
          multiples[ASSETS.indexOf(asset) + (venue === 'kraken' ? ASSETS.length : 0)]!
        const lots = lotsAt(held, costOf)
        const settings = { ...DEFAULT_PLANNING, flowPricing, costShape, tradeRate: 0.5 }
        const answer = await plan(held, { taxTerms: terms, lots, settings })
        if (!answer.ok) {
          expect(['nothing-to-trade', 'below-minimum']).toContain(answer.error.code)
          return
        }
        solved++
        for (const { side, tax } of answer.value.lines) {
          if (side !== 'sell') expect(tax).toMatchObject({ taxUsd: 0, unknownCostUsd: 0 })
        }
      },
    ),
    { numRuns: 60 },
  )
  expect(solved).toBeGreaterThan(20)
})

test('tax in words', () => {
  const tax = (taxUsd: number, shortTermGainUsd: number, longTermGainUsd: number): LineTax => ({
    taxUsd: usd(taxUsd),
    shortTermGainUsd: usd(shortTermGainUsd),
    longTermGainUsd: usd(longTermGainUsd),
    unknownCostUsd: usd(0),
    naiveTaxUsd: usd(0),
  })
  expect(taxSentence(tax(1_200, 4_000, 0))).toBe('tax $1,200 on short-term gains of $4,000')
  expect(taxSentence(tax(-300, 0, -1_500))).toBe('saves $300 of tax: long-term losses of $1,500')
  expect(taxSentence(tax(100, 500, -375))).toBe('tax $100 on short-term gains of $500 and long-term losses of $375')
  expect(taxSentence(tax(0, -40, 0))).toBe('no tax on short-term losses of $40')
  expect(taxSentence(tax(0.2, 0.4, 0))).toBe('no gain to tax')
})
