import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SETTLE_RULES } from '../../../core/band.ts'
import type { RebalancingRules } from '../../../core/rebalancing-rules.ts'
import { ok } from '../../../core/result.ts'
import { readRules, writeRules } from './rules-form.ts'

const hour = fc.integer({ min: 0, max: 23 })
const day = fc.integer({ min: 1, max: 28 })
const rules: fc.Arbitrary<RebalancingRules> = fc.record({
  settle: fc.constantFrom(...SETTLE_RULES),
  coolDownMs: fc.integer({ min: 0, max: 7 * 86_400 }).map((seconds) => 1_000 * seconds),
  proposalLifeMs: fc.integer({ min: 60, max: 86_400 }).map((seconds) => 1_000 * seconds),
  crisisOuterLimit: fc.integer({ min: 0, max: 500 }).map((thousandths) => thousandths / 1_000),
  schedule: fc.oneof(
    fc.constant(null),
    fc.record({ kind: fc.constant('weekly' as const), weekday: fc.integer({ min: 0, max: 6 }), hour }),
    fc.record({ kind: fc.constantFrom('monthly' as const, 'quarterly' as const), day, hour }),
  ),
  volatilitySpike: fc.option(fc.record({ enters: fc.constantFrom(1.5, 2), leaves: fc.constantFrom(1, 1.25) })),
})

test('rules come back from the fields as they went in', () => {
  fc.assert(
    fc.property(rules, (given) => {
      expect(readRules(writeRules(given))).toEqual(ok(given))
    }),
  )
})

const FORM = writeRules({
  settle: 'optimal',
  coolDownMs: 1_800_000,
  proposalLifeMs: 900_000,
  crisisOuterLimit: 0.08,
  schedule: { kind: 'monthly', day: 1, hour: 9 },
  volatilitySpike: null,
})
test.each([
  ['a spike without its end', { spikeEnters: '2' }, 'both its start and its end'],
  ['half an hour of the day', { hour: '9.5' }, 'hour of the schedule was NaN'],
  ['the 30th', { day: '30' }, '1 to 28'],
  ['no cool-down written', { coolDown: '' }, 'cool-down was NaN'],
])('%s is refused with its reason', (_, change, words) => {
  const read = readRules({ ...FORM, ...change })
  expect(read).toMatchObject({ ok: false, error: expect.stringContaining(words) })
})
