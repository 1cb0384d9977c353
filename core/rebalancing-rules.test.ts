import { expect, test } from 'vitest'
import { checkRules, type RebalancingRules } from './rebalancing-rules.ts'
import { SHIPPED_MULTIPLIERS } from './regime.ts'

const RULES: RebalancingRules = {
  settle: 'optimal',
  coolDownMs: 1_800_000,
  proposalLifeMs: 900_000,
  crisisOuterLimit: 0.08,
  schedule: null,
  volatilitySpike: null,
  bandMultipliers: SHIPPED_MULTIPLIERS,
  tradeRate: null,
}

test.each<[string, Partial<RebalancingRules>]>([
  ['as the program starts', {}],
  ['no cool-down', { coolDownMs: 0 }],
  ['to the edge', { settle: 'band-edge' }],
  ['on Fridays', { schedule: { kind: 'weekly', weekday: 5, hour: 0 } }],
  ['quarterly', { schedule: { kind: 'quarterly', day: 28, hour: 23 } }],
  ['bands that follow no regime', { bandMultipliers: { calm: 1, normal: 1, stressed: 1, crisis: 1 } }],
  ['a third of the way a day', { tradeRate: 0.3 }],
  ['on a spike', { volatilitySpike: { enters: 2, leaves: 2 } }],
])('%s is allowed', (_, changes) => expect(checkRules({ ...RULES, ...changes })).toMatchObject({ ok: true }))

test.each<[string, Partial<RebalancingRules>, string]>([
  ['an unknown end', { settle: 'target' as never }, 'was "target", allowed is optimal, band-edge, half-band'],
  ['a cool-down of months', { coolDownMs: 60 * 86_400_000 }, 'cool-down was 86400 minutes, 0 minutes to 10080 minutes'],
  ['a proposal for a second', { proposalLifeMs: 1_000 }, 'life of a proposal was'],
  ['a limit that nothing reaches', { crisisOuterLimit: 0.6 }, 'limit in a crisis was 60 points, 0 to 50'],
  ['NaN', { crisisOuterLimit: Number.NaN }, 'limit in a crisis was NaN'],
  ['the 31st', { schedule: { kind: 'monthly', day: 31, hour: 9 } }, '1 to 28 is allowed'],
  ['hour 24', { schedule: { kind: 'weekly', weekday: 1, hour: 24 } }, '0 to 23'],
  ['weekday 7', { schedule: { kind: 'weekly', weekday: 7, hour: 9 } }, '0 to 6'],
  [
    'no band in a crisis',
    { bandMultipliers: { ...SHIPPED_MULTIPLIERS, crisis: 0 } },
    'multiplier of bands in crisis markets was 0, 0.25 to 4',
  ],
  [
    'a multiplier that is none',
    { bandMultipliers: { ...SHIPPED_MULTIPLIERS, calm: Number.NaN } },
    'in calm markets was NaN',
  ],
  ['all of the way as a part', { tradeRate: 1 }, 'trade rate was 100 %, 10 to 90 % or none are allowed'],
  ['a trade rate that is none', { tradeRate: Number.NaN }, 'trade rate was NaN'],
  ['a spike at rest', { volatilitySpike: { enters: 1, leaves: 1 } }, 'must begin above 1'],
  ['a spike that ends above its start', { volatilitySpike: { enters: 2, leaves: 3 } }, 'end no higher'],
])('%s is refused', (_, changes, words) => {
  const refused = checkRules({ ...RULES, ...changes })
  expect(refused).toMatchObject({ ok: false, error: { code: 'bad-rules' } })
  if (!refused.ok) expect(refused.error.message).toContain(words)
})
