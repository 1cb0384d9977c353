import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CASH } from '../../core/instruments.ts'
import type { Proposal } from '../../core/proposal.ts'
import { usd } from '../../core/units.ts'
import { holdings, line, plan, planned } from './test-support/planning-bench.ts'

describe('new cash first, through the optimiser', () => {
  const flow = (amountUsd: number) =>
    ({ kind: 'cash-flow', flows: [{ kind: 'deposit', asset: 'USD', amountUsd: usd(amountUsd) }] }) as const
  const outside = (entry: Proposal['lines'][number]): boolean => entry.before > entry.high || entry.before < entry.low
  const NOT_ENOUGH = /alone|settle the withdrawal/

  test('what is inside its band is not sold after a deposit nor bought after a withdrawal', async () => {
    const share = fc.double({ min: 0.3, max: 1.7, noNaN: true })
    const cash = fc.double({ min: 0.02, max: 0.3, noNaN: true })
    let [traded, alone] = [0, 0]
    await fc.assert(
      fc.asyncProperty(share, share, cash, fc.boolean(), async (btc, small, cashWeight, isDeposit) => {
        const raw = { BTC: 0.5 * btc, ETH: 0.25, SOL: 0.1 * small, LINK: 0.05 }
        const scale = (1 - cashWeight) / (raw.BTC + raw.ETH + raw.SOL + raw.LINK)
        const scaled = Object.fromEntries(Object.entries(raw).map(([asset, weight]) => [asset, scale * weight]))
        const held = holdings({ ...scaled, [CASH]: cashWeight })
        const answer = await plan(held, { trigger: flow(isDeposit ? 50_000 : -50_000) })
        if (!answer.ok) return
        traded++
        // said where it can't be kept: cash short after a deposit, cash to spare after a withdrawal
        if (answer.value.remarks.some((remark) => NOT_ENOUGH.test(remark))) return
        alone++
        for (const entry of answer.value.lines)
          if (entry.asset !== CASH && !outside(entry)) expect(entry.side).not.toBe(isDeposit ? 'sell' : 'buy')
      }),
      { numRuns: 60, seed: 1 },
    )
    expect(traded).toBeGreaterThan(30)
    expect(alone).toBeGreaterThan(20)
  })

  test('a deposit that leaves cash short sells all the same, and says so', async () => {
    const proposal = await planned(holdings({ BTC: 0.53, ETH: 0.27, SOL: 0.11, LINK: 0.055, [CASH]: 0.035 }), {
      trigger: flow(5_000),
    })
    expect(proposal.sellUsd).toBeGreaterThan(0)
    expect(proposal.remarks).toEqual([expect.stringContaining('the deposit alone does not bring')])
  })

  test('an asset that came in is drift, not new cash', async () => {
    const proposal = await planned(holdings({ BTC: 0.56, ETH: 0.255, SOL: 0.09, LINK: 0.045, [CASH]: 0.05 }), {
      trigger: { kind: 'cash-flow', flows: [{ kind: 'deposit', asset: 'BTC', amountUsd: usd(100_000) }] },
    })
    expect(line(proposal, 'BTC').side).toBe('sell')
    expect(proposal.remarks).toEqual([])
  })
})
