import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CASH } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import { DRIFTED, holdings, line, model, plan, planned, VOLATILITY, view } from './test-support/planning-bench.ts'

describe('a client’s asset is not hedged away', () => {
  /** Three lines weigh too much and must not be sold; LINK moves with them and its wide band lets it be sold whole. */
  const wide = (keptShare?: number, ofLink?: number): ModelPortfolio => ({
    ...model,
    groupCaps: [],
    keptShare,
    lines: model.lines.map((each) =>
      each.asset === 'LINK'
        ? { ...each, band: { kind: 'absolute', halfWidth: 0.05 }, keptShare: ofLink }
        : each.asset === CASH
          ? { ...each, band: { kind: 'absolute', halfWidth: 0.2 } }
          : each,
    ),
  })
  const alike = view({
    risk: {
      covarianceOf: (assets) =>
        Float64Array.from({ length: assets.length ** 2 }, (_, k) => {
          const [i, j] = [Math.floor(k / assets.length), k % assets.length]
          return (VOLATILITY[assets[i]!] ?? 0) * (VOLATILITY[assets[j]!] ?? 0) * (i === j ? 1 : 0.95)
        }),
      isPrior: () => false,
    },
  })
  const restrictions = ['BTC', 'ETH', 'SOL'].map((asset) => ({ kind: 'no-sell', asset, reason: 'pledged' }) as const)
  const held = { BTC: 0.56, ETH: 0.26, SOL: 0.11, LINK: 0.05, [CASH]: 0.02 }
  const linkAfter = async (options: Parameters<typeof plan>[1]) =>
    line(
      await planned(holdings(held), { market: alike, restrictions, terms: { riskAversion: 50 }, ...options }),
      'LINK',
    )

  test('by default half of its target is kept, and the line says what it is sold for and where that ends', async () => {
    const link = await linkAfter({ model: wide() })
    expect(link.after).toBeGreaterThanOrEqual(0.025)
    expect(link.after).toBeLessThan(0.0252)
    expect(link.why).toContain('hedges what else the book holds: 5.00 % to 2.5')
    expect(link.why).toContain('not sold below 50 % of its target: 2.50 %')
  })

  test.each<[string, Parameters<typeof plan>[1]]>([
    ['the model', { model: wide(0.2) }],
    ['the model of the asset', { model: wide(0.9, 0.2) }],
    ['the client book', { model: wide(0.9, 0.9), keptShare: 0.2 }],
    [
      'the client book of the asset',
      {
        model: wide(),
        keptShare: 0.9,
        restrictions: [...restrictions, { kind: 'keep', asset: 'LINK', share: 0.2, reason: 'x' }],
      },
    ],
  ])('%s may say otherwise', async (_, options) => {
    const link = await linkAfter(options)
    expect(link.after).toBeGreaterThanOrEqual(0.01)
    expect(link.after).toBeLessThan(0.0102)
  })

  test('where a cap asks for less than is kept there is no answer, and the reason names both', async () => {
    expect(await plan(holdings(DRIFTED), { smallCap: 0.06 })).toMatchObject({
      ok: false,
      error: {
        code: 'infeasible',
        message:
          'limits that never give way: the cap of small (6.00 %) is exceeded by 1.50 pp (SOL not sold below 50 % of its target: 5.00 %; LINK not sold below 50 % of its target: 2.50 %)',
      },
    })
    expect((await plan(holdings(DRIFTED), { smallCap: 0.06, keptShare: 0.3 })).ok).toBe(true)
  })

  test('whatever is held, what trades ends in its band and no sale goes below half a target', async () => {
    const weight = fc.double({ min: 0.01, max: 0.6, noNaN: true })
    await fc.assert(
      fc.asyncProperty(fc.tuple(weight, weight, weight, weight, weight), async (raw) => {
        const total = raw.reduce((sum, value) => sum + value, 0)
        const names = ['BTC', 'ETH', 'SOL', 'LINK', CASH]
        const drawn = Object.fromEntries(names.map((asset, i) => [asset, raw[i]! / total]))
        const answer = await plan(holdings(drawn), { market: alike, model: wide() })
        if (!answer.ok) return
        for (const { asset, side, before, after, low, high, target } of answer.value.lines) {
          if (side === null || asset === CASH) continue
          expect(after).toBeGreaterThanOrEqual(Math.min(before, low) - 1e-9)
          expect(after).toBeLessThanOrEqual(Math.max(before, high) + 1e-9)
          if (side === 'sell') expect(after).toBeGreaterThanOrEqual(0.5 * target - 1e-9)
        }
      }),
      { numRuns: 60 },
    )
  })
})
