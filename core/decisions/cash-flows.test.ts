import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CASH_FLOW_KINDS, type CashFlow, type CashFlowKind } from '../proposal.ts'
import { usd } from '../units.ts'
import { cashFlowSentence, netCashUsd, withCashFlows } from './cash-flows.ts'

const flow = (kind: CashFlowKind, amountUsd: number, asset = 'USD'): CashFlow => ({
  kind,
  asset,
  amountUsd: usd(amountUsd),
})

describe('flows before planning', () => {
  test('two of a kind and asset are one, others stand beside it', () => {
    const once = withCashFlows(undefined, [flow('deposit', 100)])
    const twice = withCashFlows(once, [flow('deposit', 50), flow('reward', 5, 'ETH')])
    expect(twice).toEqual({ kind: 'cash-flow', flows: [flow('deposit', 150), flow('reward', 5, 'ETH')] })
  })

  test.each([
    { kind: 'manual', by: 'a' },
    { kind: 'schedule', due: 0 as never },
    { kind: 'volatility-spike', volatility: 1, usual: 0.5 },
  ] as const)('take the place of $kind: money comes with its new cash first', (before) => {
    expect(withCashFlows(before, [flow('deposit', 1)])).toEqual({ kind: 'cash-flow', flows: [flow('deposit', 1)] })
  })

  test('however they arrive, the net is their sum, and no kind of an asset is there twice', () => {
    const flows = fc.record({
      kind: fc.constantFrom(...CASH_FLOW_KINDS),
      asset: fc.constantFrom('USD', 'USDT', 'BTC'),
      // whole dollars: their sums are exact
      amountUsd: fc.integer({ min: -1_000_000, max: 1_000_000 }).map(usd),
    })
    fc.assert(
      fc.property(fc.array(flows, { maxLength: 12 }), (all) => {
        let request = withCashFlows(undefined, [])
        for (const each of all) request = withCashFlows(request, [each])
        expect(netCashUsd(request.flows)).toBe(netCashUsd(all))
        const keys = request.flows.map(({ kind, asset }) => `${kind} ${asset}`)
        expect(new Set(keys).size).toBe(keys.length)
      }),
    )
  })
})

test('an asset that moved is not cash', () => {
  expect(netCashUsd([flow('deposit', 100, 'USDT'), flow('reward', 70, 'ETH'), flow('fee', -30)])).toBe(70)
})

test('the sentence names every flow, and what is left of them where there are several', () => {
  expect(cashFlowSentence([flow('reward', 1_234.4, 'ETH')])).toBe('reward of $1,234 of ETH')
  expect(cashFlowSentence([flow('deposit', 40_000), flow('withdrawal', -10_000)])).toBe(
    'deposit of $40,000 of USD, withdrawal of $10,000 of USD: $30,000 of cash to invest',
  )
  expect(cashFlowSentence([flow('deposit', 100), flow('fee', -150)])).toBe(
    'deposit of $100 of USD, fee of $150 of USD: $50 of cash to raise',
  )
})
