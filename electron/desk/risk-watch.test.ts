import { afterEach, describe, expect, test } from 'vitest'
import type { VenueConnection } from '../../core/contracts/exchange.ts'
import { type Bar, type MarketKey, VENUES, type VenueId } from '../../core/instruments.ts'
import { createRandom } from '../../core/random.ts'
import { fail, ok } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import type { MultiplierChange } from '../../workers/regime/index.ts'
import { RiskEngine } from '../../workers/risk/index.ts'
import { RiskWatch } from './risk-watch.ts'
import { DeskBench, START, STEADY_RULES } from './test-support/desk-bench.ts'
import { EngineAtHand } from './test-support/engine-at-hand.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})

/** Daily closes up to and including the running day; `daily` is the standard deviation of their log returns. */
function bars(market: MarketKey, count: number, daily: number, until = START): readonly Bar[] {
  const random = createRandom([...market].reduce((sum, letter) => sum + letter.charCodeAt(0), 0))
  let close = 100
  return Array.from({ length: count }, (_, i) => {
    close *= Math.exp(daily * random.normal())
    const openTime = millis(until - (count - 1 - i) * DAY)
    return { openTime, open: close, high: close, low: close, close, volume: 10 }
  })
}

const NO_HOURS = (): readonly Bar[] => []

function open(
  daily: (market: MarketKey) => readonly Bar[] | null,
  hourly: (market: MarketKey) => readonly Bar[] | null = NO_HOURS,
  rules: { readonly multipliers: readonly MultiplierChange[] } = STEADY_RULES,
) {
  const bench = new DeskBench()
  benches.push(bench)
  const log: string[] = []
  const asked: string[] = []
  const missing: string[] = []
  const connection = (venue: VenueId): VenueConnection =>
    ({
      venue,
      bars: async (market: MarketKey, interval: '1h' | '1d', count: number) => {
        asked.push(`${market} ${interval} ${count}`)
        const found = interval === '1d' ? daily(market) : hourly(market)
        return found === null ? fail('unreachable', `${venue} is down`) : ok(found.slice(-count))
      },
    }) as unknown as VenueConnection
  const engine = new EngineAtHand(new RiskEngine())
  const watch = new RiskWatch({
    world: bench.world,
    connections: VENUES.map(connection),
    engine: engine.remote,
    rules,
    onMissing: ({ code, message }) => missing.push(`${code}: ${message}`),
    log: (line) => log.push(line),
  })
  return { watch, log, asked, missing, engine }
}
const volatilityOf = (watch: RiskWatch, asset: string): number => Math.sqrt(watch.view().covarianceOf([asset])[0]!)

describe('before and without history', () => {
  test('everything stands on the prior, and says so', () => {
    const { watch } = open(
      () => null,
      () => null,
    )
    const view = watch.view()
    expect(view.isPrior(['BTC'])).toBe(true)
    expect(view.isPrior(['CASH'])).toBe(false)
    const [btc, cross, , eth] = view.covarianceOf(['BTC', 'ETH'])
    expect(btc).toBe(eth)
    expect(cross).toBeGreaterThan(0)
    expect(cross).toBeLessThan(btc!)
    expect([...view.covarianceOf(['BTC', 'CASH'])].slice(1)).toEqual([0, 0, 0])
    expect(watch.multiplier(millis(START))).toBe(1)
    expect(watch.regime(millis(START))).toMatchObject({ class: 'normal', prior: true })
    expect(watch.advUsd('binance:BTC/USDT')).toBeNaN()
  })

  test('bars that nobody answers leave it so, are logged, and are asked for again', async () => {
    const { watch, log, asked, missing } = open(
      () => null,
      () => null,
    )
    expect(await watch.refresh(millis(START))).toBe('none')
    expect(missing[0]).toBe('unreachable: bars of binance:BTC/USDT: binance is down')
    expect(missing).toHaveLength(log.length)
    expect(log[0]).toBe('bars of binance:BTC/USDT: binance is down')
    const before = asked.length
    expect(await watch.refresh(millis(START))).toBe('none')
    expect(asked.length).toBe(2 * before)
  })
})

describe('with daily bars', () => {
  test('volatility is what the bars say', async () => {
    const { watch } = open((market) => bars(market, 400, 0.03))
    expect(await watch.refresh(millis(START))).toBe('day')
    // 3 % a day is 57 % a year; the average looks back about two months
    expect(volatilityOf(watch, 'BTC')).toBeGreaterThan(0.45)
    expect(volatilityOf(watch, 'BTC')).toBeLessThan(0.7)
    expect(watch.sigmaDaily('BTC')).toBeCloseTo(volatilityOf(watch, 'BTC') / Math.sqrt(365), 12)
    expect(watch.view().isPrior(['BTC', 'ETH', 'CASH'])).toBe(false)
    expect(watch.view().isPrior(['BTC', 'DOGE'])).toBe(true)
  })

  test('the bar that still runs is not looked at', async () => {
    const crash = (market: MarketKey) =>
      bars(market, 400, 0.03).map((bar, i) => (i === 399 ? { ...bar, close: 1 } : bar))
    const [quiet, crashed] = [open((market) => bars(market, 400, 0.03)), open(crash)]
    await quiet.watch.refresh(millis(START + DAY - 1))
    await crashed.watch.refresh(millis(START + DAY - 1))
    expect(volatilityOf(crashed.watch, 'BTC')).toBe(volatilityOf(quiet.watch, 'BTC'))
    // a day later it is history
    await crashed.watch.refresh(millis(START + DAY))
    expect(volatilityOf(crashed.watch, 'BTC')).toBeGreaterThan(volatilityOf(quiet.watch, 'BTC'))
  })

  test('once a market day, and hours once an hour', async () => {
    const { watch, asked } = open((market) => bars(market, 100, 0.03))
    expect(await watch.refresh(millis(START))).toBe('day')
    const once = asked.length
    expect(await watch.refresh(millis(START + HOUR - 1))).toBe('none')
    expect(asked.length).toBe(once)
    expect(await watch.refresh(millis(START + DAY - 1))).toBe('hour')
    expect(asked.slice(once).every((request) => request.includes(' 1h '))).toBe(true)
    expect(await watch.refresh(millis(START + DAY))).toBe('day')
  })

  test('the next day asks for what is new, and knows what one that asks for everything knows', async () => {
    const at = (days: number) => (market: MarketKey) => {
      const all = bars(market, 430, 0.03, START + 3 * DAY)
      return all.filter((bar) => bar.openTime <= START + days * DAY)
    }
    let today = 0
    const kept = open((market) => at(today)(market))
    await kept.watch.refresh(millis(START + 1))
    kept.asked.length = 0
    today = 3
    await kept.watch.refresh(millis(START + 3 * DAY + 1))
    // three closed since, the running one, the last known again; and one for the hour of the day
    expect(kept.asked[0]).toBe('binance:BTC/USDT 1d 6')
    const fresh = open(at(3))
    await fresh.watch.refresh(millis(START + 3 * DAY + 1))
    expect(fresh.asked[0]).toBe('binance:BTC/USDT 1d 720')
    const assets = ['BTC', 'ETH', 'SOL']
    expect([...kept.watch.view().covarianceOf(assets)]).toEqual([...fresh.watch.view().covarianceOf(assets)])
    expect(kept.watch.regime(millis(START + 3 * DAY))).toEqual(fresh.watch.regime(millis(START + 3 * DAY)))
  })

  test('a venue that is silent leaves its volumes unknown; the other’s bars are enough', async () => {
    const { watch, log } = open((market) => (market.startsWith('kraken') ? null : bars(market, 100, 0.03)))
    expect(await watch.refresh(millis(START))).toBe('day')
    expect(watch.view().isPrior(['BTC'])).toBe(false)
    expect(watch.advUsd('binance:BTC/USDT')).toBeGreaterThan(0)
    expect(watch.advUsd('kraken:BTC/USD')).toBeNaN()
    expect(log.every((line) => line.includes('kraken'))).toBe(true)
  })

  test('a day on which nobody answers leaves yesterday’s figures and regime', async () => {
    let silent = false
    const { watch } = open(
      (market) => (silent ? null : bars(market, 400, 0.03)),
      () => (silent ? null : []),
    )
    await watch.refresh(millis(START))
    const before = [
      volatilityOf(watch, 'BTC'),
      watch.regime(millis(START)).volatility,
      watch.regime(millis(START)).prior,
    ]
    silent = true
    expect(await watch.refresh(millis(START + DAY))).toBe('none')
    expect([
      volatilityOf(watch, 'BTC'),
      watch.regime(millis(START)).volatility,
      watch.regime(millis(START)).prior,
    ]).toEqual(before)
    expect(before[2]).toBe(false)
  })

  test('the average volume is over the last thirty days, in dollars', async () => {
    const { watch } = open((market) => bars(market, 60, 0).map((bar, i) => ({ ...bar, volume: i < 29 ? 1e9 : 5 })))
    await watch.refresh(millis(START + DAY))
    expect(watch.advUsd('binance:BTC/USDT')).toBeCloseTo(500, 9)
  })

  test('a wild market widens the bands, in whole hundredths', async () => {
    const wild = (market: MarketKey) => [...bars(market, 400, 0.02, START - 40 * DAY), ...bars(market, 40, 0.12)]
    const { watch } = open(wild)
    await watch.refresh(millis(START))
    const multiplier = watch.multiplier(millis(START + DAY))
    expect(multiplier).toBeGreaterThan(1)
    expect(Number.isInteger(Math.round(1e6 * multiplier) / 1e4)).toBe(true)
    expect(watch.regime(millis(START + DAY)).class).toMatch(/stressed|crisis/)
  })

  test('other multipliers hold at once for the class and phase in over 24 hours for the bands', async () => {
    const multipliers = { calm: 2, normal: 2, stressed: 2, crisis: 2 }
    const rules = { multipliers: [...STEADY_RULES.multipliers] as MultiplierChange[] }
    const { watch } = open((market) => bars(market, 400, 0.03), NO_HOURS, rules)
    await watch.refresh(millis(START))
    const before = watch.multiplier(millis(START))
    rules.multipliers.push({ multipliers, since: millis(START) })
    expect(watch.regimeReading(millis(START)).multiplier).toBe(2)
    const after = [0, 12, 24].map((hours) => watch.multiplier(millis(START + hours * HOUR)))
    expect(after).toEqual([before, Math.round(50 * (before + 2)) / 100, 2])
  })

  test('a dead engine leaves the model as it was', async () => {
    const { watch, engine, log } = open((market) => bars(market, 100, 0.03))
    await watch.refresh(millis(START))
    const before = volatilityOf(watch, 'BTC')
    engine.broken = true
    await watch.refresh(millis(START + DAY))
    expect(volatilityOf(watch, 'BTC')).toBe(before)
    expect(log).toEqual(['risk model: the thread is gone'])
  })
})

describe('within the day', () => {
  /** Quiet days up to the one that begins at START; its hours are as asked for. */
  const day = (market: MarketKey) => bars(market, 401, 0.02).slice(0, -1)
  const hoursOf = (factors: readonly (number | null)[]) => (market: MarketKey) => {
    const close = day(market).at(-1)!.close
    return factors.flatMap((factor, i) => {
      const price = close * (factor ?? 1)
      const bar = { openTime: millis(START + i * HOUR), open: price, high: price, low: price, close: price, volume: 1 }
      return factor === null ? [] : [bar]
    })
  }
  /** Venues that know no bar of the future; `at` moves them and the watch. */
  const openAt = (daily: typeof day, hourly: (market: MarketKey) => readonly Bar[]) => {
    let now = START
    const known = (bars: readonly Bar[]) => bars.filter((bar) => bar.openTime < now)
    const { watch } = open(
      (market) => known(daily(market)),
      (market) => known(hourly(market)),
    )
    const at = (hours: number) => {
      now = START + hours * HOUR
      return watch.refresh(millis(now))
    }
    return { watch, at }
  }
  const isLoud = (watch: RiskWatch, now: number): boolean => /stressed|crisis/.test(watch.regime(millis(now)).class)

  test('a crash at 14:00 is seen at 14:00, and bands widen over the 24 hours from then', async () => {
    const { watch, at } = openAt(day, hoursOf(Array.from({ length: 24 }, (_, i) => (i < 13 ? 1 : 0.75))))
    await at(0)
    for (let hour = 1; hour <= 13; hour++) expect(await at(hour)).toBe('hour')
    expect(isLoud(watch, START + 13 * HOUR)).toBe(false)
    const before = watch.multiplier(millis(START + 14 * HOUR))
    await at(14)
    expect(isLoud(watch, START + 14 * HOUR)).toBe(true)
    expect(watch.regime(millis(START + 15 * HOUR)).since).toBe(START + 14 * HOUR)
    expect(watch.multiplier(millis(START + 14 * HOUR))).toBe(before)
    expect(watch.multiplier(millis(START + 20 * HOUR))).toBeGreaterThan(before)
    expect(watch.regimeOf('BTC', millis(START + 14 * HOUR))).toMatch(/^(stressed|crisis) since 20/)
    expect(watch.regimeOf('DOGE', millis(START))).toBeNull()
    expect(watch.volatilities(millis(START + 14 * HOUR)).fast).toBeGreaterThan(watch.volatilities(millis(START)).slow)
  })

  test('a desk that was started again says what one that ran on says', async () => {
    const hours = hoursOf(Array.from({ length: 30 }, (_, i) => (i < 9 ? 1 : i < 12 ? 0.8 : 0.95)))
    const [ran, started] = [openAt(day, hours), openAt(day, hours)]
    for (let hour = 0; hour <= 16; hour++) await ran.at(hour)
    // a step over several hours takes each of them in
    await started.at(0)
    await started.at(16)
    const [fresh, now] = [openAt(day, hours), millis(START + 16 * HOUR)]
    await fresh.at(16)
    expect(isLoud(ran.watch, now)).toBe(true)
    for (const { watch } of [started, fresh]) {
      expect(watch.regimeReading(now)).toEqual(ran.watch.regimeReading(now))
      expect(watch.multiplier(now)).toBe(ran.watch.multiplier(now))
    }
  })

  test('a venue that is down for hours is no return and no alarm; what is missing is said', async () => {
    const gap = hoursOf(Array.from({ length: 12 }, (_, i) => (i >= 6 && i < 9 ? null : 1)))
    const { watch, at } = openAt(day, gap)
    await at(0)
    const { class: before, volatility } = watch.regime(millis(START))
    for (let hour = 1; hour <= 12; hour++) await at(hour)
    const now = watch.regime(millis(START + 12 * HOUR))
    expect(now.class).toBe(before)
    expect(now.volatility).toBeLessThan(volatility)
    expect(now.explanation).toMatch(/, 3 of 12 hours missing$/)
  })

  test('one venue alone carries the index on; nobody’s coming back is a return', async () => {
    const dear = (market: MarketKey) => (market.startsWith('kraken') ? 1.5 : 1)
    const priced = (market: MarketKey) => day(market).map((bar) => ({ ...bar, close: bar.close * dear(market) }))
    const flat = hoursOf(Array.from({ length: 12 }, () => 1))
    const { watch, at } = openAt(priced, (market) =>
      flat(market)
        .map((bar) => ({ ...bar, close: bar.close * dear(market) }))
        .filter((_, i) => !market.startsWith('binance') || i < 3 || i > 7),
    )
    await at(0)
    const before = watch.regimeReading(millis(START))
    for (let hour = 1; hour <= 12; hour++) await at(hour)
    const now = watch.regimeReading(millis(START + 12 * HOUR))
    expect(now.today).toEqual({ hours: 12, missing: 0 })
    expect(now.volatility).toBeLessThan(before.volatility)
  })
})

test('hourly bars come from the first market of each asset that has any', async () => {
  const { watch } = open(
    () => [],
    (market) => (market.startsWith('binance') ? [] : bars(market, 3, 0.01, START - DAY)),
  )
  await watch.refresh(millis(START))
  const hourly = watch.hourlyBars()
  expect([...hourly].map(([asset, { market }]) => [asset, market.venue]).sort()).toEqual([
    ['BTC', 'kraken'],
    ['ETH', 'kraken'],
    ['SOL', 'kraken'],
    ['USDT', 'kraken'],
  ])
})
