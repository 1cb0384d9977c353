import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { classifySeries } from './classify-series.ts'
import { RegimeEngine } from './engine.ts'
import { explainRegime } from './explain.ts'
import { RegimeTracker } from './regime-tracker.ts'
import { DEFAULT_REGIME_SETTINGS, REGIME_CLASSES } from './settings.ts'

const DAY = 86_400_000
const START = Date.UTC(2020, 0, 1)
const dateAt = (day: number): string => new Date(START + day * DAY).toISOString().slice(0, 10)

/** Daily closes whose volatility jumps between levels, with fat tails. */
function syntheticCloses(seed: number, days: number): Float64Array {
  const random = createRandom(seed)
  let price = 100
  let sigma = 0.03
  return Float64Array.from({ length: days }, () => {
    if (random.next() < 0.02) sigma = random.pick([0.01, 0.03, 0.06, 0.12])
    const shock = random.next() < 0.01 ? 4 : 1
    price *= Math.exp(Math.max(-3, Math.min(3, sigma * shock * random.normal())))
    return price
  })
}
const dates = (days: number): string[] => Array.from({ length: days }, (_, i) => dateAt(i))

describe('regime of a series', () => {
  test('never looks ahead: cutting the future changes nothing before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 799 }), (seed, cut) => {
        const closes = syntheticCloses(seed, 800)
        const whole = classifySeries(dates(800), closes)
        const part = classifySeries(dates(cut), closes.subarray(0, cut))
        expect(part).toEqual(whole.slice(0, cut))
      }),
      { numRuns: 20 },
    )
  })

  test('the live tracker says the same as the batch', () => {
    const closes = syntheticCloses(5, 600)
    const batch = classifySeries(dates(600), closes)
    const tracker = new RegimeTracker()
    for (let i = 0; i < 600; i++) {
      const reading = tracker.update(millis(START + i * DAY), closes[i]!)
      const { class: name, multiplier, volatility, prior, percentile, probability } = reading
      const explanation = explainRegime(reading)
      expect({
        date: dateAt(i),
        class: name,
        multiplier,
        volatility,
        prior,
        percentile,
        probability,
        explanation,
      }).toEqual(batch[i])
    }
  })

  test('changes of class stay few in any 365 days, however often the volatility jumps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const days = classifySeries(dates(1500), syntheticCloses(seed, 1500))
        const changes = days.flatMap((day, i) => (i > 0 && day.class !== days[i - 1]!.class ? [i] : []))
        for (const [k, change] of changes.entries())
          expect(changes.slice(k).filter((other) => other - change < 365).length).toBeLessThanOrEqual(9)
      }),
      { numRuns: 25 },
    )
  })

  test('a loud class ends once volatility is low: mostly within weeks, after a year of nine changes within the year', () => {
    const storms = 900
    const quiet = 366
    let waited = 0
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const storm = syntheticCloses(seed, storms)
        const closes = Float64Array.from({ length: storms + quiet }, (_, i) =>
          i < storms ? storm[i]! : storm[storms - 1]! * (i % 2 === 0 ? 1 : 1.01),
        )
        const days = classifySeries(dates(storms + quiet), closes)
        const lastLoud = days.findLastIndex((day) => day.class === 'stressed' || day.class === 'crisis')
        if (lastLoud - storms > 60) waited++
        expect(lastLoud).toBeLessThan(storms + quiet - 1)
      }),
      { numRuns: 40, seed: 1 },
    )
    expect(waited).toBeLessThan(15)
  })

  test('a market whose volatility never changes is hardly ever loud', () => {
    let loud = 0
    for (let seed = 1; seed <= 10; seed++) {
      const random = createRandom(seed)
      let price = 100
      const closes = Float64Array.from({ length: 1000 }, () => (price *= Math.exp(0.03 * random.normal())))
      loud += classifySeries(dates(1000), closes).filter(
        ({ class: name }) => name === 'stressed' || name === 'crisis',
      ).length
    }
    expect(loud / 10_000).toBeLessThan(0.15)
  })

  test('days without a price leave the class and widen the probability', () => {
    const closes = syntheticCloses(5, 800)
    const tracker = new RegimeTracker()
    for (let i = 0; i < 800; i++) tracker.update(millis(START + i * DAY), closes[i]!)
    const [now, later] = [tracker.reading(), tracker.reading(millis(START + (799 + 30) * DAY))]
    expect(later.class).toBe(now.class)
    expect(later.volatility).toBe(now.volatility)
    expect(later.daysWithoutPrice).toBe(30)
    expect(Math.abs(later.probability! - 0.5)).toBeLessThan(Math.abs(now.probability! - 0.5))
    expect(explainRegime(later)).toContain('no price for 30 days')
    expect(tracker.reading()).toEqual(now)
  })

  test('with a bar its range says how volatile the day was; what is no bar is passed over', () => {
    const run = (bar?: { open: number; high: number; low: number }): number => {
      const tracker = new RegimeTracker()
      for (let i = 0; i < 60; i++) tracker.update(millis(START + i * DAY), 100, bar)
      return tracker.reading().volatility
    }
    expect(run()).toBe(0)
    expect(run({ open: 100, high: 104, low: 97 })).toBeCloseTo(Math.sqrt(365 * 0.5) * Math.log(104 / 97), 10)
    expect(run({ open: 100, high: 99, low: 97 })).toBe(0)
  })

  test('a class that the limit of changes holds says so and until when', () => {
    const held = {
      ...new RegimeTracker().reading(),
      prior: false,
      class: 'stressed',
      heldUntil: millis(START),
    } as const
    expect(explainRegime({ ...held, percentile: 0.13 })).toBe(
      'stressed: 13th percentile, held until 2020-01-01 by the limit of changes a year',
    )
  })

  test('without history: prior volatility, class normal, marked', () => {
    const days = classifySeries(dates(40), syntheticCloses(3, 40))
    expect(days.slice(0, 30).every((day) => day.prior && day.class === 'normal' && day.volatility === 0.8)).toBe(true)
    expect(days[39]!.prior).toBe(false)
  })

  test('a storm is loud at once and quiet only after the dwell time', () => {
    const random = createRandom(11)
    let price = 100
    const closes = Float64Array.from({ length: 700 }, (_, i) => {
      const sigma = i >= 500 && i < 510 ? 0.15 : 0.02
      price *= Math.exp(sigma * (i % 2 === 0 ? 1 : -1) * (0.8 + 0.4 * random.next()))
      return price
    })
    const days = classifySeries(dates(700), closes)
    const loud = days.map((day) => REGIME_CLASSES.indexOf(day.class) >= 2)
    expect(loud.slice(400, 500).some(Boolean)).toBe(false)
    const first = loud.indexOf(true)
    expect(first - 500).toBeLessThanOrEqual(2)
    const last = loud.lastIndexOf(true)
    expect(last - first + 1).toBeGreaterThanOrEqual(DEFAULT_REGIME_SETTINGS.minimumDwellDays)
    expect(loud.slice(600).some(Boolean)).toBe(false)
  })

  test('a gap invents no return: missing days change volatility only through what the price did', () => {
    const closes = syntheticCloses(8, 400)
    const kept = Array.from({ length: 400 }, (_, i) => i).filter((i) => i < 200 || i >= 202)
    const tracker = new RegimeTracker()
    let before = 0
    let after = 0
    for (const i of kept) {
      // the price stands still over the gap
      const close = i >= 202 ? closes[i]! * (closes[199]! / closes[202]!) : closes[i]!
      const reading = tracker.update(millis(START + i * DAY), close)
      if (i === 199) before = reading.volatility
      if (i === 202) after = reading.volatility
    }
    const threeDays = 2 ** (-3 / DEFAULT_REGIME_SETTINGS.fastHalfLifeDays)
    expect(after).toBeCloseTo(before * Math.sqrt(threeDays), 6)
    const long = new RegimeTracker()
    for (let i = 0; i < 100; i++) long.update(millis(START + i * DAY), closes[i]!)
    const stood = long.reading().volatility
    expect(long.update(millis(START + 150 * DAY), closes[99]! * 3).volatility).toBe(stood)
  })

  test('prices within the day wait for the day to be over', () => {
    const closes = syntheticCloses(9, 200)
    const daily = new RegimeTracker()
    const hourly = new RegimeTracker()
    for (let i = 0; i < 200; i++) {
      daily.update(millis(START + i * DAY), closes[i]!)
      for (let hour = 0; hour < 24; hour++)
        hourly.update(millis(START + i * DAY + hour * 3_600_000), hour === 0 ? closes[i]! : closes[i]! * 2)
    }
    expect(hourly.reading()).toEqual(daily.reading())
  })

  test('a bad price or a step back in time is a bug of the caller', () => {
    const tracker = new RegimeTracker()
    tracker.update(millis(START), 100)
    expect(() => tracker.update(millis(START), 100)).toThrow('not after')
    expect(() => tracker.update(millis(START + DAY), Number.NaN)).toThrow('NaN')
  })
})

describe('the multiplier phases in', () => {
  test('the tracker never jumps: at the moment of a change the old factor still holds', () => {
    const closes = syntheticCloses(5, 900)
    const tracker = new RegimeTracker()
    let seen = 0
    for (let i = 0; i < 900; i++) {
      const time = START + i * DAY
      const before = tracker.multiplierAt(millis(time))
      const { since } = tracker.update(millis(time), closes[i]!)
      expect(tracker.multiplierAt(millis(time))).toBe(before)
      if (i > 0 && since === time) seen++
    }
    expect(seen).toBeGreaterThan(2)
  })
})

describe('the engine', () => {
  const engine = new RegimeEngine()
  const closes = syntheticCloses(5, 400)
  const times = Float64Array.from({ length: 400 }, (_, i) => START + i * DAY)

  test('reads a whole history at a moment', () => {
    const now = unwrap(engine.read(times, closes, START + 400 * DAY))
    expect(now.class).toBe(classifySeries(dates(400), closes)[399]!.class)
    expect(now.multiplierNow).toBe(now.multiplier)
  })

  test('refuses what it cannot use, with the value', () => {
    expect(engine.read(times, closes.subarray(1), START)).toMatchObject({ error: { code: 'bad-history' } })
    expect(engine.read([START], [0], START)).toMatchObject({ error: { message: 'close 0 is 0, it must be above 0' } })
    expect(engine.read([START + 1], [1], START).ok).toBe(false)
  })
})
