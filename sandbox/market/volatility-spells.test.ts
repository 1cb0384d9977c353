import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VolatilitySpells } from './volatility-spells.ts'

const FIRST = 480_000
const DAY = 24
const DAYS = 3 * 365
const SEEDS = 200

/** Lengths in days of the spells of each factor, the first and the last of a market left out: they are cut. */
function spellsOf(seed: number): { factor: number; days: number }[] {
  const spells = new VolatilitySpells(seed, FIRST)
  const found: { factor: number; days: number }[] = []
  let [from, factor] = [FIRST, spells.factor(FIRST)]
  for (let hour = FIRST + 1; hour < FIRST + DAYS * DAY; hour++) {
    const now = spells.factor(hour)
    if (now === factor) continue
    found.push({ factor, days: (hour - from) / DAY })
    ;[from, factor] = [hour, now]
  }
  return found.slice(1)
}
const drawn = Array.from({ length: SEEDS }, (_, seed) => spellsOf(seed)).flat()
const lengths = (factor: number): readonly number[] =>
  drawn.filter((spell) => spell.factor === factor).map(({ days }) => days)

describe('spells of volatility', () => {
  test('are the same in whatever order they are asked for, and others for another seed', () => {
    const hour = fc.integer({ min: FIRST - 1_000, max: FIRST + 40_000 })
    fc.assert(
      fc.property(fc.integer(), fc.array(hour, { minLength: 1, maxLength: 30 }), (seed, hours) => {
        const [one, other] = [new VolatilitySpells(seed, FIRST), new VolatilitySpells(seed, FIRST)]
        const forwards = hours.map((each) => one.factor(each))
        const backwards = hours.toReversed().map((each) => other.factor(each))
        expect(backwards.reverse()).toEqual(forwards)
      }),
    )
    expect(spellsOf(1)).not.toEqual(spellsOf(2))
  })

  test.each([
    ['calm lasts months', 0.6, 75, 240],
    ['normal lasts months', 1, 60, 210],
    ['a storm lasts weeks', 2, 25, 75],
    ['a crisis lasts days', 4, 5, 16],
  ] as const)('%s', (_, factor, shortest, longest) => {
    const all = lengths(factor)
    expect(all.length).toBeGreaterThan(30)
    // whole hours
    expect(Math.min(...all)).toBeGreaterThanOrEqual(shortest - 1 / DAY)
    expect(Math.max(...all)).toBeLessThanOrEqual(longest + 1 / DAY)
  })

  test('a crisis is rare, and comes out of a storm', () => {
    expect(lengths(4).length / SEEDS / (DAYS / 365)).toBeLessThan(0.4)
    for (let seed = 0; seed < SEEDS; seed++) {
      const spells = spellsOf(seed)
      spells.forEach(({ factor }, i) => {
        if (factor === 4 && i > 0) expect(spells[i - 1]!.factor).toBe(2)
      })
    }
  })

  test('before the first hour the first spell holds', () => {
    const spells = new VolatilitySpells(7, FIRST)
    expect(spells.factor(FIRST - 5)).toBe(spells.factor(FIRST))
  })
})
