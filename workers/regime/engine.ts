import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { type RegimeReading, RegimeTracker } from './regime-tracker.ts'
import { DEFAULT_REGIME_SETTINGS, type RegimeSettings } from './settings.ts'

export interface RegimeNow extends RegimeReading {
  /** Band multiplier at the moment asked for, changes phased in. */
  readonly multiplierNow: number
}

export type RegimeFailure = Failure<'bad-history'>

/** The regime engine as a thread sees it: pure answers to whole histories. */
export class RegimeEngine {
  /** The class at `now` from closes at UTC milliseconds, rising, none after `now`. */
  read(
    times: ArrayLike<number>,
    closes: ArrayLike<number>,
    now: number,
    settings: RegimeSettings = DEFAULT_REGIME_SETTINGS,
  ): Result<RegimeNow, RegimeFailure> {
    if (times.length !== closes.length) return fail('bad-history', `${times.length} times and ${closes.length} closes`)
    const tracker = new RegimeTracker(settings)
    let last = Number.NEGATIVE_INFINITY
    for (let i = 0; i < times.length; i++) {
      const [time, close] = [times[i]!, closes[i]!]
      if (!(close > 0 && Number.isFinite(close)))
        return fail('bad-history', `close ${i} is ${close}, it must be above 0`)
      if (!(time > last && time <= now))
        return fail('bad-history', `time ${i} is ${time}, it must be after ${last} and not after ${now}`)
      last = time
      tracker.take(millis(time), close)
    }
    return ok({ ...tracker.reading(millis(now)), multiplierNow: tracker.multiplierAt(millis(now)) })
  }
}
