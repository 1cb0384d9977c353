import { assert } from '../../core/assert.ts'

/**
 * Gaussian hidden Markov model, states from quiet to loud. Of returns: every mean is zero and the states are told apart
 * by their variance. Of log volatilities: by their mean.
 */
export interface HiddenMarkovModel {
  readonly of: 'returns' | 'log-volatilities'
  readonly means: readonly number[]
  /** Of one observation. */
  readonly variances: readonly number[]
  /** Row-major: probability of going from the row's state to the column's in one step. */
  readonly transitions: readonly number[]
  /** Of the first step. */
  readonly initial: readonly number[]
}

export interface HiddenMarkovFit {
  readonly model: HiddenMarkovModel
  /** After each pass over the data; never falls. */
  readonly logLikelihoods: readonly number[]
  /** States that the data would not hold up: variance at the floor, or fewer steps in it than `LEAST_OCCUPANCY`. */
  readonly degenerate: readonly number[]
}

export interface FitLimits {
  readonly passes: number
  /** Fitting ends when a pass gains less than this, per step. */
  readonly gain: number
  /** Variances are kept above this. */
  readonly leastVariance: number
}

export const DEFAULT_FIT_LIMITS: FitLimits = { passes: 200, gain: 1e-6, leastVariance: 1e-8 }
const LEAST_OCCUPANCY = 3
const LOG_TWO_PI = Math.log(2 * Math.PI)

/** A start for fitting: the observations in equal parts from quiet to loud, states that last 20 steps. */
export function startModel(
  observations: ArrayLike<number>,
  states: number,
  of: HiddenMarkovModel['of'],
  { leastVariance } = DEFAULT_FIT_LIMITS,
): HiddenMarkovModel {
  const loudness = (x: number): number => (of === 'returns' ? x * x : x)
  const sorted = Array.from(observations).sort((a, b) => loudness(a) - loudness(b))
  const parts = Array.from({ length: states }, (_, k) => {
    const from = Math.min(sorted.length - 1, Math.floor((k * sorted.length) / states))
    return sorted.slice(from, Math.max(from + 1, Math.floor(((k + 1) * sorted.length) / states)))
  })
  const means = parts.map((part) => (of === 'returns' ? 0 : part.reduce((sum, x) => sum + x, 0) / part.length))
  const variances = parts.map((part, k) =>
    Math.max(leastVariance, part.reduce((sum, x) => sum + (x - means[k]!) ** 2, 0) / part.length),
  )
  const stay = 0.95
  const transitions = Array.from({ length: states * states }, (_, at) =>
    at % (states + 1) === 0 ? stay : (1 - stay) / (states - 1),
  )
  return { of, means, variances, transitions, initial: Array.from({ length: states }, () => 1 / states) }
}

/**
 * Expectation–maximisation (Baum–Welch) from `start`, with the scaled forward and backward passes of Rabiner, "A tutorial
 * on hidden Markov models", Proc. IEEE 77, 1989. Densities are taken relative to the likeliest state of the step, so
 * neither length nor outliers underflow. The floor on variances is a constrained maximum, so the likelihood still rises.
 */
export function fitHiddenMarkov(
  observations: ArrayLike<number>,
  start: HiddenMarkovModel,
  limits: FitLimits = DEFAULT_FIT_LIMITS,
): HiddenMarkovFit {
  const steps = observations.length
  const states = start.variances.length
  assert(steps >= 2, `${steps} observations: a fit needs 2 or more`)
  let model = start
  const logLikelihoods: number[] = []
  let occupancy: number[] = []
  for (let pass = 0; pass < limits.passes; pass++) {
    const { filtered, emissions, scales, logLikelihood } = forward(observations, model)
    const gained = logLikelihood - (logLikelihoods.at(-1) ?? Number.NEGATIVE_INFINITY)
    logLikelihoods.push(logLikelihood)
    if (gained < limits.gain * steps) break
    const counts = expect(observations, model, filtered, emissions, scales)
    occupancy = counts.occupancy
    model = maximise(model, counts, limits.leastVariance)
  }
  const sorted = sortStates(model, occupancy)
  const degenerate = Array.from({ length: states }, (_, k) => k).filter(
    (k) => sorted.model.variances[k]! <= limits.leastVariance || sorted.occupancy[k]! < LEAST_OCCUPANCY,
  )
  return { model: sorted.model, logLikelihoods, degenerate }
}

/** Densities of x in each state relative to the likeliest, written at `at`; returns the log of the largest. */
function stateDensities(
  x: number,
  { means, variances }: HiddenMarkovModel,
  days: number,
  into: Float64Array,
  at: number,
): number {
  let most = Number.NEGATIVE_INFINITY
  for (let k = 0; k < variances.length; k++) {
    const variance = variances[k]! * days
    const log = -0.5 * (LOG_TWO_PI + Math.log(variance) + (x - means[k]!) ** 2 / variance)
    into[at + k] = log
    if (log > most) most = log
  }
  for (let k = 0; k < variances.length; k++) into[at + k] = Math.exp(into[at + k]! - most)
  return most
}

function forward(observations: ArrayLike<number>, model: HiddenMarkovModel) {
  const { transitions, initial } = model
  const states = initial.length
  const steps = observations.length
  const filtered = new Float64Array(steps * states)
  const emissions = new Float64Array(steps * states)
  const scales = new Float64Array(steps)
  let logLikelihood = 0
  for (let t = 0; t < steps; t++) {
    const at = t * states
    const most = stateDensities(observations[t]!, model, 1, emissions, at)
    let total = 0
    for (let k = 0; k < states; k++) {
      let prior = t === 0 ? initial[k]! : 0
      if (t > 0) for (let j = 0; j < states; j++) prior += filtered[at - states + j]! * transitions[j * states + k]!
      filtered[at + k] = prior * emissions[at + k]!
      total += filtered[at + k]!
    }
    for (let k = 0; k < states; k++) filtered[at + k]! /= total
    scales[t] = total
    logLikelihood += Math.log(total) + most
  }
  return { filtered, emissions, scales, logLikelihood }
}

interface Counts {
  /** Expected steps per state. */
  readonly occupancy: number[]
  /** Expected Σ x and Σ x² per state. */
  readonly sums: number[]
  readonly squares: number[]
  /** Expected moves, row-major. */
  readonly moves: Float64Array
  readonly first: number[]
}

function expect(
  observations: ArrayLike<number>,
  { variances, transitions }: HiddenMarkovModel,
  filtered: Float64Array,
  emissions: Float64Array,
  scales: Float64Array,
): Counts {
  const states = variances.length
  const occupancy = Array.from({ length: states }, () => 0)
  const sums = Array.from({ length: states }, () => 0)
  const squares = Array.from({ length: states }, () => 0)
  const moves = new Float64Array(states * states)
  let after = new Float64Array(states).fill(1)
  let before = new Float64Array(states)
  for (let t = observations.length - 1; t >= 0; t--) {
    const at = t * states
    for (let k = 0; k < states; k++) {
      const share = filtered[at + k]! * after[k]!
      occupancy[k]! += share
      sums[k]! += share * observations[t]!
      squares[k]! += share * observations[t]! ** 2
    }
    if (t === 0) break
    before.fill(0)
    for (let j = 0; j < states; j++)
      for (let k = 0; k < states; k++) {
        const way = (transitions[j * states + k]! * emissions[at + k]! * after[k]!) / scales[t]!
        before[j]! += way
        moves[j * states + k]! += filtered[at - states + j]! * way
      }
    ;[after, before] = [before, after]
  }
  return { occupancy, sums, squares, moves, first: Array.from(after, (value, k) => value * filtered[k]!) }
}

/** A state without steps keeps its figures. */
function maximise(model: HiddenMarkovModel, counts: Counts, leastVariance: number): HiddenMarkovModel {
  const states = model.variances.length
  const rows = model.variances.map((_, j) => {
    let total = 0
    for (let k = 0; k < states; k++) total += counts.moves[j * states + k]!
    return total
  })
  const means = model.means.map((mean, k) =>
    model.of === 'log-volatilities' && counts.occupancy[k]! > 0 ? counts.sums[k]! / counts.occupancy[k]! : mean,
  )
  return {
    of: model.of,
    means,
    variances: model.variances.map((variance, k) =>
      counts.occupancy[k]! > 0
        ? Math.max(leastVariance, counts.squares[k]! / counts.occupancy[k]! - means[k]! ** 2)
        : variance,
    ),
    transitions: model.transitions.map((probability, at) => {
      const row = rows[Math.trunc(at / states)]!
      return row > 0 ? counts.moves[at]! / row : probability
    }),
    initial: counts.first,
  }
}

function sortStates(model: HiddenMarkovModel, occupancy: readonly number[]) {
  const states = model.variances.length
  const loudness = model.of === 'returns' ? model.variances : model.means
  const order = Array.from(loudness.keys()).sort((a, b) => loudness[a]! - loudness[b]!)
  return {
    model: {
      of: model.of,
      means: order.map((k) => model.means[k]!),
      variances: order.map((k) => model.variances[k]!),
      transitions: order.flatMap((j) => order.map((k) => model.transitions[j * states + k]!)),
      initial: order.map((k) => model.initial[k]!),
    },
    occupancy: order.map((k) => occupancy[k] ?? 0),
  }
}

/**
 * Probabilities of the states now, one return at a time and never revised. Days without a price are steps without a
 * return: the probabilities drift towards the long-run ones, which is all that a gap tells.
 */
export class HiddenMarkovFilter {
  #model: HiddenMarkovModel
  #probabilities: Float64Array

  constructor(model: HiddenMarkovModel) {
    this.#model = model
    this.#probabilities = Float64Array.from(model.initial)
  }

  get probabilities(): Float64Array {
    return this.#probabilities
  }

  /** The probabilities after so many steps without a price. */
  ahead(steps: number): Float64Array {
    let probabilities = this.#probabilities
    for (let step = 0; step < steps; step++) probabilities = this.#oneStep(probabilities)
    return probabilities
  }

  /** One observation `days` ≥ 1 whole steps after the last; a return is over all of them. */
  update(value: number, days: number): void {
    this.#probabilities = this.after(value, days)
  }

  /**
   * What `update` would lead to. An observation that counts for less than one, for a day seen in part, counts with its
   * density to the power of `share`: at 0 the probabilities are those of a day without a price.
   */
  after(value: number, days: number, share = 1): Float64Array {
    const ahead = this.ahead(days)
    const density = new Float64Array(ahead.length)
    stateDensities(value, this.#model, this.#model.of === 'returns' ? days : 1, density, 0)
    let total = 0
    for (let k = 0; k < density.length; k++) {
      density[k] = ahead[k]! * density[k]! ** share
      total += density[k]!
    }
    // every state that could have made it had probability 0: what the days alone say stands
    return total > 0 ? density.map((value) => value / total) : ahead
  }

  #oneStep(from: Float64Array): Float64Array {
    const { transitions } = this.#model
    const states = from.length
    const next = new Float64Array(states)
    for (let j = 0; j < states; j++)
      for (let k = 0; k < states; k++) next[k]! += from[j]! * transitions[j * states + k]!
    return next
  }
}
