import { expect, test } from 'vitest'
import { millis } from '../../core/units.ts'
import { HourlyAnchors } from '../../sandbox/market/anchors.ts'
import { CRYPTO } from '../../sandbox/market/assets.ts'
import { IntradayRegime, marketIndex } from '../../workers/regime/index.ts'

const HOUR = 3_600_000
const SEEDS = 16
/** The history that a desk starts with, and two years of running. */
const [HISTORY_DAYS, DAYS] = [420, 730]

test('classes of a generated market last: seldom held against the evidence by the changes of the year', () => {
  let [held, changes] = [0, 0]
  const seen = new Set<string>()
  for (let seed = 0; seed < SEEDS; seed++) {
    const anchors = new HourlyAnchors(seed, null)
    const hours = Array.from({ length: HISTORY_DAYS + DAYS }, (_, day) => anchors.firstHour + 24 * (day + 1))
    const closes = CRYPTO.map(({ asset }) => [
      new Map(hours.map((hour) => [hour * HOUR, Math.exp(anchors.logPrice(asset, hour))])),
    ])
    const index = marketIndex(
      closes,
      hours.map((hour) => hour * HOUR),
    )
    const regime = new IntradayRegime()
    let before: string | null = null
    for (const { time, level } of index) {
      regime.closeDay(millis(time), level)
      const reading = regime.reading(millis(time))
      if (time < index[HISTORY_DAYS]!.time) continue
      seen.add(reading.class)
      if (reading.heldUntil !== null) held++
      if (before !== null && before !== reading.class) changes++
      before = reading.class
    }
  }
  expect(held / (SEEDS * DAYS)).toBeLessThan(0.02)
  expect(changes / (SEEDS * (DAYS / 365))).toBeLessThan(5.5)
  expect([...seen].sort()).toEqual(['calm', 'crisis', 'normal', 'stressed'])
})
