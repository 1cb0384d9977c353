import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SETTLE_RULES } from '../../../core/band.ts'
import type { RebalancingRules } from '../../../core/rebalancing-rules.ts'
import { SHIPPED_MULTIPLIERS } from '../../../core/regime.ts'
import { ok } from '../../../core/result.ts'
import { MULTIPLIER_ROWS, RULE_ROWS } from './rule-rows.ts'
import { readRules, writeRules } from './rules-form.ts'

const hour = fc.integer({ min: 0, max: 23 })
const multiplier = fc.integer({ min: 25, max: 400 }).map((hundredths) => hundredths / 100)
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
  tradeRate: fc.option(fc.integer({ min: 10, max: 90 }).map((hundredths) => hundredths / 100)),
  bandMultipliers: fc.record({ calm: multiplier, normal: multiplier, stressed: multiplier, crisis: multiplier }),
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
  bandMultipliers: SHIPPED_MULTIPLIERS,
  tradeRate: null,
})
test.each([
  ['a spike without its end', { spikeEnters: '2' }, 'both its start and its end'],
  ['half an hour of the day', { hour: '9.5' }, 'hour of the schedule was NaN'],
  ['the 30th', { day: '30' }, '1 to 28'],
  ['bands ten times as wide', { crisis: '10' }, 'bands in crisis markets was 10'],
  ['no multiplier written', { calm: '' }, 'bands in calm markets was NaN'],
  ['more than the way in a part', { tradeRate: '95' }, 'trade rate was 95 %'],
  ['half a number as a rate', { tradeRate: '3x' }, 'trade rate was NaN'],
  ['no cool-down written', { coolDown: '' }, 'cool-down was NaN'],
])('%s is refused with its reason', (_, change, words) => {
  const read = readRules({ ...FORM, ...change })
  expect(read).toMatchObject({ ok: false, error: expect.stringContaining(words) })
})

test('every field has its row, and a row changes its own field only', () => {
  const rows = [...RULE_ROWS, ...MULTIPLIER_ROWS]
  expect(rows.map(({ field }) => field).sort()).toEqual(Object.keys(FORM).sort())
  for (const row of rows) {
    const value = row.items === null ? '7' : row.items.at(-1)!.id
    const changed = row.change(FORM, value)
    expect(row.value(changed)).toBe(value)
    expect({ ...changed, [row.field]: FORM[row.field] }).toEqual(FORM)
  }
})

test('only what the schedule asks for is shown', () => {
  const shown = (schedule: (typeof FORM)['schedule']) =>
    RULE_ROWS.filter((row) => row.counts({ ...FORM, schedule })).map(({ field }) => field)
  const ofDates = (schedule: (typeof FORM)['schedule']) => shown(schedule).slice(shown('none').length)
  expect(ofDates('none')).toEqual([])
  expect(ofDates('weekly')).toEqual(['weekday', 'hour'])
  expect(ofDates('monthly')).toEqual(['day', 'hour'])
  expect(ofDates('quarterly')).toEqual(['day', 'hour'])
})
