import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { GENERATED_START_HOUR, HISTORY_HOURS, HourlyAnchors } from './anchors.ts'
import { CRYPTO } from './assets.ts'
import { Bars } from './bars.ts'
import { type PriceFile, parsePriceFile } from './price-file.ts'
import { PricePath } from './price-path.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

const csv = (rows: readonly string[], header = 'time_utc,BTC,ETH,USDT'): string => [header, ...rows].join('\n')
const SMALL = csv([
  '2024-11-14 00:00,90000,3000,1.001',
  '2024-11-14 01:00,90900,3030,0.999',
  '2024-11-14 02:00,90450,,1.000',
  '2024-11-14 05:00,91000,3100,1.002',
])
const START = Date.UTC(2024, 10, 14)

const pathOf = (seed: number, file: PriceFile | null): PricePath => new PricePath(seed, new HourlyAnchors(seed, file))

describe('price file', () => {
  test.each([
    ['date,BTC\n2024-11-14,1', /first column is "date"/],
    [csv([], 'time_utc'), /no asset columns/],
    [csv([], 'time_utc,BTC,XYZ'), /unknown asset "XYZ"/],
    [csv([], 'time_utc,BTC,BTC'), /"BTC" is there twice/],
    [csv(['2024-11-14 00:00,1,2']), /line 2: 3 cells, the header has 4/],
    [csv(['2024-11-14 00:30,1,2,3']), /"2024-11-14 00:30" is not a full hour/],
    [csv(['2024-11-14 00:00,1,2,-3', '2024-11-14 01:00,1,2,3']), /line 2, column USDT: "-3" is not a price/],
    [csv(['2024-11-14 00:00,NaN,2,3']), /column BTC: "NaN" is not a price/],
    [csv(['2024-11-14 01:00,1,2,3', '2024-11-14 01:00,1,2,3']), /line 3: 2024-11-14 01:00 is not after/],
    [csv(['2024-11-14 00:00,1,2,3']), /1 rows of prices/],
    [csv(['2024-11-14 00:00,1,,3', '2024-11-14 01:00,1,,3']), /column ETH has no value/],
  ])('refuses %j', (text, message) => {
    const parsed = parsePriceFile(text)
    expect(parsed.ok ? 'ok' : parsed.error.message).toMatch(message)
  })

  test('reads gaps and empty cells', () => {
    const file = unwrap(parsePriceFile(SMALL))
    expect(file.hours).toHaveLength(4)
    expect(file.closes.get('ETH')![2]).toBeNaN()
  })
})

describe('price path', () => {
  test('a row is the close of the bar that opens at its time, for every venue’s quote', () => {
    const path = pathOf(1, unwrap(parsePriceFile(SMALL)))
    const bars = new Bars(path, 1, 1)
    const close = (quote: string): number => bars.bar('BTC', quote, START + HOUR, HOUR, START + DAY).close
    expect(close('USD')).toBeCloseTo(90_900, 6)
    expect(close('USDT')).toBeCloseTo(90_900 / 0.999, 6)
    expect(path.price('ETH', START + 3 * HOUR)).toBeCloseTo(3030 * (3100 / 3030) ** (1 / 4), 6)
  })

  test('what the file lacks is generated, and USDT is a dollar without a column of its own', () => {
    const text = SMALL.replaceAll(/,[^,\n]*$/gm, '')
    const path = pathOf(1, unwrap(parsePriceFile(text)))
    expect(path.anchors.assets.map((profile) => profile.asset)).not.toContain('USDC')
    expect(path.price('USDT', START + 1.5 * HOUR)).toBe(1)
    expect(path.price('SOL', START)).toBeGreaterThan(1)
  })

  test('is continuous where history, file and continuation meet', () => {
    const path = pathOf(2, unwrap(parsePriceFile(SMALL)))
    for (const seam of [START, START + HOUR, START + 6 * HOUR]) {
      const jump = Math.log(path.price('BTC', seam + 1) / path.price('BTC', seam - 1))
      expect(Math.abs(jump)).toBeLessThan(1e-4)
    }
    expect(path.price('BTC', START + 40 * DAY)).toBeGreaterThan(1_000)
  })

  test('the same in any order of asking, different for another seed', () => {
    const times = [START + 5 * HOUR + 12_345, START - 30 * DAY, START + 200 * HOUR, START + 7]
    const file = unwrap(parsePriceFile(SMALL))
    const forwards = pathOf(3, file)
    const backwards = pathOf(3, file)
    const first = times.map((time) => forwards.price('BTC', time))
    expect(
      times
        .toReversed()
        .map((time) => backwards.price('BTC', time))
        .reverse(),
    ).toEqual(first)
    expect(pathOf(4, file).price('BTC', times[0]!)).not.toBe(first[0])
  })

  test('a generated market has the volatility and the correlation it claims', () => {
    const anchors = new HourlyAnchors(11, null)
    const returns = (asset: string): number[] =>
      Array.from({ length: HISTORY_HOURS - 1 }, (_, i) => {
        const hour = GENERATED_START_HOUR - HISTORY_HOURS + 1 + i
        return anchors.logPrice(asset, hour) - anchors.logPrice(asset, hour - 1)
      })
    const btc = returns('BTC')
    const deviation = (values: number[]): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)
    for (const { asset, volatility } of CRYPTO) {
      const annual = deviation(returns(asset)) * Math.sqrt(365 * 24)
      expect(annual / volatility, asset).toBeGreaterThan(0.7)
      expect(annual / volatility, asset).toBeLessThan(2.2)
    }
    const eth = returns('ETH')
    const covariance = btc.reduce((sum, x, i) => sum + x * eth[i]!, 0) / btc.length
    expect(covariance / deviation(btc) / deviation(eth)).toBeGreaterThan(0.5)
    expect(anchors.logPrice('BTC', GENERATED_START_HOUR)).toBeCloseTo(Math.log(95_000), 10)
  })
})

describe('bars', () => {
  const path = pathOf(5, null)
  const bars = new Bars(path, 5, 1)
  const now = GENERATED_START_HOUR * HOUR + 90 * 60_000

  test('400 days and 1,000 hours lie before the start', () => {
    const start = GENERATED_START_HOUR * HOUR
    expect(bars.range('BTC', 'USDT', start - 400 * DAY, start - 1, DAY, now)).toHaveLength(400)
    expect(bars.range('BTC', 'USDT', start - 1000 * HOUR, start - 1, HOUR, now)).toHaveLength(1000)
  })

  test('asked for from before its beginning, history starts at its first bar', () => {
    const bars400 = bars.range('BTC', 'USDT', 0, now, DAY, now, 3)
    expect(bars400.map((bar) => bar.openTime)).toEqual([0, 1, 2].map((day) => bars.firstTime(DAY) + day * DAY))
  })

  test('open at the close before, with high and low around; finer bars add up to coarser ones', () => {
    const day = bars.bar('ETH', 'USDT', GENERATED_START_HOUR * HOUR - DAY, DAY, now)
    const hours = bars.range('ETH', 'USDT', day.openTime, day.closeTime, HOUR, now)
    expect(hours).toHaveLength(24)
    for (let i = 1; i < hours.length; i++) expect(hours[i]!.open).toBeCloseTo(hours[i - 1]!.close, 8)
    for (const bar of hours) {
      expect(bar.high).toBeGreaterThanOrEqual(Math.max(bar.open, bar.close))
      expect(bar.low).toBeLessThanOrEqual(Math.min(bar.open, bar.close))
      expect(bar.volume).toBeGreaterThan(0)
    }
    expect(day.high).toBeCloseTo(Math.max(...hours.map((bar) => bar.high)), 8)
    const minutes = bars.range('ETH', 'USDT', hours[5]!.openTime, hours[5]!.closeTime, 60_000, now)
    expect(hours[5]!.low).toBeCloseTo(Math.min(...minutes.map((bar) => bar.low)), 8)
  })

  test('the last bar runs up to now; a bar of the past never changes', () => {
    const open = bars.bar('BTC', 'USDT', GENERATED_START_HOUR * HOUR + HOUR, HOUR, now)
    expect(open.close).toBeCloseTo(bars.price('BTC', 'USDT', now), 8)
    const past = bars.bar('BTC', 'USDT', GENERATED_START_HOUR * HOUR, HOUR, now)
    expect(bars.bar('BTC', 'USDT', GENERATED_START_HOUR * HOUR, HOUR, now + 5 * DAY)).toEqual(past)
    expect(bars.range('BTC', 'USDT', now - HOUR, now + DAY, HOUR, now).at(-1)!.openTime).toBe(open.openTime)
  })
})

const data = process.env.TRIMTAB_DATA
test.skipIf(!data)('real hourly closes come back as the closes of hourly bars (needs TRIMTAB_DATA)', () => {
  const text = readFileSync(`${data}/hourly_close_2024_2025.csv`, 'utf8')
  const file = unwrap(parsePriceFile(text))
  const bars = new Bars(pathOf(1, file), 1, 1)
  const end = (file.hours.at(-1)! + 1) * HOUR
  for (const [asset, closes] of file.closes) {
    closes.forEach((close, i) => {
      const bar = bars.bar(asset, 'USD', file.hours[i]! * HOUR, HOUR, end)
      expect(Math.abs(bar.close / close - 1)).toBeLessThan(1e-12)
    })
  }
})
