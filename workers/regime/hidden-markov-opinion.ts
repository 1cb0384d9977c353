import { fitHiddenMarkov, HiddenMarkovFilter, startModel } from './hidden-markov.ts'
import type { RegimeSettings } from './settings.ts'

const STATES = 3
/** Keeps the logarithm of a price that stood still finite; volatilities are per √year. */
const LEAST_VOLATILITY = 1e-3

/**
 * What a hidden Markov model of the log volatility makes of it: fitted to what was known at the last fit, filtered
 * forward since. A second opinion that is shown; it does not choose the class (see `docs/regime-study.md`). A fit does not
 * lean on the one before, so only the last one is made, and when it is asked for: fits are what a regime costs to compute.
 */
export class HiddenMarkovOpinion {
  readonly #settings: Pick<RegimeSettings, 'refitDays' | 'firstFitDays'>
  readonly #past: number[] = []
  readonly #steps: number[] = []
  #daysSinceFit = 0
  /** Observations that the fit due last knows; 0 before the first is due. */
  #due = 0
  #made: { readonly due: number; readonly filter: HiddenMarkovFilter; readonly degenerateStates: number } | null = null

  constructor(settings: Pick<RegimeSettings, 'refitDays' | 'firstFitDays'>) {
    this.#settings = settings
  }

  /** Probability per state, from quiet to loud, `days` after the last observation; null before the first fit. */
  probabilities(days = 0): Float64Array | null {
    return this.#fit()?.filter.ahead(Math.round(days)) ?? null
  }

  /** Probability per state if a day in progress, seen in part, ended at this volatility; null before the first fit. */
  probabilitiesAfter(volatility: number, days: number, share: number): Float64Array | null {
    return this.#fit()?.filter.after(logOf(volatility), stepsOf(days), share) ?? null
  }

  /** Of the last fit: states the data did not hold up. */
  get degenerateStates(): number {
    return this.#fit()?.degenerateStates ?? 0
  }

  observe(volatility: number, days: number): void {
    const value = logOf(volatility)
    const steps = stepsOf(days)
    this.#past.push(value)
    this.#steps.push(steps)
    this.#daysSinceFit += steps
    if (this.#daysSinceFit >= (this.#due === 0 ? this.#settings.firstFitDays : this.#settings.refitDays)) {
      this.#daysSinceFit = 0
      this.#due = this.#past.length
    } else if (this.#made?.due === this.#due) this.#made.filter.update(value, steps)
  }

  #fit(): { readonly filter: HiddenMarkovFilter; readonly degenerateStates: number } | null {
    if (this.#due === 0 || this.#made?.due === this.#due) return this.#made
    const known = this.#past.slice(0, this.#due)
    const { model, degenerate } = fitHiddenMarkov(known, startModel(known, STATES, 'log-volatilities'))
    const filter = new HiddenMarkovFilter(model)
    for (const [i, value] of this.#past.entries()) filter.update(value, this.#steps[i]!)
    this.#made = { due: this.#due, filter, degenerateStates: degenerate.length }
    return this.#made
  }
}

const logOf = (volatility: number): number => Math.log(Math.max(LEAST_VOLATILITY, volatility))
const stepsOf = (days: number): number => Math.max(1, Math.round(days))
