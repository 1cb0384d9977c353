import fc from 'fast-check'
import { expect, test } from 'vitest'
import { millis } from '../units.ts'
import { lastDue, type ScheduleRule } from './schedule.ts'

const at = (text: string) => millis(Date.parse(text))
const due = (rule: ScheduleRule, now: string): string => new Date(lastDue(rule, at(now))).toISOString()

test.each([
  // 2026-11-21 is a Saturday
  [{ kind: 'weekly', weekday: 1, hour: 9 }, '2026-11-21T12:00:00Z', '2026-11-16T09:00:00.000Z'],
  [{ kind: 'weekly', weekday: 6, hour: 12 }, '2026-11-21T12:00:00Z', '2026-11-21T12:00:00.000Z'],
  [{ kind: 'weekly', weekday: 6, hour: 12 }, '2026-11-21T11:59:59Z', '2026-11-14T12:00:00.000Z'],
  [{ kind: 'weekly', weekday: 0, hour: 0 }, '2026-11-21T12:00:00Z', '2026-11-15T00:00:00.000Z'],
  [{ kind: 'monthly', day: 15, hour: 14 }, '2026-11-21T12:00:00Z', '2026-11-15T14:00:00.000Z'],
  [{ kind: 'monthly', day: 28, hour: 0 }, '2026-01-05T00:00:00Z', '2025-12-28T00:00:00.000Z'],
  [{ kind: 'quarterly', day: 1, hour: 8 }, '2026-11-21T12:00:00Z', '2026-10-01T08:00:00.000Z'],
  [{ kind: 'quarterly', day: 1, hour: 8 }, '2026-01-01T07:59:00Z', '2025-10-01T08:00:00.000Z'],
] as const)('%o at %s: last due %s', (rule, now, expected) => expect(due(rule, now)).toBe(expected))

const rules: fc.Arbitrary<ScheduleRule> = fc.oneof(
  fc.record({ kind: fc.constant('weekly' as const), weekday: fc.integer({ min: 0, max: 6 }), hour: hours() }),
  fc.record({ kind: fc.constant('monthly' as const), day: fc.integer({ min: 1, max: 28 }), hour: hours() }),
  fc.record({ kind: fc.constant('quarterly' as const), day: fc.integer({ min: 1, max: 28 }), hour: hours() }),
)
function hours(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 23 })
}

test('never after now, its own last due, and never more than a period before', () =>
  fc.assert(
    fc.property(rules, fc.integer({ min: 1e12, max: 4e12 }), (rule, now) => {
      const last = lastDue(rule, millis(now))
      expect(last).toBeLessThanOrEqual(now)
      expect(lastDue(rule, last)).toBe(last)
      const longest = { weekly: 7, monthly: 31, quarterly: 92 }[rule.kind]
      expect(now - last).toBeLessThanOrEqual(longest * 86_400_000)
    }),
  ))
