import { afterEach, describe, expect, test } from 'vitest'
import { fact } from '../../../core/journal.ts'
import { unwrap } from '../../../core/result.ts'
import { STANDARD_RISK_PROFILES } from '../../../core/risk-profile.ts'
import { QUESTIONNAIRE, QUESTIONNAIRE_VERSION } from '../../../core/risk-questionnaire.ts'
import { millis } from '../../../core/units.ts'
import { standardProfileFacts } from '../../firm/firm.ts'
import { planNeeded } from '../cycle.ts'
import type { Desk } from '../desk.ts'
import type { Publisher } from '../publisher.ts'
import { RuleBook, withRules } from '../rule-book.ts'
import { bookOf, DeskBench, START, TOO_MUCH_BTC } from '../test-support/desk-bench.ts'
import { clientBookApi } from './client-book-api.ts'
import { riskApi } from './risk-api.ts'

const DAY = 86_400_000
const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
function open() {
  const bench = new DeskBench([{ book: bookOf('anna'), holdings: TOO_MUCH_BTC }, { book: bookOf('boris') }])
  benches.push(bench)
  bench.record(...standardProfileFacts())
  bench.world.reloadRisk()
  const rebanded: string[] = []
  const drift = { reband: (bookIds: Iterable<string>) => void rebanded.push(...bookIds) }
  const rules = new RuleBook({
    store: bench.store,
    clock: bench.clock,
    marketNow: () => bench.clock.now(),
    shipped: bench.settings,
  })
  const settings = withRules(bench.settings, rules)
  const parts = { ...bench.deps, store: bench.store, drift, rules, settings }
  const desk = { parts } as unknown as Desk
  const publisher = { emit: () => {} } as unknown as Publisher
  const api = { ...riskApi(desk, publisher, 'Ada'), ...clientBookApi(desk, publisher, 'Ada') }
  const terms = (bookId: string) => bench.world.termsOf(bench.world.book(bookId)!)
  const lastFact = (bookId: string): string => bench.store.historyOf(bookId).at(-1)!.text
  return { bench, api, rebanded, terms, lastFact, rules, deps: { ...bench.deps, settings } }
}
const answers = (points: number) => ({
  questionnaire: QUESTIONNAIRE_VERSION,
  choices: QUESTIONNAIRE.map(({ id, answers: offered }) => ({ question: id, answer: offered[points]!.id })),
})
const refused = (message: string | RegExp) => ({
  ok: false,
  error: { code: 'invalid-request', message: expect.stringMatching(message) },
})

describe('a profile for a book', () => {
  test('by the questionnaire: its terms hold, the drift check is told, who and why is kept', () => {
    const { bench, api, rebanded, terms } = open()
    unwrap(api.assignRiskProfile('anna', { kind: 'answers', answers: answers(3) }, ' annual review '))
    expect(terms('anna')).toMatchObject({ riskAversion: 3, bandFactor: 1.1, cashReserve: 0.01 })
    expect(terms('boris')).toMatchObject({ riskAversion: 4, bandFactor: 1 })
    expect(rebanded).toEqual(['anna'])
    expect(bench.store.bookRisks()).toMatchObject([
      { bookId: 'anna', profileId: 'growth', by: 'Ada', why: 'annual review', at: START, answers: answers(3) },
    ])
  })

  test.each([
    ['no reason', { kind: 'profile', profileId: 'growth' }, '  ', 'a reason is needed'],
    ['a page of reasons', { kind: 'profile', profileId: 'growth' }, 'x'.repeat(301), '301 characters, 300 at most'],
    [
      'an answer left out',
      { kind: 'answers', answers: { ...answers(2), choices: answers(2).choices.slice(1) } },
      'x',
      'has 0 answers',
    ],
  ] as const)('%s is refused, and nothing is written', (_, choice, why, message) => {
    const { bench, api } = open()
    const length = bench.store.journalLength()
    expect(api.assignRiskProfile('anna', choice, why)).toMatchObject(refused(message))
    expect(bench.store.journalLength()).toBe(length)
  })
})

describe('a profile of the firm', () => {
  const balanced = STANDARD_RISK_PROFILES[2]!.terms

  test('a change is the next version, and the books that have it follow', () => {
    const { api, terms, rebanded } = open()
    unwrap(api.assignRiskProfile('anna', { kind: 'profile', profileId: 'balanced' }, 'x'))
    unwrap(api.saveRiskProfile('balanced', { ...balanced, riskAversion: 6 }, 'after the study'))
    expect(terms('anna').riskAversion).toBe(6)
    expect(rebanded).toEqual(['anna', 'anna'])
    expect(api.riskProfiles()[2]).toMatchObject({
      profile: { id: 'balanced', version: 2 },
      by: 'Ada',
      why: 'after the study',
      books: 1,
    })
  })

  test('what no book could keep is refused with the book and the numbers', () => {
    const { api } = open()
    unwrap(api.assignRiskProfile('anna', { kind: 'profile', profileId: 'balanced' }, 'x'))
    expect(api.saveRiskProfile('balanced', { ...balanced, maximumWeight: 0.49 }, 'x')).toMatchObject(
      refused(/can't be kept by 1 of its client books: anna: model Core holds 50 % of BTC.* would be 49 %/),
    )
    expect(api.saveRiskProfile('balanced', balanced, 'x')).toMatchObject(refused('has these terms already'))
    expect(api.saveRiskProfile('balanced', { ...balanced, bandFactor: 3 }, 'x')).toMatchObject(refused('0.5 to 2'))
  })
})

describe('an override', () => {
  const until = START + 30 * DAY

  test('holds over the profile until it is ended, with a reason', () => {
    const { api, terms, lastFact } = open()
    unwrap(api.assignRiskProfile('anna', { kind: 'profile', profileId: 'balanced' }, 'x'))
    unwrap(api.overrideRisk('anna', { bandFactor: 1.6 }, until, 'a merger'))
    expect(terms('anna')).toMatchObject({ bandFactor: 1.6, riskAversion: 5 })
    unwrap(api.endRiskOverride('anna', 'the merger is off'))
    expect(terms('anna').bandFactor).toBe(1)
    expect(lastFact('anna')).toBe('override of its risk profile ended: the merger is off (Ada)')
    expect(api.endRiskOverride('anna', 'again')).toMatchObject(refused('nothing of client book anna is overridden'))
  })

  test.each([
    ['no end', { bandFactor: 1.5 }, Number.NaN, 'x', 'an end is needed'],
    ['an end that is past', { bandFactor: 1.5 }, START, 'x', 'which is past'],
    ['an end too far', { bandFactor: 1.5 }, START + 91 * DAY, 'x', '90 days at most'],
    ['no reason', { bandFactor: 1.5 }, until, '', 'a reason is needed'],
    ['nothing', {}, until, 'x', 'at least one term'],
    ['a term out of range', { riskAversion: 0 }, until, 'x', 'risk aversion was 0, 0.5 to 50'],
    ['a weight below a target', { maximumWeight: 0.4 }, until, 'x', 'holds 50 % of BTC'],
  ] as const)('%s is refused', (_, changes, end, why, message) => {
    const { api } = open()
    unwrap(api.assignRiskProfile('anna', { kind: 'profile', profileId: 'balanced' }, 'x'))
    expect(api.overrideRisk('anna', changes, end, why)).toMatchObject(refused(message))
  })

  test('there is nothing to override without a profile, and no book of that name', () => {
    const { api } = open()
    expect(api.overrideRisk('anna', { bandFactor: 1.5 }, until, 'x')).toMatchObject(refused('no risk profile yet'))
    expect(api.overrideRisk('dora', {}, until, 'x')).toMatchObject({ error: { code: 'unknown-client-book' } })
  })
})

describe('a flag on an asset', () => {
  const flag = (changes: object = {}) =>
    ({ kind: 'no-trade', asset: 'BTC', reason: 'pledged', until: millis(START + DAY), ...changes }) as const

  test('takes the place of one of its kind, and is lifted with a reason', () => {
    const { bench, api, lastFact } = open()
    unwrap(api.restrictAsset('anna', flag()))
    unwrap(api.restrictAsset('anna', flag({ reason: 'pledged again' })))
    expect(bench.world.book('anna')!.restrictions).toEqual([flag({ reason: 'pledged again' })])
    unwrap(api.liftRestriction('anna', 'BTC', 'no-trade', 'free'))
    expect(bench.store.clientBooks()[0]!.restrictions).toEqual([])
    expect(lastFact('anna')).toBe('client book changed: no trade on BTC lifted: free')
  })

  test.each([
    ['no end', { until: undefined }, 'invalid-request', 'an end is needed'],
    ['an end too far', { until: START + 367 * DAY }, 'invalid-request', '366 days at most'],
    ['no reason', { reason: '' }, 'invalid-request', 'a reason is needed'],
    ['an asset it has no line of', { asset: 'DOGE' }, 'unknown-asset', 'has no line DOGE'],
    ['cash', { asset: 'CASH' }, 'unknown-asset', 'has no line CASH'],
    ['a weight beyond all', { kind: 'at-most', weight: 2 }, 'invalid-request', '0 to 1'],
  ])('%s is refused', (_, changes, code, message) => {
    const { api } = open()
    expect(api.restrictAsset('anna', flag(changes))).toMatchObject({
      ok: false,
      error: { code, message: expect.stringContaining(message) },
    })
  })
})

test('a pause of more than 72 hours is refused with what is allowed; one in reach keeps its reason', () => {
  const { bench, api, lastFact } = open()
  expect(api.pauseClientBook('anna', 73, 'x')).toMatchObject(refused('asked for 73 hours, 0 to 72 are allowed'))
  unwrap(api.pauseClientBook('anna', 72, 'travelling'))
  expect(bench.world.book('anna')).toMatchObject({ pausedUntil: START + 3 * DAY, pausedWhy: 'travelling' })
  expect(lastFact('anna')).toBe('client book changed: paused for 72 h: travelling')
  unwrap(api.pauseClientBook('anna', 0, 'back'))
  expect(bench.world.book('anna')).toEqual(bookOf('anna'))
})

describe('the rules of the firm', () => {
  test('as the program starts, then as they were changed, for who holds the settings too and for the next desk', async () => {
    const { bench, api, deps, rules } = open()
    expect(api.rules()).toMatchObject({ by: null, rules: { settle: 'optimal' } })
    const half = { ...api.rules().rules, settle: 'half-band', coolDownMs: 1_000 } as const
    unwrap(api.setRules(half, 'the board wants the rule'))
    expect(deps.settings).toMatchObject({ settle: 'half-band', coolDownMs: 1_000, dustWeight: 0.0025 })
    expect(api.rules()).toMatchObject({ by: 'Ada', why: 'the board wants the rule', at: START })
    expect(
      new RuleBook({
        store: bench.store,
        clock: bench.clock,
        marketNow: () => bench.clock.now(),
        shipped: bench.settings,
      }).current,
    ).toEqual(rules.current)
    const [proposal] = await planNeeded(['anna'], bench.view(), deps)
    const btc = proposal!.lines.find((line) => line.asset === 'BTC')!
    // half-way between the edge and the target
    expect(btc.after).toBeCloseTo(0.525, 3)
  })

  test('no reason, or a rule out of range: refused', () => {
    const { api } = open()
    const { rules } = api.rules()
    expect(api.setRules(rules, '')).toMatchObject(refused('a reason is needed'))
    expect(api.setRules({ ...rules, crisisOuterLimit: 2 }, 'x')).toMatchObject(refused('0 to 50 are allowed'))
  })

  test('a schedule begins with its first date after it was set', () => {
    const { bench, api } = open()
    const schedule = { kind: 'weekly', weekday: 1, hour: 0 } as const
    unwrap(api.setRules({ ...api.rules().rules, schedule }, 'x'))
    // START is a Monday, midnight: due right then, before it was set
    expect(Number(bench.store.setting('trigger.schedule.due'))).toBe(START)
  })
})

test('everything that is set can be rebuilt from the journal', () => {
  const { bench, api } = open()
  unwrap(api.assignRiskProfile('anna', { kind: 'profile', profileId: 'cautious' }, 'x'))
  unwrap(api.overrideRisk('anna', { bandFactor: 1.6 }, START + DAY, 'a merger'))
  unwrap(api.setRules({ ...api.rules().rules, settle: 'band-edge' }, 'x'))
  bench.record(fact('risk-override-ended', { bookId: 'anna', why: 'x' }))
  expect(bench.store.verify()).toMatchObject({ ok: true })
})
