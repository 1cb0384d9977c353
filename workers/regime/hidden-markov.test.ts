import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import {
  DEFAULT_FIT_LIMITS,
  fitHiddenMarkov,
  HiddenMarkovFilter,
  type HiddenMarkovModel,
  startModel,
} from './hidden-markov.ts'

const TWO_STATES: HiddenMarkovModel = {
  of: 'returns',
  means: [0, 0],
  variances: [0.02 ** 2, 0.08 ** 2],
  transitions: [0.98, 0.02, 0.1, 0.9],
  initial: [0.5, 0.5],
}

/** Observations of a model with the states they were made in. */
function sample(model: HiddenMarkovModel, seed: number, steps: number): { values: number[]; states: number[] } {
  const random = createRandom(seed)
  const count = model.initial.length
  let state = 0
  const states: number[] = []
  const values = Array.from({ length: steps }, () => {
    let draw = random.next()
    let next = 0
    while (next < count - 1 && draw > model.transitions[state * count + next]!) {
      draw -= model.transitions[state * count + next]!
      next++
    }
    state = next
    states.push(state)
    return model.means[state]! + Math.sqrt(model.variances[state]!) * random.normal()
  })
  return { values, states }
}

/** Σ over every path of states (that ends in `last`) of its probability: the definition, without scaling. */
function likelihoodOverPaths(values: readonly number[], model: HiddenMarkovModel, last?: number): number {
  const count = model.initial.length
  let total = 0
  for (let code = 0; code < count ** values.length; code++) {
    const path = values.map((_, t) => Math.trunc(code / count ** t) % count)
    if (last !== undefined && path.at(-1) !== last) continue
    let probability = model.initial[path[0]!]!
    for (const [t, value] of values.entries()) {
      const [mean, variance] = [model.means[path[t]!]!, model.variances[path[t]!]!]
      if (t > 0) probability *= model.transitions[path[t - 1]! * count + path[t]!]!
      probability *= Math.exp(-((value - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance)
    }
    total += probability
  }
  return total
}

describe('fitting', () => {
  test('the likelihood of the start is the sum over all paths', () => {
    const { values } = sample(TWO_STATES, 1, 9)
    const { logLikelihoods } = fitHiddenMarkov(values, TWO_STATES)
    expect(logLikelihoods[0]).toBeCloseTo(Math.log(likelihoodOverPaths(values, TWO_STATES)), 9)
    const levels: HiddenMarkovModel = { ...TWO_STATES, of: 'log-volatilities', means: [-1, 0.5], variances: [0.2, 0.3] }
    const logs = sample(levels, 2, 8).values
    expect(fitHiddenMarkov(logs, levels).logLikelihoods[0]).toBeCloseTo(Math.log(likelihoodOverPaths(logs, levels)), 9)
  })

  test('log-likelihood never falls, whatever the data', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 2, max: 4 }),
        fc.constantFrom('returns', 'log-volatilities'),
        fc.integer({ min: 10, max: 400 }),
        (seed, states, of, steps) => {
          const random = createRandom(seed)
          const values = Array.from({ length: steps }, () => {
            const draw = random.next()
            if (draw < 0.1) return 0
            return (draw < 0.12 ? -5 : random.pick([0.01, 0.05])) * random.normal()
          })
          const { logLikelihoods, model } = fitHiddenMarkov(values, startModel(values, states, of))
          for (let i = 1; i < logLikelihoods.length; i++)
            expect(logLikelihoods[i]! - logLikelihoods[i - 1]!).toBeGreaterThan(
              -1e-8 * Math.abs(logLikelihoods[i]!) - 1e-8,
            )
          expect([...model.variances, ...model.means, ...model.transitions].every(Number.isFinite)).toBe(true)
          for (let j = 0; j < states; j++) {
            const row = model.transitions.slice(j * states, (j + 1) * states)
            expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('finds the model that made the data', () => {
    const { values } = sample(TWO_STATES, 5, 6000)
    const { model, degenerate } = fitHiddenMarkov(values, startModel(values, 2, 'returns'))
    expect(Math.sqrt(model.variances[0]!)).toBeCloseTo(0.02, 2)
    expect(Math.sqrt(model.variances[1]!) / 0.08).toBeCloseTo(1, 1)
    // nearer than the start, whose states stay with 0.95
    expect(Math.abs(model.transitions[0]! - 0.98)).toBeLessThan(0.01)
    expect(Math.abs(model.transitions[3]! - 0.9)).toBeLessThan(0.03)
    expect(degenerate).toEqual([])
  })

  test('5,000 steps and a return of −5 do not underflow', () => {
    const { values } = sample(TWO_STATES, 6, 5000)
    values[2500] = -5.2
    const { model, logLikelihoods } = fitHiddenMarkov(values, startModel(values, 2, 'returns'))
    expect(logLikelihoods.every(Number.isFinite)).toBe(true)
    const filter = new HiddenMarkovFilter(model)
    for (const value of values) {
      filter.update(value, 1)
      expect(filter.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9)
    }
  })

  test('a state nothing holds up is floored and reported', () => {
    const random = createRandom(7)
    const still = Array.from({ length: 300 }, (_, i) => (i < 100 ? 0 : 0.03 * random.normal()))
    const fit = fitHiddenMarkov(still, startModel(still, 2, 'returns'))
    expect(fit.degenerate).toEqual([0])
    expect(fit.model.variances[0]).toBe(DEFAULT_FIT_LIMITS.leastVariance)
    // one outlier alone in a state of its own
    const outlier = Array.from({ length: 300 }, (_, i) => (i === 150 ? -5 : 0.03 * random.normal()))
    const start = { ...startModel(outlier, 2, 'returns'), variances: [0.001, 25] }
    expect(fitHiddenMarkov(outlier, start).degenerate).toEqual([1])
  })
})

describe('filtering', () => {
  test('is the probability given the past, by the definition', () => {
    const { values } = sample(TWO_STATES, 8, 7)
    const filter = new HiddenMarkovFilter(TWO_STATES)
    // the filter takes a step before its first observation
    const stepped = [0, 1].map((k) =>
      TWO_STATES.initial.reduce((sum, p, j) => sum + p * TWO_STATES.transitions[2 * j + k]!, 0),
    )
    const model = { ...TWO_STATES, initial: stepped }
    for (const value of values) filter.update(value, 1)
    const all = likelihoodOverPaths(values, model)
    const loudest = likelihoodOverPaths(values, model, 1)
    expect(filter.probabilities[1]).toBeCloseTo(loudest / all, 10)
  })

  test('days without a price lead back to what is usual, and claim nothing else', () => {
    const filter = new HiddenMarkovFilter(TWO_STATES)
    for (let i = 0; i < 20; i++) filter.update(i % 2 === 0 ? 0.15 : -0.15, 1)
    const usual = 0.02 / (0.02 + 0.1)
    expect(filter.probabilities[1]).toBeGreaterThan(0.99)
    const ahead = [1, 3, 10, 100].map((days) => filter.ahead(days)[1]!)
    expect(ahead).toEqual(ahead.toSorted((a, b) => b - a))
    expect(ahead[3]).toBeCloseTo(usual, 5)
    expect(filter.probabilities[1]).toBeGreaterThan(0.99)
  })

  test('a day seen in part counts in part: from no price at all to a whole observation', () => {
    const filter = new HiddenMarkovFilter(TWO_STATES)
    for (let i = 0; i < 20; i++) filter.update(0.01, 1)
    const loud = [0, 0.25, 0.5, 1].map((share) => filter.after(0.15, 1, share)[1]!)
    expect(loud[0]).toBeCloseTo(filter.ahead(1)[1]!, 12)
    expect(loud).toEqual(loud.toSorted((a, b) => a - b))
    expect(new Set(loud).size).toBe(4)
    // odds by the definition: prior odds × likelihood ratio to the power of the share
    const odds = (probability: number): number => probability / (1 - probability)
    const density = (variance: number): number => Math.exp(-(0.15 ** 2) / (2 * variance)) / Math.sqrt(variance)
    const ratio = density(0.08 ** 2) / density(0.02 ** 2)
    expect(odds(loud[1]!) / (odds(loud[0]!) * ratio ** 0.25)).toBeCloseTo(1, 9)
    const before = Array.from(filter.probabilities)
    filter.update(0.15, 1)
    expect(filter.probabilities[1]).toBe(loud[3])
    expect(before[1]).toBeLessThan(loud[0]!)
  })

  test('a return over several days is measured against the variance of that many', () => {
    const [one, four] = [new HiddenMarkovFilter(TWO_STATES), new HiddenMarkovFilter(TWO_STATES)]
    one.update(0.1, 1)
    four.update(0.1, 4)
    expect(four.probabilities[1]!).toBeLessThan(one.probabilities[1]!)
  })
})
