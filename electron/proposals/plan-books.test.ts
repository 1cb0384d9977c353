import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount, fromFloat, multiply, toFloat, ZERO } from '../../core/amount.ts'
import type { Holding, Restriction } from '../../core/client-book.ts'
import { CASH } from '../../core/instruments.ts'
import { millis } from '../../core/units.ts'
import { DRIFTED, holdings, line, market, PRICES, plan, planned, STEP, view } from './test-support/planning-bench.ts'

describe('planning a client book', () => {
  test('brings every line inside its band, at less than the way to the target', async () => {
    const proposal = await planned(holdings(DRIFTED))
    for (const entry of proposal.lines) {
      expect(entry.after).toBeGreaterThanOrEqual(entry.low)
      expect(entry.after).toBeLessThanOrEqual(entry.high)
    }
    expect(line(proposal, 'BTC')).toMatchObject({ side: 'sell', reason: 'above-band' })
    expect(line(proposal, 'LINK')).toMatchObject({ side: 'buy', reason: 'below-band' })
    const toTarget = 0.5 * proposal.lines.reduce((sum, entry) => sum + Math.abs(entry.before - entry.target), 0)
    expect(proposal.turnover).toBeLessThan(toTarget)
    expect(proposal.cleanliness).toBe('clean')
  })

  test('every line says why, and what is not traded has no quantity', async () => {
    const proposal = await planned(holdings(DRIFTED))
    for (const entry of proposal.lines) {
      expect(entry.why.length).toBeGreaterThan(5)
      expect(entry.side === null).toBe(entry.quantity === ZERO)
      if (entry.side === null) expect(entry.cost.totalUsd).toBe(0)
    }
  })

  test('the split of cost adds up, per line and in total', async () => {
    const proposal = await planned(holdings(DRIFTED))
    let total = 0
    for (const { cost } of proposal.lines) {
      expect(cost.totalUsd).toBeCloseTo(cost.feeUsd + cost.spreadUsd + cost.impactUsd, 9)
      total += cost.totalUsd
    }
    expect(proposal.cost.totalUsd).toBeCloseTo(total, 9)
    expect(total).toBeGreaterThan(0)
  })

  test('inside its bands a book is left alone when costs are high', async () => {
    const answer = await plan(holdings({ BTC: 0.51, ETH: 0.245, SOL: 0.098, LINK: 0.05, [CASH]: 0.097 }), {
      market: view({}, 50),
    })
    expect(answer).toMatchObject({ ok: false, error: { code: 'nothing-to-trade' } })
  })

  test('a stale price plans nothing and names the asset', async () => {
    const prices = new Map(view().prices).set('SOL', {
      priceUsd: 200,
      fresh: false,
      ageMs: 27_000,
      why: 'SOL price is 27 s old',
    })
    expect(await plan(holdings(DRIFTED), { market: view({ prices }) })).toMatchObject({
      ok: false,
      error: { code: 'stale-prices', message: 'SOL price is 27 s old' },
    })
  })

  test('a NaN price plans nothing', async () => {
    const prices = new Map(view().prices).set('BTC', { priceUsd: Number.NaN, fresh: true, ageMs: 0, why: null })
    expect(await plan(holdings(DRIFTED), { market: view({ prices }) })).toMatchObject({
      ok: false,
      error: { code: 'stale-prices' },
    })
  })

  test('no sell holds the line, relaxes its own band and warns', async () => {
    const proposal = await planned(holdings(DRIFTED), {
      restrictions: [{ kind: 'no-sell', asset: 'BTC', reason: 'lock-up' }],
    })
    expect(line(proposal, 'BTC').side).toBeNull()
    expect(line(proposal, 'BTC').reason).toBe('restricted')
    expect(proposal.cleanliness).toBe('warning')
    expect(proposal.remarks.join()).toContain('BTC must not be sold (lock-up): band relaxed by')
  })

  test('no buy is kept; a restriction that is over is not', async () => {
    const restriction: Restriction = { kind: 'no-buy', asset: 'LINK', reason: 'client wish' }
    expect(line(await planned(holdings(DRIFTED), { restrictions: [restriction] }), 'LINK').side).toBeNull()
    const over = { ...restriction, until: millis(1_600_000_000_000) }
    expect(line(await planned(holdings(DRIFTED), { restrictions: [over] }), 'LINK').side).toBe('buy')
  })

  test('a line left out by the advisor is not traded', async () => {
    const proposal = await planned(holdings(DRIFTED), { leftOut: ['LINK'] })
    expect(line(proposal, 'LINK')).toMatchObject({ side: null, reason: 'held-back' })
  })

  test('a withdrawal is raised from what is overweight', async () => {
    const proposal = await planned(holdings({ BTC: 0.58, ETH: 0.27, SOL: 0.1, LINK: 0.045, [CASH]: 0.005 }))
    expect(line(proposal, CASH).after).toBeGreaterThan(0.02)
    expect(line(proposal, 'BTC').side).toBe('sell')
  })

  test('an asset outside the model is sold, dust of it is left', async () => {
    const prices = new Map(view().prices).set('DOGE', { priceUsd: 0.4, fresh: true, ageMs: 0, why: null })
    const foreign = (quantity: string): Holding => ({
      subAccount: 'book-1',
      venue: 'binance',
      asset: 'DOGE',
      quantity: amount(quantity),
    })
    STEP.DOGE = '1'
    const marketsOf = (asset: string) => (asset in STEP ? [market('binance', asset), market('kraken', asset)] : [])
    const sold = await planned([...holdings(DRIFTED), foreign('100000')], { market: view({ prices, marketsOf }) })
    expect(line(sold, 'DOGE')).toMatchObject({ side: 'sell', target: 0 })
    const dust = await planned([...holdings(DRIFTED), foreign('7.5')], { market: view({ prices, marketsOf }) })
    expect(line(dust, 'DOGE').side).toBeNull()
  })

  test('whatever the drift: whole steps, never more than is held, cash above its reserve, the value conserved', async () => {
    const weights = fc.record({
      BTC: fc.double({ min: 0.3, max: 0.7, noNaN: true }),
      ETH: fc.double({ min: 0.1, max: 0.4, noNaN: true }),
      SOL: fc.double({ min: 0.02, max: 0.2, noNaN: true }),
      LINK: fc.double({ min: 0.0, max: 0.1, noNaN: true }),
      CASH: fc.double({ min: 0.0, max: 0.3, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(
        weights,
        fc.integer({ min: 3, max: 7 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (raw, size, split) => {
          const sum = Object.values(raw).reduce((a, b) => a + b, 0)
          const scaled = Object.fromEntries(Object.entries(raw).map(([asset, w]) => [asset, w / sum]))
          const held = holdings(scaled, 10 ** size, split)
          const answer = await plan(held)
          if (!answer.ok) {
            expect(['nothing-to-trade', 'below-minimum', 'no-cash']).toContain(answer.error.code)
            return
          }
          const proposal = answer.value
          for (const entry of proposal.lines) {
            if (entry.side === null) continue
            expect(entry.quantity % amount(STEP[entry.asset]!)).toBe(0n)
            if (entry.side !== 'sell') continue
            const total = held.filter((h) => h.asset === entry.asset).reduce((t, h) => t + h.quantity, 0n)
            expect(entry.quantity <= total).toBe(true)
          }
          const after = proposal.lines.reduce((total, entry) => total + entry.after, 0)
          expect(after).toBeCloseTo(1, 9)
          if (line(proposal, CASH).after < 0.02 - 1e-5) expect(proposal.cleanliness).toBe('warning')
        },
      ),
      { numRuns: 150 },
    )
  })

  test('notional is quantity at its price', async () => {
    for (const entry of (await planned(holdings(DRIFTED))).lines)
      if (entry.side !== null)
        expect(entry.notionalUsd).toBeCloseTo(toFloat(multiply(entry.quantity, fromFloat(PRICES[entry.asset]!))), 4)
  })
})
