import { millis } from '../../core/units.ts'
import {
  ClassLadder,
  DEFAULT_REGIME_SETTINGS,
  type Evidence,
  fitHiddenMarkov,
  HiddenMarkovFilter,
  type HiddenMarkovModel,
  REGIME_CLASSES,
  type RegimeSettings,
  RegimeTracker,
  startModel,
} from '../../workers/regime/index.ts'
import { returnsOf, type StudySeries } from './study-data.ts'

/** The class of every day of a series, as an index. */
export type ClassMethod = (series: StudySeries) => readonly number[]

/** The tracker that runs live. The hidden Markov opinion it shows is left out: it chooses nothing. */
export function thresholds(change: Partial<RegimeSettings> = {}, withBars = false): ClassMethod {
  const settings = { ...DEFAULT_REGIME_SETTINGS, ...change, firstFitDays: Number.POSITIVE_INFINITY }
  return (series) => {
    const tracker = new RegimeTracker(settings)
    return series.dates.map((date, i) => {
      const bar = withBars ? series.bars.get(date) : undefined
      return REGIME_CLASSES.indexOf(tracker.update(millis(series.times[i]!), series.closes[i]!, bar).class)
    })
  }
}

export interface HiddenMarkovChoice {
  readonly of: HiddenMarkovModel['of']
  readonly states: number
  /** Loud from this probability of the louder states on; quiet again below 1 − it. */
  readonly certainty: number
}

/**
 * A hidden Markov model fitted anew to all the past every 91 days, filtered forward, on the same ladder of hysteresis
 * and dwell. Four states are the four classes; of three, the loudest is stressed, of two likewise; what is a crisis, or
 * calm, and the first year, are then told by the percentiles.
 */
export function hiddenMarkov(choice: HiddenMarkovChoice): ClassMethod {
  return onLadder((series) => {
    const probabilities = filteredProbabilities(series, choice)
    return (i, percentiles) => {
      const now = probabilities[i]!
      return now === null ? percentiles : evidenceOf(now, percentiles, choice)
    }
  })
}

/** Loud when either the percentiles or the model say so, quiet again when both do. */
export function mixture(choice: HiddenMarkovChoice): ClassMethod {
  return onLadder((series) => {
    const probabilities = filteredProbabilities(series, choice)
    return (i, percentiles) => {
      const now = probabilities[i]!
      if (now === null) return percentiles
      const model = evidenceOf(now, percentiles, choice)
      return {
        calm: Math.min(model.calm, percentiles.calm) as Evidence,
        stressed: Math.max(model.stressed, percentiles.stressed) as Evidence,
        crisis: Math.max(model.crisis, percentiles.crisis) as Evidence,
      }
    }
  })
}

interface DayEvidence {
  readonly calm: Evidence
  readonly stressed: Evidence
  readonly crisis: Evidence
}

function evidenceOf(
  now: Float64Array,
  percentiles: DayEvidence,
  { states, certainty }: HiddenMarkovChoice,
): DayEvidence {
  const from = (state: number): Evidence => {
    const louder = now.slice(state).reduce((sum, value) => sum + value, 0)
    return louder > certainty ? 1 : louder < 1 - certainty ? -1 : 0
  }
  if (states < 4) return { ...percentiles, stressed: from(states - 1) }
  return { calm: -from(1) as Evidence, stressed: from(2), crisis: from(3) }
}

function onLadder(make: (series: StudySeries) => (day: number, percentiles: DayEvidence) => DayEvidence): ClassMethod {
  return (series) => {
    const settings = DEFAULT_REGIME_SETTINGS
    const ladder = new ClassLadder(settings)
    const tracker = new RegimeTracker({ ...settings, firstFitDays: Number.POSITIVE_INFINITY })
    const evidence = make(series)
    return series.times.map((time, i) => {
      const { percentile, slowPercentile } = tracker.update(millis(time), series.closes[i]!)
      if (i === 0) ladder.start(millis(time))
      if (percentile === null || slowPercentile === null) return ladder.level
      const above = (share: number): Evidence =>
        percentile > share ? 1 : percentile < share - settings.hysteresis ? -1 : 0
      const calm: Evidence =
        slowPercentile < settings.calmShare ? 1 : slowPercentile > settings.calmShare + settings.hysteresis ? -1 : 0
      ladder.step(
        millis(time),
        evidence(i, { calm, stressed: above(settings.stressedShare), crisis: above(settings.crisisShare) }),
      )
      return ladder.level
    })
  }
}

const filtered = new WeakMap<StudySeries, Map<string, (Float64Array | null)[]>>()

function filteredProbabilities(series: StudySeries, { of, states }: HiddenMarkovChoice): (Float64Array | null)[] {
  const { refitDays, fastHalfLifeDays } = DEFAULT_REGIME_SETTINGS
  const known = filtered.get(series) ?? new Map<string, (Float64Array | null)[]>()
  filtered.set(series, known)
  const made = known.get(`${of}/${states}`)
  if (made !== undefined) return made
  const observations = of === 'returns' ? returnsOf(series).slice(1) : logVolatilities(series, fastHalfLifeDays)
  const answer: (Float64Array | null)[] = [null]
  let filter: HiddenMarkovFilter | null = null
  for (const [i, value] of observations.entries()) {
    if (i >= 365 && (i - 365) % refitDays === 0) {
      const past = observations.slice(0, i)
      filter = new HiddenMarkovFilter(fitHiddenMarkov(past, startModel(past, states, of)).model)
      for (const before of past) filter.update(before, 1)
    }
    filter?.update(value, 1)
    answer.push(filter?.probabilities ?? null)
  }
  known.set(`${of}/${states}`, answer)
  return answer
}

function logVolatilities(series: StudySeries, halfLifeDays: number): number[] {
  const keep = 2 ** (-1 / halfLifeDays)
  let [variance, weight] = [0, 0]
  return returnsOf(series)
    .slice(1)
    .map((value) => {
      variance = keep * variance + (1 - keep) * value * value
      weight = keep * weight + 1 - keep
      return 0.5 * Math.log(Math.max(1e-6, (365 * variance) / weight))
    })
}
