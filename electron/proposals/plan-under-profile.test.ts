import { describe, expect, test } from 'vitest'
import { CASH } from '../../core/instruments.ts'
import type { Proposal } from '../../core/proposal.ts'
import { usd } from '../../core/units.ts'
import { DRIFTED, holdings, line, plan, planned } from './test-support/planning-bench.ts'

describe('under a risk profile', () => {
  const turnoverOf = (proposal: Proposal): number => proposal.turnover

  test('more risk aversion trades nearer to the target', async () => {
    const error = async (riskAversion: number) =>
      (await planned(holdings(DRIFTED), { terms: { riskAversion } })).trackingErrorAfter
    expect(await error(50)).toBeLessThan(await error(1))
  })

  test('a wider band leaves alone what a narrower one cures', async () => {
    const held = holdings({ BTC: 0.53, ETH: 0.23, SOL: 0.09, LINK: 0.045, [CASH]: 0.105 })
    const bandOf = async (bandFactor: number) => line(await planned(held, { terms: { bandFactor } }), 'BTC')
    const [narrow, wide] = [await bandOf(0.5), await bandOf(2)]
    expect(narrow.high - narrow.target).toBeCloseTo((wide.high - wide.target) / 4, 12)
    expect(narrow.after).toBeLessThanOrEqual(narrow.high)
  })

  test('one asset never weighs more than the limit after trading, and the limit is the end of its band', async () => {
    const proposal = await planned(holdings(DRIFTED), { terms: { maximumWeight: 0.51 } })
    expect(line(proposal, 'BTC')).toMatchObject({ high: 0.51, reason: 'above-band' })
    expect(line(proposal, 'BTC').after).toBeLessThanOrEqual(0.51)
  })

  test('the reserve of the profile stays in cash', async () => {
    const proposal = await planned(holdings(DRIFTED), { terms: { cashReserve: 0.08 } })
    expect(line(proposal, CASH).after).toBeGreaterThanOrEqual(0.08 - 1e-5)
  })

  test('turnover is held to the limit, where the bands can be reached with it', async () => {
    const held = holdings({ BTC: 0.53, ETH: 0.23, SOL: 0.09, LINK: 0.045, [CASH]: 0.105 })
    const eager = { riskAversion: 50 }
    const free = await planned(held, { terms: eager })
    const cap = 0.6 * turnoverOf(free)
    const capped = await planned(held, { terms: { ...eager, maximumTurnover: cap } })
    expect(turnoverOf(capped)).toBeLessThanOrEqual(cap + 1e-9)
    // and it is used
    expect(turnoverOf(capped)).toBeGreaterThan(0.8 * cap)
  })

  test('a limit on turnover that the bands can’t be reached with: as far as it goes, and bands give way', async () => {
    const proposal = await planned(holdings(DRIFTED), { terms: { maximumTurnover: 0.01 } })
    expect(turnoverOf(proposal)).toBeLessThanOrEqual(0.01 + 1e-9)
    expect(turnoverOf(proposal)).toBeGreaterThan(0.009)
    expect(proposal.cleanliness).toBe('warning')
    expect(proposal.remarks.join(' ')).toMatch(
      /BTC band relaxed by [\d.]+ pp, up to 5\d\.\d\d %: turnover of \d\.\d\d % is needed, the limit is 1.00 %/,
    )
  })

  test('a band that gives way never ends beyond the limit on one asset, and never further out than it was', async () => {
    const fixed = (['ETH', 'SOL', 'LINK'] as const).map(
      (asset) => ({ kind: 'no-buy', asset, reason: 'frozen' }) as const,
    )
    const held = holdings({ BTC: 0.52, ETH: 0.1, SOL: 0.03, LINK: 0.01, [CASH]: 0.34 })
    const answer = await plan(held, { restrictions: fixed, terms: { maximumWeight: 0.56 } })
    if (answer.ok)
      for (const { asset, after } of answer.value.lines) if (asset !== CASH) expect(after).toBeLessThanOrEqual(0.56)
    const above = holdings({ BTC: 0.7, ETH: 0.15, SOL: 0.06, LINK: 0.03, [CASH]: 0.06 })
    const cut = await planned(above, { terms: { maximumWeight: 0.51, maximumTurnover: 0.05 } })
    expect(line(cut, 'BTC').after).toBeLessThan(0.7)
    expect(turnoverOf(cut)).toBeLessThanOrEqual(0.05 + 1e-5)
  })

  test('money that came in is not counted as turnover of the book', async () => {
    const held = holdings({ BTC: 0.4, ETH: 0.2, SOL: 0.08, LINK: 0.04, [CASH]: 0.28 })
    const trigger = { kind: 'cash-flow', flows: [{ kind: 'deposit', asset: 'USD', amountUsd: usd(200_000) }] } as const
    const proposal = await planned(held, { trigger, terms: { maximumTurnover: 0.02 } })
    expect(turnoverOf(proposal)).toBeGreaterThan(0.1)
    expect(turnoverOf(proposal)).toBeLessThanOrEqual(0.22 + 1e-9)
  })

  test('tracking error after trading is inside the limit where risk alone can bring it there', async () => {
    const free = await planned(holdings(DRIFTED), { terms: { riskAversion: 0.5 } })
    const limit = 0.5 * free.trackingErrorAfter
    const held = await planned(holdings(DRIFTED), { terms: { riskAversion: 0.5, maximumTrackingError: limit } })
    expect(held.trackingErrorAfter).toBeLessThanOrEqual(limit + 1e-4)
    expect(held.remarks).toEqual([])
    // and says by what weight of risk; free of the limit it is the book's own
    expect(held.weighing!.withinTerms).toBeGreaterThan(1.1)
    expect(free.weighing).toBeUndefined()
  })

  test('where it can’t, the proposal says what is left and what was allowed', async () => {
    const restrictions = [{ kind: 'no-trade', asset: 'BTC', reason: 'pledged' }] as const
    const proposal = await planned(holdings(DRIFTED), { restrictions, terms: { maximumTrackingError: 0.005 } })
    expect(proposal.cleanliness).toBe('warning')
    expect(proposal.remarks.join(' ')).toMatch(
      /tracking error after trading is [\d.]+ % a year, the limit .* is 0\.50 %/,
    )
  })

  test('limits that are not reached change nothing, to the last digit', async () => {
    const [free, limited] = [
      await planned(holdings(DRIFTED)),
      await planned(holdings(DRIFTED), {
        terms: { maximumTurnover: 0.9, maximumTrackingError: 1, maximumWeight: 0.9 },
      }),
    ]
    expect(limited.lines).toEqual(free.lines)
  })
})
