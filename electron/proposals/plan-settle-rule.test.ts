import { describe, expect, test } from 'vitest'
import { CASH } from '../../core/instruments.ts'
import { DEFAULT_PLANNING } from './settings.ts'
import { holdings, line, plan, planned } from './test-support/planning-bench.ts'

describe('settling by a rule, through the optimiser', () => {
  // BTC 3 points above its band, all else and cash inside
  const held = holdings({ BTC: 0.58, ETH: 0.235, SOL: 0.085, LINK: 0.042, [CASH]: 0.058 + 0.002 })
  const settled = async (settle: 'band-edge' | 'half-band') =>
    planned(held, { settings: { ...DEFAULT_PLANNING, settle } })

  test.each([
    ['band-edge', 0.545],
    ['half-band', 0.525],
  ] as const)('%s: only what is out of band is traded, to exactly where the rule says', async (settle, weight) => {
    const proposal = await settled(settle)
    expect(proposal.lines.filter((entry) => entry.side !== null).map((entry) => entry.asset)).toEqual(['BTC'])
    // a sale that cures rounds up by less than one step; costs shrink the book by less than 2 bps of it
    const btc = line(proposal, 'BTC')
    expect(btc.after).toBeLessThanOrEqual(weight * 1.0002)
    expect(btc.after).toBeGreaterThan(weight - 2e-6)
    expect(line(proposal, CASH).after).toBeCloseTo(line(proposal, CASH).before + btc.before - weight, 3)
  })

  test('inside its bands nothing is traded, whatever risk it would take away', async () => {
    const near = holdings({ BTC: 0.545, ETH: 0.225, SOL: 0.085, LINK: 0.045, [CASH]: 0.1 })
    expect(await plan(near, { settings: { ...DEFAULT_PLANNING, settle: 'half-band' } })).toMatchObject({
      ok: false,
      error: { code: 'nothing-to-trade' },
    })
  })
})
