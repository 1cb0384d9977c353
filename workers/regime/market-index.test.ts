import { describe, expect, test } from 'vitest'
import { type ClosesByTime, marketIndex } from './market-index.ts'

const DAY = 86_400_000
const T = (day: number): number => day * DAY
const closes = (...values: readonly (number | null)[]): ClosesByTime =>
  new Map(values.flatMap((value, day) => (value === null ? [] : [[T(day), value] as const])))
const times = (days: number): number[] => Array.from({ length: days }, (_, day) => T(day))
const steps = (levels: readonly { readonly level: number }[]): number[] =>
  levels.slice(1).map(({ level }, i) => Math.log(level / levels[i]!.level))

describe('the market index', () => {
  test('steps by the mean of the log returns', () => {
    const levels = marketIndex([[closes(100, 110, 99)], [closes(5, 5, 6)]], times(3))
    expect(levels.map(({ time }) => time)).toEqual(times(3))
    expect(steps(levels)[0]).toBeCloseTo(Math.log(1.1) / 2, 12)
    expect(steps(levels)[1]).toBeCloseTo((Math.log(0.9) + Math.log(1.2)) / 2, 12)
  })

  test('an asset that joins or was away is no return: it counts from its next step on', () => {
    const steady = closes(1, 1, 1, 1, 1)
    // came at twice the price, was away on day 2, left
    const other = closes(null, 200, null, 100, 100)
    expect(steps(marketIndex([[steady], [other]], times(5)))).toEqual([0, 0, 0, 0])
  })

  test('where nobody has a price there is no level, and the next closes the gap with one return over all of it', () => {
    const levels = marketIndex([[closes(100, 110, null, null, 88)], [closes(10, 10, null, null, 10)]], times(5))
    expect(levels.map(({ time }) => time / DAY)).toEqual([0, 1, 4])
    expect(steps(levels)[1]).toBeCloseTo(Math.log(0.8) / 2, 12)
  })

  test('no return is made of two venues’ prices', () => {
    const [binance, kraken] = [closes(100, null, 100), closes(103, 103, 103)]
    expect(steps(marketIndex([[binance, kraken]], times(3)))).toEqual([0, 0])
    // Binance alone at the first end, Kraken alone at the second: nothing is known of that day
    const split = marketIndex([[closes(100, null, 99), closes(null, 103, 103)]], times(3))
    expect(split.map(({ time }) => time / DAY)).toEqual([0, 2])
    expect(steps(split)[0]).toBeCloseTo(Math.log(0.99), 12)
  })

  test('beyond a week the index goes on from its old level with whoever is there', () => {
    const [gone, come] = [closes(5, 6), closes(...Array.from({ length: 12 }, (_, day) => (day < 3 ? null : 50 + day)))]
    const levels = marketIndex([[gone], [come]], times(12))
    expect(levels.map(({ time }) => time / DAY)).toEqual([0, 1, 9, 10, 11])
    expect(steps(levels)[1]).toBe(0)
    expect(steps(levels)[2]).toBeCloseTo(Math.log(60 / 59), 12)
  })

  test('goes on from where it stood', () => {
    const all = closes(100, 110, 121)
    expect(marketIndex([[all]], [T(2)], { time: T(1), level: 7 })).toEqual([
      { time: T(2), level: expect.closeTo(7.7, 9) as number },
    ])
  })
})
