import { assert } from '../../core/assert.ts'
import { millis } from '../../core/units.ts'
import { parseSeriesTime } from './close-series.ts'
import { explainRegime } from './explain.ts'
import { RegimeTracker } from './regime-tracker.ts'
import { DEFAULT_REGIME_SETTINGS, type RegimeClass, type RegimeSettings } from './settings.ts'

export interface RegimeDay {
  /** As given. */
  readonly date: string
  readonly class: RegimeClass
  readonly multiplier: number
  /** Per √year. */
  readonly volatility: number
  readonly prior: boolean
  /** Share of the window's volatilities below; null while history is short. */
  readonly percentile: number | null
  /** Of the hidden Markov model's loudest state; null before its first fit. */
  readonly probability: number | null
  readonly explanation: string
}

/** The class of every date from prices up to it and no further: the same tracker that runs live, fed in order. */
export function classifySeries(
  dates: readonly string[],
  closes: ArrayLike<number>,
  settings: RegimeSettings = DEFAULT_REGIME_SETTINGS,
): RegimeDay[] {
  assert(dates.length === closes.length, `${dates.length} dates and ${closes.length} closes`)
  const tracker = new RegimeTracker(settings)
  return dates.map((date, i) => {
    const time = parseSeriesTime(date)
    assert(time !== null, `"${date}" is not a date`)
    const reading = tracker.update(millis(time), closes[i]!)
    const { class: name, multiplier, volatility, prior, percentile, probability } = reading
    return {
      date,
      class: name,
      multiplier,
      volatility,
      prior,
      percentile,
      probability,
      explanation: explainRegime(reading),
    }
  })
}
