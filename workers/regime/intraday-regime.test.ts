import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { millis } from '../../core/units.ts'
import { DaySoFar } from './day-so-far.ts'
import { explainRegime } from './explain.ts'
import { FollowedRegime } from './followed-regime.ts'
import { IntradayRegime } from './intraday-regime.ts'
import { RegimeTracker } from './regime-tracker.ts'
import { REGIME_CLASSES } from './settings.ts'

const HOUR = 3_600_000
const START = Date.UTC(2020, 0, 1)
const levelOf = ({ class: name }: { readonly class: (typeof REGIME_CLASSES)[number] }): number =>
  REGIME_CLASSES.indexOf(name)

/** Prices at full hours from `START` on, volatility in spells, now and then a jump. */
function hourlyPrices(seed: number, days: number): Float64Array {
  const random = createRandom(seed)
  let [price, sigma] = [100, 0.006]
  return Float64Array.from({ length: 24 * days + 1 }, () => {
    if (random.next() < 0.001) sigma = random.pick([0.003, 0.006, 0.015])
    price *= Math.exp(sigma * random.normal() + (random.next() < 0.001 ? 0.15 * random.normal() : 0))
    return price
  })
}
const at = (hour: number) => millis(START + hour * HOUR)

/** Quiet days, then the hours of a last day, by what the price is multiplied by at each; null: no price. */
function quietDaysThen(factors: readonly (number | null)[]) {
  const regime = new IntradayRegime()
  const random = createRandom(11)
  let close = 100
  for (let day = 0; day <= LAST_DAY; day++) {
    close *= Math.exp(0.02 * (day % 2 === 0 ? 1 : -1) * (0.8 + 0.4 * random.next()))
    regime.closeDay(at(24 * day), close)
  }
  const before = regime.reading(at(24 * LAST_DAY))
  const readings = factors.map((factor, i) => {
    const now = at(24 * LAST_DAY + i + 1)
    if (factor !== null) regime.addHour(now, close * factor)
    return regime.reading(now)
  })
  return { regime, close, before, readings }
}
const LAST_DAY = 399

describe('a running day', () => {
  test('at its close says what the days alone say, whatever its hours were and which of them are missing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const random = createRandom(seed)
        const prices = hourlyPrices(seed, 430)
        const [hourly, daily] = [new IntradayRegime(), new RegimeTracker()]
        for (let hour = 0; hour < prices.length; hour++)
          if (hour % 24 !== 0) {
            if (random.next() < 0.9) hourly.addHour(at(hour), prices[hour]!)
          } else {
            hourly.closeDay(at(hour), prices[hour]!)
            const { since: _, today, ...reading } = hourly.reading(at(hour))
            const { since: __, today: ___, ...expected } = daily.update(at(hour), prices[hour]!)
            expect(reading).toEqual(expected)
            expect(today).toEqual({ hours: 0, missing: 0 })
          }
      }),
      { numRuns: 8 },
    )
  })

  test('its last hour already says what the close will say', () => {
    const prices = hourlyPrices(3, 450)
    const [hourly, daily] = [new IntradayRegime(), new RegimeTracker()]
    for (let day = 0; day < 450; day++) {
      hourly.closeDay(at(24 * day), prices[24 * day]!)
      daily.update(at(24 * day), prices[24 * day]!)
    }
    for (let hour = 24 * 449 + 1; hour <= 24 * 450; hour++) hourly.addHour(at(hour), prices[hour]!)
    const [seen, closed] = [hourly.reading(at(24 * 450)), daily.update(at(24 * 450), prices[24 * 450]!)]
    expect(seen.volatility).toBe(closed.volatility)
    expect(seen.slowVolatility).toBe(closed.slowVolatility)
    expect(seen.percentile).toBe(closed.percentile)
    expect(seen.probability).toBe(closed.probability)
    expect(seen.twentyDayVolatility).toBeCloseTo(closed.twentyDayVolatility!, 12)
    expect(seen.effectiveObservations).toBeCloseTo(closed.effectiveObservations, 9)
  })

  test('a crash at 14:00 is seen at 14:00, and the multiplier starts to move then', () => {
    const { regime, close, readings } = quietDaysThen(Array.from({ length: 20 }, (_, i) => (i < 13 ? 1 : 0.8)))
    expect(readings.slice(0, 13).map(levelOf)).toEqual(Array.from({ length: 13 }, () => 1))
    expect(levelOf(readings[13]!)).toBeGreaterThanOrEqual(2)
    const crash = 24 * LAST_DAY + 14
    expect(readings[19]!.since).toBe(at(crash))
    const loud = readings[13]!.multiplier
    expect(regime.multiplierAt(at(crash))).toBe(1)
    expect(regime.multiplierAt(at(crash + 6))).toBeCloseTo(1 + (loud - 1) / 4, 12)
    // confirmed at the close, it stands from 14:00 on
    regime.closeDay(at(24 * (LAST_DAY + 1)), close * 0.8)
    expect(regime.reading(at(24 * (LAST_DAY + 1))).since).toBe(at(crash))
    expect(regime.multiplierAt(at(crash + 12))).toBeCloseTo(1 + (loud - 1) / 2, 12)
  })

  test('a crash that is over by the close raises the class until then, and moves the bands by little', () => {
    const factors = Array.from({ length: 23 }, (_, i) => (i < 16 || i >= 19 ? 1 : 0.85))
    const { regime, close, readings } = quietDaysThen(factors)
    // once raised it is not lowered within the day
    expect(readings.map((reading) => levelOf(reading) >= 2)).toEqual(factors.map((_, i) => i >= 16))
    const end = 24 * (LAST_DAY + 1)
    regime.closeDay(at(end), close)
    expect(regime.reading(at(end)).class).toBe('normal')
    // seven of the 24 hours of its phase
    expect(regime.multiplierAt(at(end))).toBeCloseTo(1 + (7 / 24) * (readings[22]!.multiplier - 1), 12)
    expect(regime.multiplierAt(at(end + 24))).toBe(1)
  })

  test('before the first close, and while history is short, its hours tell nothing', () => {
    const regime = new IntradayRegime()
    regime.addHour(at(0), 100)
    expect(regime.reading(at(0))).toMatchObject({ class: 'normal', prior: true, since: null })
    regime.closeDay(at(24), 100)
    regime.addHour(at(25), 50)
    expect(regime.reading(at(25))).toMatchObject({ class: 'normal', prior: true, volatility: 0.8 })
    expect(() => regime.addHour(at(26), Number.NaN)).toThrow('NaN')
    expect(() => regime.addHour(at(25), 50)).toThrow('not after')
  })
})

describe('missing hours', () => {
  test('the return across a gap is one return over its true span', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const random = createRandom(seed)
        const prices = hourlyPrices(seed, 1)
        const kept = Array.from({ length: 24 }, (_, i) => i + 1).filter(() => random.next() < 0.7)
        if (kept.length === 0) return
        const day = new DaySoFar(at(0), prices[0]!)
        for (const hour of kept) day.add(at(hour), prices[hour]!)
        const [ends, starts] = [kept, [0, ...kept]]
        const returns = ends.map((hour, i) => Math.log(prices[hour]! / prices[starts[i]!]!))
        const spans = ends.map((hour, i) => hour - starts[i]!)
        const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
        const last = kept.at(-1)!
        expect(day.logReturn).toBeCloseTo(sum(returns), 12)
        expect(day.realisedVariance).toBeCloseTo(sum(returns.map((value) => value * value)), 12)
        expect(day.effectiveHours(at(last))).toBeCloseTo(last ** 2 / sum(spans.map((span) => span ** 2)), 9)
        expect(day.missing(at(24))).toEqual({ hours: 24, missing: 24 - kept.length })
      }),
    )
  })

  test('a price that stood still over the gap is no return: nothing rises, the evidence counts for less', () => {
    const steady = Array.from({ length: 12 }, (_, i) => (i < 6 ? 1 + 0.002 * (i % 2) : 1))
    const whole = quietDaysThen(steady)
    const holed = quietDaysThen(steady.map((factor, i) => (i >= 6 && i < 9 ? null : factor)))
    const [full, gap] = [whole.readings[11]!, holed.readings[11]!]
    expect(gap.class).toBe(full.class)
    expect(gap.since).toBe(full.since)
    expect(gap.effectiveObservations).toBeLessThan(full.effectiveObservations)
    // hours that were seen to be quiet say so; hours that were not leave the average as it was
    expect(full.volatility).toBeLessThan(gap.volatility)
    expect(gap.volatility).toBeLessThan(whole.before.volatility)
    expect(explainRegime(gap)).toMatch(/, 3 of 12 hours missing$/)
    expect(explainRegime(full)).not.toContain('missing')
  })

  test('while the prices stay away nothing is claimed but that they do', () => {
    const { readings } = quietDaysThen([1, 1.01, 1, null, null, null])
    const [last, silent] = [readings[2]!, readings[5]!]
    expect(silent.class).toBe(last.class)
    expect(silent.effectiveObservations).toBeLessThan(last.effectiveObservations)
    expect(silent.today).toEqual({ hours: 6, missing: 3 })
    expect(explainRegime(silent)).toMatch(/3 of 6 hours missing$/)
  })

  test('a day without its close goes on: two days are then one return over both', () => {
    const prices = hourlyPrices(9, 420)
    const [hourly, daily] = [new IntradayRegime(), new RegimeTracker()]
    for (let day = 0; day < 418; day++) {
      hourly.closeDay(at(24 * day), prices[24 * day]!)
      daily.update(at(24 * day), prices[24 * day]!)
    }
    for (let hour = 24 * 417 + 1; hour < 24 * 419; hour++) hourly.addHour(at(hour), prices[hour]!)
    hourly.closeDay(at(24 * 419), prices[24 * 419]!)
    const { since: _, today: __, ...after } = hourly.reading(at(24 * 419))
    const { since: ___, today: ____, ...expected } = daily.update(at(24 * 419), prices[24 * 419]!)
    expect(after).toEqual(expected)
  })
})

describe('followed from bars', () => {
  const days = 420
  const closes = (prices: Float64Array, step: number, from: number, until: number): ReadonlyMap<number, number> =>
    new Map(
      Array.from(prices.keys())
        .filter((hour) => hour % step === 0 && hour >= from && hour <= until)
        .map((hour) => [START + hour * HOUR, prices[hour]!] as const),
    )
  /** All days and the hours of the last two weeks, as far as they are known at an hour. */
  const barsOf = (markets: readonly Float64Array[], until: number) => ({
    daily: markets.map((prices) => [closes(prices, 24, 0, until)]),
    hourly: markets.map((prices) => [closes(prices, 1, (days - 20) * 24, until)]),
  })

  test('never looks ahead: at any hour, one started then says what one that ran on says', () => {
    const markets = [1, 2, 3].map((seed) => hourlyPrices(seed, days))
    const first = 405 * 24
    let running = new FollowedRegime(barsOf(markets, first))
    for (let hour = first + 1; hour <= first + 27; hour++) {
      const known = barsOf(markets, hour)
      const started = new FollowedRegime(known)
      // a day's close makes it anew
      if (hour % 24 === 0) running = new FollowedRegime(known)
      else running.addHours(known, at(hour))
      expect(running.regime.reading(at(hour))).toEqual(started.regime.reading(at(hour)))
      expect(running.regime.multiplierAt(at(hour))).toBe(started.regime.multiplierAt(at(hour)))
    }
  })

  test('cutting the future changes nothing before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 23 }), (seed, hour) => {
        const prices = hourlyPrices(seed, days)
        const cut = 410 * 24 + hour
        const crashed = prices.map((price, i) => (i > cut ? price / 3 : price))
        const [one, other] = [prices, crashed].map((all) => {
          const followed = new FollowedRegime(barsOf([all], 410 * 24))
          followed.addHours(barsOf([all], days * 24), at(cut))
          return followed.regime.reading(at(cut))
        })
        expect(one).toEqual(other)
      }),
      { numRuns: 10 },
    )
  })

  test('hours that come late are taken in when they come', () => {
    const markets = [hourlyPrices(4, days)]
    const [late, prompt] = [
      new FollowedRegime(barsOf(markets, 410 * 24)),
      new FollowedRegime(barsOf(markets, 410 * 24)),
    ]
    late.addHours(barsOf(markets, 410 * 24), at(410 * 24 + 5))
    expect(late.regime.reading(at(410 * 24 + 5)).today).toEqual({ hours: 5, missing: 5 })
    late.addHours(barsOf(markets, 410 * 24 + 7), at(410 * 24 + 7))
    prompt.addHours(barsOf(markets, 410 * 24 + 7), at(410 * 24 + 7))
    expect(late.regime.reading(at(410 * 24 + 7))).toEqual(prompt.regime.reading(at(410 * 24 + 7)))
  })
})
