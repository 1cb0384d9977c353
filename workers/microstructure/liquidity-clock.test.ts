import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { DEFAULT_CLOCK, HOUR_MS, HOURS_OF_WEEK, hourOfWeek, LiquidityClock } from './liquidity-clock.ts'
import { waitingSaves } from './waiting.ts'

const MONDAY = Date.UTC(2024, 0, 1)
const WEEK_MS = HOURS_OF_WEEK * HOUR_MS
const SATURDAY = 5 * 24
/** One observation at the full hour, for so many weeks. */
function learn(
  weeks: number,
  spreadOf: (hour: number, week: number) => number,
  clock = new LiquidityClock(),
  from = MONDAY,
): LiquidityClock {
  for (let hour = 0; hour < weeks * HOURS_OF_WEEK; hour++) {
    const spread = spreadOf(hour % HOURS_OF_WEEK, Math.floor(hour / HOURS_OF_WEEK))
    clock.observe(from + hour * HOUR_MS, spread, 1e5 / spread)
  }
  clock.observe(from + weeks * WEEK_MS, Number.NaN, Number.NaN)
  return clock
}

test('hours of the week count from Monday, UTC', () => {
  expect(hourOfWeek(MONDAY)).toBe(0)
  expect(hourOfWeek(MONDAY - 1)).toBe(167)
  expect(hourOfWeek(Date.UTC(1970, 0, 1, 5))).toBe(3 * 24 + 5)
  expect(hourOfWeek(Date.UTC(2026, 7, 1, 12, 59))).toBe(SATURDAY + 12)
})

describe('the liquidity clock', () => {
  test('knows nothing at first', () => {
    for (const hour of new LiquidityClock().hours()) expect(hour).toEqual({ spread: 1, depth: 1, visits: 0 })
  })

  test('shrinkage by hand: after one week an hour that stands out keeps what the prior leaves it', () => {
    // Hour 10 of Monday is e times as wide as all others: 1 − 1/168 above the week's mean, the others 1/168 below.
    const clock = learn(1, (hour) => (hour === 10 ? Math.E : 1) * 1e-4)
    const out = 1 - 1 / 168
    const below = -1 / 168
    const dailyTen = (out + 6 * below) / (7 + 3)
    const dailyOther = (7 * below) / (7 + 3)
    const own = (out + 3 * dailyTen) / (1 + 3)
    const tenElsewhere = (below + 3 * dailyTen) / 4
    const other = (below + 3 * dailyOther) / 4
    const mean = (own + 6 * tenElsewhere + 161 * other) / 168
    const hours = clock.hours()
    expect(Math.log(hours[10]!.spread)).toBeCloseTo(own - mean, 12)
    expect(Math.log(hours[34]!.spread)).toBeCloseTo(tenElsewhere - mean, 12)
    expect(Math.log(hours[11]!.spread)).toBeCloseTo(other - mean, 12)
    // Depth was 1/spread throughout.
    expect(hours[10]!.depth * hours[10]!.spread).toBeCloseTo(1, 12)
    expect(hours[10]!.visits).toBe(1)
  })

  test('the weekend becomes visible, week by week', () => {
    const habit = (hour: number): number => (hour >= SATURDAY ? 1.3e-4 : 1e-4)
    const gap = (weeks: number): number => {
      const hours = learn(weeks, habit).hours()
      return hours[SATURDAY + 10]!.spread / hours[34]!.spread
    }
    expect(gap(1)).toBeGreaterThan(1.03)
    expect(gap(4)).toBeGreaterThan(gap(1))
    expect(gap(20)).toBeGreaterThan(1.24)
    expect(gap(20)).toBeLessThan(1.3)
  })

  test('a calm month, or a week seen in part, is not taken for a habit', () => {
    // The same weekend habit, but the level doubles for weeks, and the first week begins on a Saturday.
    const habit = (hour: number, week: number): number => (hour >= SATURDAY ? 1.3e-4 : 1e-4) * (week % 4 < 2 ? 1 : 2)
    const steady = learn(16, (hour) => habit(hour, 0)).hours()
    const moving = learn(16, habit).hours()
    for (const hour of [0, 40, SATURDAY, 167]) expect(moving[hour]!.spread).toBeCloseTo(steady[hour]!.spread, 10)
    // Every other week only its weekend is seen, and says nothing against the habit.
    const partial = new LiquidityClock()
    for (let hour = 0; hour < 20 * HOURS_OF_WEEK; hour++) {
      const [week, own] = [Math.floor(hour / HOURS_OF_WEEK), hour % HOURS_OF_WEEK]
      const spread = week % 2 === 1 && own < SATURDAY ? Number.NaN : habit(own, 0)
      partial.observe(MONDAY + hour * HOUR_MS, spread, 1e5)
    }
    const seen = partial.hours()
    expect(seen[SATURDAY + 10]!.spread / seen[34]!.spread).toBeGreaterThan(1.17)
    const late = new LiquidityClock()
    for (let hour = SATURDAY; hour < 16 * HOURS_OF_WEEK; hour++) {
      const spread = habit(hour % HOURS_OF_WEEK, Math.floor(hour / HOURS_OF_WEEK))
      late.observe(MONDAY + hour * HOUR_MS, spread, 1e5 / spread)
    }
    const hours = late.hours()
    expect(hours[SATURDAY + 10]!.spread / hours[34]!.spread).toBeGreaterThan(1.18)
  })

  test('how often the same figures come changes nothing; gaps and silence teach nothing', () => {
    const [seldom, often] = [new LiquidityClock(), new LiquidityClock()]
    for (let hour = 0; hour < HOURS_OF_WEEK; hour++) {
      const spread = 1e-4 * (1 + (hour % 24))
      seldom.observe(MONDAY + hour * HOUR_MS, spread, 1)
      for (let minute = 0; minute < 60; minute += 5) often.observe(MONDAY + hour * HOUR_MS + minute * 60_000, spread, 1)
    }
    for (const clock of [seldom, often]) clock.observe(MONDAY + WEEK_MS, Number.NaN, Number.NaN)
    const [a, b] = [seldom.hours(), often.hours()]
    for (let hour = 0; hour < HOURS_OF_WEEK; hour++) expect(a[hour]!.spread).toBeCloseTo(b[hour]!.spread, 9)
    const silent = new LiquidityClock({ ...DEFAULT_CLOCK, holdMs: 5_000 })
    silent.observe(MONDAY, 1e-4, 1)
    silent.observe(MONDAY + HOUR_MS, Number.NaN, 1)
    silent.observe(MONDAY + 2 * HOUR_MS, 1e-4, 0)
    silent.observe(MONDAY + 3 * HOUR_MS, 1e-4, 1)
    silent.observe(MONDAY + HOUR_MS, 1e-4, 1)
    const total = silent.hours().reduce((sum, { visits }) => sum + visits, 0)
    expect(total).toBeCloseTo(5 / 3600, 12)
  })

  test('the same history gives the same bits, and so does a restart between two weeks', () => {
    const random = createRandom(3)
    const spreads = Array.from({ length: 6 * HOURS_OF_WEEK }, () => 1e-4 * Math.exp(random.normal()))
    const spreadOf = (hour: number, week: number): number => spreads[week * HOURS_OF_WEEK + hour]!
    const whole = learn(6, spreadOf)
    expect(learn(6, spreadOf).save()).toEqual(whole.save())
    const resumed = new LiquidityClock()
    const saved = JSON.parse(JSON.stringify(learn(2, spreadOf).save())) as number[]
    expect(resumed.restore(saved)).toBe(true)
    learn(4, (hour, week) => spreadOf(hour, week + 2), resumed, MONDAY + 2 * WEEK_MS)
    expect(resumed.hours()).toEqual(whole.hours())
  })

  test.each<[string, (saved: number[]) => unknown[]]>([
    ['too short', (saved) => saved.slice(0, 5)],
    ['another version', (saved) => [2, ...saved.slice(1)]],
    ['negative hours', (saved) => saved.with(2, -1)],
    ['null', (saved) => (saved as unknown[]).with(9, null)],
    ['nothing', () => []],
  ])('restores only what it saved: %s', (_, damage) => {
    const clock = learn(2, (hour) => 1e-4 * (1 + hour))
    const before = clock.save()
    expect(clock.restore(damage(before.slice()) as number[])).toBe(false)
    expect(clock.save()).toEqual(before)
  })

  test('whatever it sees, factors are finite, above 0, and their geometric mean is 1', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 3 * WEEK_MS }),
            fc.double({ min: 1e-7, max: 0.5, noNaN: true }),
            fc.integer({ min: 0, max: 1e8 }),
          ),
          { minLength: 1, maxLength: 60 },
        ),
        (seen) => {
          const clock = new LiquidityClock()
          for (const [at, spread, depth] of seen.sort((a, b) => a[0] - b[0])) clock.observe(MONDAY + at, spread, depth)
          for (const field of ['spread', 'depth'] as const) {
            const logs = clock.hours().map((hour) => Math.log(hour[field]))
            expect(logs.every(Number.isFinite)).toBe(true)
            expect(Math.abs(logs.reduce((a, b) => a + b, 0))).toBeLessThan(1e-9)
          }
        },
      ),
      { numRuns: 200 },
    ))
})

describe('what waiting would save', () => {
  const hours = Array.from({ length: HOURS_OF_WEEK }, (_, hour) =>
    hour >= SATURDAY ? { spread: 1.5, depth: 0.25, visits: 4 } : { spread: 1, depth: 1, visits: 9 },
  )
  const cost = { halfSpread: 3e-4, impact: 4e-4, sigmaDaily: 0.02 }
  test('by hand: from Saturday 20:30 to Monday 08:00 the spread falls by a third, the impact by half', () => {
    const answer = waitingSaves(hours, cost, MONDAY + (SATURDAY + 20.5) * HOUR_MS, 8)
    expect(answer.waitMs).toBe(35.5 * HOUR_MS)
    expect(answer.nowBps).toBeCloseTo(7, 10)
    expect(answer.thenBps).toBeCloseTo(2 + 2, 10)
    expect(answer.savesBps).toBeCloseTo(3, 10)
    expect(answer.priceRiskBps).toBeCloseTo(200 * Math.sqrt(35.5 / 24), 8)
    expect(answer.visits).toBe(4)
  })
  test('now is no wait and saves nothing; into the weekend waiting costs', () => {
    expect(waitingSaves(hours, cost, MONDAY + 10.2 * HOUR_MS, 10)).toMatchObject({
      waitMs: 0,
      savesBps: 0,
      priceRiskBps: 0,
    })
    expect(waitingSaves(hours, cost, MONDAY, SATURDAY).savesBps).toBeCloseTo(7 - 4.5 - 8, 10)
  })
})

const data = process.env['TRIMTAB_DATA']
describe.skipIf(data === undefined)('real hours (needs TRIMTAB_DATA)', () => {
  /** Hourly traded value stands for depth, the hour's range for the spread. */
  const bars = (): { at: number; range: number; volume: number }[] => {
    const [header, ...lines] = readFileSync(join(data!, 'binance_btcusdt_1h.csv'), 'utf8').trim().split('\n')
    const names = header!.split(',')
    const at = (name: string): number => names.findIndex((column) => column.startsWith(name))
    return lines.map((line) => {
      const cells = line.split(',')
      const [high, low, volume] = ['high', 'low', 'volume'].map((name) => Number(cells[at(name)])) as [
        number,
        number,
        number,
      ]
      return { at: Date.parse(`${cells[0]!.replace(' ', 'T')}Z`), range: Math.max(1e-6, (high - low) / low), volume }
    })
  }
  test('the weekend is thinner, and what two years taught describes the months after', () => {
    const all = bars()
    expect(all.length).toBeGreaterThan(30_000)
    const clock = new LiquidityClock()
    const split = all.findIndex((bar) => bar.at >= all[0]!.at + 2 * 365 * 24 * HOUR_MS)
    for (const bar of all.slice(0, split)) clock.observe(bar.at, bar.range, bar.volume)
    const hours = clock.hours()
    const mean = (from: number, to: number): number => {
      const logs = hours.slice(from, to).map(({ depth }) => Math.log(depth))
      return logs.reduce((a, b) => a + b, 0) / logs.length
    }
    expect(mean(SATURDAY, HOURS_OF_WEEK)).toBeLessThan(mean(0, SATURDAY) - 0.1)
    // Squared errors of log volume within each later week, against that week's mean, with the clock and without.
    let [withClock, without] = [0, 0]
    const later = all.slice(split).filter((bar) => bar.volume > 0)
    const weeks = Map.groupBy(later, (bar) => Math.floor((bar.at - MONDAY) / WEEK_MS))
    for (const week of weeks.values()) {
      const raw = week.map((bar) => Math.log(bar.volume))
      const told = week.map((bar, i) => raw[i]! - Math.log(hours[hourOfWeek(bar.at)]!.depth))
      for (const [values, isTold] of [
        [raw, false],
        [told, true],
      ] as const) {
        const level = values.reduce((a, b) => a + b, 0) / values.length
        const squares = values.reduce((sum, value) => sum + (value - level) ** 2, 0)
        if (isTold) withClock += squares
        else without += squares
      }
    }
    expect(withClock).toBeLessThan(0.9 * without)
  })
})
