import { afterEach, describe, expect, test } from 'vitest'
import { fact } from '../../core/journal.ts'
import { type BandMultipliers, SHIPPED_MULTIPLIERS } from '../../core/regime.ts'
import { millis } from '../../core/units.ts'
import { ADOPTED_BY, adoptOldMultipliers } from './old-multipliers.ts'
import { RuleBook, rulesOf, withRules } from './rule-book.ts'
import { DeskBench, START } from './test-support/desk-bench.ts'

const HOUR = 3_600_000
const TIGHT: BandMultipliers = { calm: 1, normal: 1, stressed: 0.9, crisis: 0.8 }
/** The market is a year ahead of the desk's clock. */
const AHEAD = 365 * 24 * HOUR

const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
function open(bench = new DeskBench()) {
  if (!benches.includes(bench)) benches.push(bench)
  const { store, clock, settings } = bench
  const rules = new RuleBook({ store, clock, marketNow: () => millis(clock.now() + AHEAD), shipped: settings })
  const multiply = (bandMultipliers: BandMultipliers, why = 'x'): void =>
    rules.change({ ...rules.current.rules, bandMultipliers }, 'Ada', why, 'advisor:Ada')
  return { bench, rules, multiply }
}

describe('multipliers of bands', () => {
  test('begin as the program starts, in force for ever', () => {
    const { rules, bench } = open()
    expect(rules.multipliers).toEqual([{ multipliers: SHIPPED_MULTIPLIERS, since: 0 }])
    expect(rules.current).toEqual({ rules: rulesOf(bench.settings), at: null, by: null, why: null })
  })

  test('a change holds at once, phases in from the market’s now, and is in the journal with who and why', () => {
    const { rules, bench, multiply } = open()
    bench.clock.advance(HOUR)
    multiply(TIGHT, 'fewer breaches in calm markets')
    expect(rules.multipliers.slice(1)).toEqual([{ multipliers: TIGHT, since: START + HOUR + AHEAD }])
    expect(withRules(bench.settings, rules).bandMultipliers).toEqual(TIGHT)
    expect(bench.store.rebalancingRules()).toMatchObject([
      { by: 'Ada', why: 'fewer breaches in calm markets', at: START + HOUR, rules: { bandMultipliers: TIGHT } },
    ])
  })

  test('another rule changed leaves the phase alone', () => {
    const { rules, bench, multiply } = open()
    multiply(TIGHT)
    const before = rules.multipliers
    bench.clock.advance(5 * HOUR)
    rules.change({ ...rules.current.rules, coolDownMs: 0 }, 'Ada', 'x', 'advisor:Ada')
    expect(rules.multipliers).toEqual(before)
  })

  test('a desk that is started again goes on where the phases are', () => {
    const { bench, rules, multiply } = open()
    multiply(TIGHT)
    bench.clock.advance(5 * HOUR)
    multiply({ ...TIGHT, crisis: 1 })
    bench.clock.advance(2 * HOUR)
    expect(open(bench).rules.multipliers).toEqual(rules.multipliers)
  })
})

describe('multipliers that were a setting', () => {
  const OLD = 'regime.multipliers'

  test('become the rule they were, once, in force as before and without a phase', () => {
    const bench = new DeskBench()
    benches.push(bench)
    bench.store.saveSetting(OLD, JSON.stringify(TIGHT))
    for (const _ of [1, 2])
      expect(adoptOldMultipliers(bench.store, rulesOf(bench.settings))).toMatchObject({ ok: true })
    expect(bench.store.rebalancingRules()).toMatchObject([{ by: ADOPTED_BY, rules: { bandMultipliers: TIGHT } }])
    const { rules } = open(bench)
    expect(rules.multipliers).toEqual([{ multipliers: TIGHT, since: 0 }])
    expect(rules.current.rules).toEqual({ ...rulesOf(bench.settings), bandMultipliers: TIGHT })
  })

  test('keep the other rules that were recorded', () => {
    const { bench } = open()
    const rules = { ...rulesOf(bench.settings), coolDownMs: 7 }
    bench.store.record([fact('rules-changed', { rules, by: 'Ada', why: 'x' })], 'advisor:Ada')
    bench.store.saveSetting(OLD, JSON.stringify(TIGHT))
    adoptOldMultipliers(bench.store, rulesOf(bench.settings))
    expect(open(bench).rules.current.rules).toEqual({ ...rules, bandMultipliers: TIGHT })
  })

  test.each(['{"calm":1', '{"calm":1,"normal":1,"stressed":1}', JSON.stringify({ ...TIGHT, crisis: 9 })])(
    'damaged, %s, they are named, not guessed at',
    (text) => {
      const { bench } = open()
      bench.store.saveSetting(OLD, text)
      const adopted = adoptOldMultipliers(bench.store, rulesOf(bench.settings))
      expect(adopted).toMatchObject({ ok: false, error: { code: 'bad-setting' } })
      if (!adopted.ok) expect(adopted.error.message).toContain(text)
      expect(bench.store.rebalancingRules()).toEqual([])
    },
  )
})

test('a trade rate is off until it is set, then it holds from the next plan on, over a restart', () => {
  const { rules, bench } = open()
  const settings = withRules(bench.settings, rules)
  expect(settings.tradeRate).toBeNull()
  rules.change({ ...rules.current.rules, tradeRate: 0.4 }, 'Ada', 'large books', 'advisor:Ada')
  expect(settings.tradeRate).toBe(0.4)
  expect(open(bench).rules.current).toMatchObject({ by: 'Ada', why: 'large books', rules: { tradeRate: 0.4 } })
  expect(bench.store.verify()).toMatchObject({ ok: true })
})
