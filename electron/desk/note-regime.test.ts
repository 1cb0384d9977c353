import { afterEach, expect, test } from 'vitest'
import { millis } from '../../core/units.ts'
import { RegimeTracker } from '../../workers/regime/index.ts'
import { noteRegime } from './note-regime.ts'
import { DeskBench, START } from './test-support/desk-bench.ts'

const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})

test('a change of class is written down once, with what it was read from; an assumption is none', () => {
  const bench = new DeskBench()
  benches.push(bench)
  const reading = {
    ...new RegimeTracker().reading(),
    prior: false,
    since: millis(START),
    twentyDayVolatility: 0.96,
    percentile: 0.93,
    probability: 0.98,
  }
  noteRegime({ ...reading, class: 'stressed', multiplier: 1.15, prior: true }, bench.store)
  noteRegime({ ...reading, class: 'normal' }, bench.store)
  expect(bench.store.regimes(9)).toEqual([])
  for (let second = 0; second < 3; second++)
    noteRegime({ ...reading, class: 'stressed', multiplier: 1.15 }, bench.store)
  noteRegime({ ...reading, class: 'normal' }, bench.store)
  const day = new Date(START).toISOString().slice(0, 10)
  expect(bench.store.regimes(9).map(({ regime, multiplier, why }) => [regime, multiplier, why])).toEqual([
    ['normal', 1, `normal since ${day}: 20-day volatility 96 %, 93rd percentile, probability of a storm 0.98`],
    ['stressed', 1.15, `stressed since ${day}: 20-day volatility 96 %, 93rd percentile, probability 0.98`],
  ])
})
