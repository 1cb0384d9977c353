import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { millis } from '../../core/units.ts'
import { type ClassEvidence, ClassLadder } from './class-ladder.ts'
import { CALM, CRISIS, DEFAULT_REGIME_SETTINGS, NORMAL, STRESSED } from './settings.ts'

const DAY = 86_400_000
const { minimumDwellDays, calmDwellDays, mostChangesPerYear } = DEFAULT_REGIME_SETTINGS
const QUIET: ClassEvidence = { calm: 0, stressed: -1, crisis: -1 }
const BETWEEN: ClassEvidence = { calm: 0, stressed: 0, crisis: 0 }
const LOUD: ClassEvidence = { calm: -1, stressed: 1, crisis: 0 }
const WILD: ClassEvidence = { calm: -1, stressed: 1, crisis: 1 }

/** The level after each day of a run of evidence. */
function climb(evidence: readonly ClassEvidence[], ladder = new ClassLadder(DEFAULT_REGIME_SETTINGS), from = 0) {
  if (ladder.since === null) ladder.start(millis(0))
  return evidence.map((each, i) => {
    ladder.step(millis((from + i) * DAY), each)
    return ladder.level
  })
}
const days = (count: number, evidence: ClassEvidence): ClassEvidence[] => Array.from({ length: count }, () => evidence)
const changesOf = (levels: readonly number[]): number[] =>
  levels.flatMap((level, i) => (level === (i === 0 ? NORMAL : levels[i - 1]) ? [] : [i]))

describe('a storm', () => {
  test('is loud at once, louder at once, and quiet after its dwell and not before', () => {
    const levels = climb([...days(3, LOUD), ...days(1, WILD), ...days(40, QUIET)])
    expect(levels.slice(0, 4)).toEqual([STRESSED, STRESSED, STRESSED, CRISIS])
    // the dwell begins with the last change
    expect(levels.indexOf(NORMAL)).toBe(3 + minimumDwellDays)
  })

  test('is not over while the evidence is in between', () => {
    expect(climb([...days(1, LOUD), ...days(100, BETWEEN)]).at(-1)).toBe(STRESSED)
  })

  test('calm comes after its own dwell, while changes are few', () => {
    const levels = climb(days(60, { ...QUIET, calm: 1 }))
    expect(levels.indexOf(CALM)).toBe(calmDwellDays)
  })
})

describe('however restless the year', () => {
  const evidences = fc.array(
    fc.record({
      days: fc.integer({ min: 1, max: 30 }),
      evidence: fc.constantFrom(QUIET, BETWEEN, LOUD, WILD, { ...QUIET, calm: 1 as const }),
    }),
    { minLength: 20, maxLength: 120 },
  )

  test('there are never more changes within a year than are allowed', () => {
    let most = 0
    fc.assert(
      fc.property(evidences, (runs) => {
        const changes = changesOf(climb(runs.flatMap(({ days: count, evidence }) => days(count, evidence))))
        for (const [k, change] of changes.entries()) {
          const within = changes.slice(k).filter((other) => other - change < 366).length
          expect(within).toBeLessThanOrEqual(mostChangesPerYear)
          most = Math.max(most, within)
        }
      }),
      { numRuns: 300 },
    )
    // the limit was met, so it was tested
    expect(most).toBe(mostChangesPerYear)
  })

  test('the way down is open: after any history a class that is not the very last change ends within its dwell', () => {
    let [open, held] = [0, 0]
    fc.assert(
      fc.property(evidences, (runs) => {
        const past = runs.flatMap(({ days: count, evidence }) => days(count, evidence))
        const ladder = new ClassLadder(DEFAULT_REGIME_SETTINGS)
        const levels = climb(past, ladder)
        const changes = changesOf(levels)
        const after = climb(days(400, QUIET), ladder, past.length)
        const quietAfter = after.findIndex((level) => level <= NORMAL)
        const used = changes.filter((change) => past.length - change < 366).length
        if (levels.at(-1)! <= NORMAL) return
        if (used < mostChangesPerYear) {
          open++
          expect(quietAfter).toBeLessThanOrEqual(minimumDwellDays)
        } else {
          held++
          expect(levels.at(-1)).toBe(STRESSED)
          expect(quietAfter).toBeLessThan(366)
        }
      }),
      { numRuns: 400 },
    )
    expect(open).toBeGreaterThan(20)
    expect(held).toBeGreaterThan(0)
  })

  test('the last change but one is for an alarm, the last for the way down, or for a crisis', () => {
    const storm = [...days(1, LOUD), ...days(minimumDwellDays + 1, QUIET)]
    const four = Array.from({ length: 4 }, () => storm).flat()
    const eight = climb(four)
    expect(changesOf(eight)).toHaveLength(mostChangesPerYear - 1)
    expect(climb([...four, ...days(5, LOUD)]).at(-1)).toBe(NORMAL)
    const withCrisis = climb([...four, ...days(5, WILD), ...days(400, QUIET)])
    expect(withCrisis[four.length]).toBe(STRESSED)
    expect(withCrisis.slice(four.length).indexOf(NORMAL)).toBe(366 - four.length)
  })

  test('a class that is held against the evidence says until when, and then gives way', () => {
    const storm = [...days(1, LOUD), ...days(minimumDwellDays + 1, QUIET)]
    const four = Array.from({ length: 4 }, () => storm).flat()
    const heldDay = (more: readonly ClassEvidence[]): number | null => {
      const ladder = new ClassLadder(DEFAULT_REGIME_SETTINGS)
      climb([...four, ...more], ladder)
      return ladder.heldUntil === null ? null : ladder.heldUntil / DAY
    }
    // refused an alarm, until the first of its eight changes is a year old
    expect(heldDay(days(1, LOUD))).toBe(366)
    expect(heldDay(days(1, QUIET))).toBeNull()
    // loud by its last change: held once the dwell is over, free when the first is a year old
    expect(heldDay([...days(1, WILD), ...days(5, QUIET)])).toBeNull()
    expect(heldDay([...days(1, WILD), ...days(20, QUIET)])).toBe(366)
    expect(heldDay([...days(1, WILD), ...days(400, QUIET)])).toBeNull()
    // quiet again with all nine used, an alarm waits for two of them: the first storm's end, the second's beginning
    const nine = [...days(1, WILD), ...days(366 - four.length, QUIET)]
    expect(climb([...four, ...nine]).at(-1)).toBe(NORMAL)
    expect(heldDay([...nine, ...days(1, LOUD)])).toBe(storm.length + 366)
  })
})
