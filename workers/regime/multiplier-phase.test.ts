import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BandMultipliers, REGIME_CLASSES, SHIPPED_MULTIPLIERS } from '../../core/regime.ts'
import { millis } from '../../core/units.ts'
import { multiplierAt, nextPhase, phaseTables, settledOn } from './multiplier-phase.ts'
import { CRISIS, NORMAL } from './settings.ts'

const HOUR = 3_600_000
const START = Date.UTC(2025, 0, 6)
const at = (hours: number) => millis(START + hours * HOUR)
const HOURS = 24

const multiplier = fc.double({ min: 0.25, max: 4, noNaN: true })
const table: fc.Arbitrary<BandMultipliers> = fc.record({
  calm: multiplier,
  normal: multiplier,
  stressed: multiplier,
  crisis: multiplier,
})
const level = fc.integer({ min: 0, max: REGIME_CLASSES.length - 1 })
const hour = fc.integer({ min: 0, max: 100 })
const changes = fc.array(fc.tuple(hour, level), { maxLength: 6 }).map((all) => all.sort(([a], [b]) => a - b))

describe('a change of class', () => {
  test('phases in linearly over 24 hours, as a pure function of time', () => {
    const phase = nextPhase(settledOn(NORMAL), CRISIS, at(0), HOURS)
    const value = (hours: number) => multiplierAt(phase, at(hours), HOURS, SHIPPED_MULTIPLIERS)
    expect([value(-24), value(0), value(24), value(200)]).toEqual([1, 1, 1.3, 1.3])
    expect(value(12)).toBeCloseTo(1.15, 12)
  })

  test('under any table it is what that table’s own numbers would have phased to', () => {
    fc.assert(
      fc.property(changes, table, hour, (steps, multipliers, later) => {
        let phase = settledOn(NORMAL)
        // the same in numbers of one table
        let plain = { from: multipliers.normal, to: multipliers.normal, since: 0 as number }
        const number = (now: number): number => {
          const share = Math.min(1, Math.max(0, (now - plain.since) / (HOURS * HOUR)))
          return plain.from + share * (plain.to - plain.from)
        }
        for (const [hours, to] of steps) {
          plain = { from: number(at(hours)), to: multipliers[REGIME_CLASSES[to]!], since: at(hours) }
          phase = nextPhase(phase, to, at(hours), HOURS)
        }
        const now = at((steps.at(-1)?.[0] ?? 0) + later)
        expect(multiplierAt(phase, now, HOURS, multipliers)).toBeCloseTo(number(now), 9)
      }),
    )
  })
})

describe('a change of the table', () => {
  const wide: BandMultipliers = { calm: 2, normal: 2, stressed: 2, crisis: 2 }
  const value = (hours: number, ...since: readonly [number, BandMultipliers][]) =>
    phaseTables(
      [
        { multipliers: SHIPPED_MULTIPLIERS, since: millis(0) },
        ...since.map(([from, multipliers]) => ({ multipliers, since: at(from) })),
      ],
      at(hours),
      HOURS,
      (multipliers) => multipliers.normal,
    )

  test('phases in from the moment it was made', () => {
    expect([value(0, [0, wide]), value(24, [0, wide]), value(99, [0, wide])]).toEqual([1, 2, 2])
    expect(value(6, [0, wide])).toBeCloseTo(1.25, 12)
  })

  test('taken back half-way, bands go home from where they are', () => {
    const back: readonly [number, BandMultipliers] = [12, SHIPPED_MULTIPLIERS]
    expect(value(12, [0, wide], [...back])).toBeCloseTo(1.5, 12)
    expect(value(24, [0, wide], [...back])).toBeCloseTo(1.5, 12)
    expect(value(36, [0, wide], [...back])).toBe(1)
  })

  test('whatever follows what: never beyond the tables, never a jump, the last one after a day', () => {
    const rows = fc.array(fc.tuple(hour, table), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rows, (drawn) => {
        const sorted = [...drawn].sort(([a], [b]) => a - b)
        const all = [SHIPPED_MULTIPLIERS, ...sorted.map(([, multipliers]) => multipliers)].map(({ normal }) => normal)
        const [least, most] = [Math.min(...all), Math.max(...all)]
        let before = value(0, ...sorted)
        for (let quarter = 1; quarter <= 4 * 130; quarter++) {
          const now = value(quarter / 4, ...sorted)
          expect(now).toBeGreaterThanOrEqual(least - 1e-12)
          expect(now).toBeLessThanOrEqual(most + 1e-12)
          // changes at one moment still move no faster than all of them together
          expect(Math.abs(now - before)).toBeLessThanOrEqual((sorted.length * (most - least)) / (4 * HOURS) + 1e-12)
          before = now
        }
        expect(before).toBe(sorted.at(-1)![1].normal)
      }),
      { numRuns: 40 },
    )
  })
})
