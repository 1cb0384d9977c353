import { fitHiddenMarkov, HiddenMarkovFilter, startModel } from './hidden-markov.ts'
import type { RegimeSettings } from './settings.ts'

const STATES = 3
/** Keeps the logarithm of a price that stood still finite; volatilities are per √year. */
const LEAST_VOLATILITY = 1e-3

/**
 * What a hidden Markov model of the log volatility makes of it: fitted to what was known at the last fit, filtered
 * forward since. A second opinion that is shown; it does not choose the class (see `docs/regime-study.md`).
 */
export class HiddenMarkovOpinion {
  readonly #settings: Pick<RegimeSettings, 'refitDays' | 'firstFitDays'>
  readonly #past: number[] = []
  readonly #steps: number[] = []
  #daysSinceFit = 0
  #filter: HiddenMarkovFilter | null = null
  #degenerateStates = 0

  constructor(settings: Pick<RegimeSettings, 'refitDays' | 'firstFitDays'>) {
    this.#settings = settings
  }

  /** Probability per state, from quiet to loud, `days` after the last observation; null before the first fit. */
  probabilities(days = 0): Float64Array | null {
    return this.#filter?.ahead(Math.round(days)) ?? null
  }

  /** Probability per state if a day in progress, seen in part, ended at this volatility; null before the first fit. */
  probabilitiesAfter(volatility: number, days: number, share: number): Float64Array | null {
    return this.#filter?.after(logOf(volatility), stepsOf(days), share) ?? null
  }

  /** Of the last fit: states the data did not hold up. */
  get degenerateStates(): number {
    return this.#degenerateStates
  }

  observe(volatility: number, days: number): void {
    const value = logOf(volatility)
    const steps = stepsOf(days)
    this.#past.push(value)
    this.#steps.push(steps)
    this.#daysSinceFit += steps
    if (this.#daysSinceFit < (this.#filter === null ? this.#settings.firstFitDays : this.#settings.refitDays)) {
      this.#filter?.update(value, steps)
      return
    }
    this.#daysSinceFit = 0
    const fit = fitHiddenMarkov(this.#past, startModel(this.#past, STATES, 'log-volatilities'))
    this.#degenerateStates = fit.degenerate.length
    this.#filter = new HiddenMarkovFilter(fit.model)
    for (const [i, past] of this.#past.entries()) this.#filter.update(past, this.#steps[i]!)
  }
}

const logOf = (volatility: number): number => Math.log(Math.max(LEAST_VOLATILITY, volatility))
const stepsOf = (days: number): number => Math.max(1, Math.round(days))
