import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ModelPortfolio } from './model-portfolio.ts'
import {
  checkExpiry,
  checkTerms,
  nearestRiskProfile,
  ownTerms,
  RISK_PROFILE_IDS,
  RISK_RANGES,
  RISK_TERMS,
  type RiskOverride,
  STANDARD_RISK_PROFILES,
  termsConflict,
  termsInForce,
} from './risk-profile.ts'
import { millis } from './units.ts'

const BOOK = { riskAversion: 4, cashReserve: 0.02 }
const BALANCED = STANDARD_RISK_PROFILES[2]!
const override = (changes: RiskOverride['changes']): RiskOverride => ({
  changes,
  reason: 'x',
  until: millis(1),
  by: 'a',
})

describe('the standard profiles', () => {
  test('are the closed set, from the least risk to the most in every term, γ = 5 in the middle', () => {
    expect(STANDARD_RISK_PROFILES.map(({ id }) => id)).toEqual(RISK_PROFILE_IDS)
    expect(BALANCED).toMatchObject({ id: 'balanced', terms: { riskAversion: 5, bandFactor: 1 } })
    const rises = (values: readonly number[]): boolean => values.every((value, i) => i === 0 || value > values[i - 1]!)
    for (const term of RISK_TERMS) {
      const values = STANDARD_RISK_PROFILES.map(({ terms }) => terms[term])
      const falling = term === 'riskAversion' || term === 'cashReserve'
      expect(rises(falling ? values.toReversed() : values)).toBe(true)
    }
  })

  test('are inside what is allowed', () => {
    for (const { terms } of STANDARD_RISK_PROFILES) expect(checkTerms(terms)).toMatchObject({ ok: true })
  })

  test.each([
    [2, 'aggressive'],
    [3, 'growth'],
    [4, 'balanced'],
    [6, 'balanced'],
    [100, 'conservative'],
  ])('γ = %d is nearest to %s', (riskAversion, id) => expect(nearestRiskProfile(riskAversion).id).toBe(id))
})

describe('the terms in force', () => {
  test('without a profile: its own γ and reserve, the model’s bands, no limits', () => {
    const terms = termsInForce(BOOK, undefined, null)
    expect(terms).toEqual(ownTerms(BOOK))
    expect(terms).toMatchObject({ riskAversion: 4, bandFactor: 1, cashReserve: 0.02, maximumWeight: 1 })
  })

  test('an override changes what it names and nothing else', () => {
    fc.assert(
      fc.property(fc.subarray([...RISK_TERMS]), (named) => {
        const changes = Object.fromEntries(named.map((term) => [term, RISK_RANGES[term].to]))
        const terms = termsInForce({ ...BOOK, cashReserve: 0 }, BALANCED, override(changes))
        for (const term of RISK_TERMS)
          expect(terms[term]).toBe(named.includes(term) ? RISK_RANGES[term].to : BALANCED.terms[term])
      }),
    )
  })

  test('the larger reserve holds, whoever asks for less', () => {
    expect(termsInForce(BOOK, BALANCED, null).cashReserve).toBe(0.02)
    expect(termsInForce(BOOK, BALANCED, override({ cashReserve: 0 })).cashReserve).toBe(0.02)
    expect(termsInForce(BOOK, BALANCED, override({ cashReserve: 0.1 })).cashReserve).toBe(0.1)
  })
})

test.each(RISK_TERMS.map((term) => [term]))('%s: its ends are allowed, beyond them and NaN are not', (term) => {
  const { from, to } = RISK_RANGES[term]
  for (const value of [from, to]) expect(checkTerms({ [term]: value })).toMatchObject({ ok: true })
  for (const value of [from - 0.001, to + 0.001, Number.NaN]) {
    const refused = checkTerms({ [term]: value })
    expect(refused).toMatchObject({ ok: false, error: { code: 'bad-terms' } })
    if (!refused.ok) expect(refused.error.message).toContain(`was ${value}, ${from} to ${to} is allowed`)
  }
})

describe('terms and a model that can’t both be kept', () => {
  const model: ModelPortfolio = {
    id: 'm',
    name: 'Core',
    version: 1,
    groupCaps: [],
    lines: [
      { asset: 'BTC', target: 0.6, band: { kind: 'absolute', halfWidth: 0.05 } },
      { asset: 'CASH', target: 0.4, band: { kind: 'absolute', halfWidth: 0.05 } },
    ],
  }
  const terms = ownTerms(BOOK)

  test('a target above the largest weight', () => {
    expect(termsConflict({ ...terms, maximumWeight: 0.6 }, model)).toBeNull()
    expect(termsConflict({ ...terms, maximumWeight: 0.599 }, model)).toBe(
      'model Core holds 60 % of BTC, the largest weight of one asset would be 59.9 %',
    )
  })

  test('a reserve above what the model ever holds in cash', () => {
    expect(termsConflict({ ...terms, cashReserve: 0.45 }, model)).toBeNull()
    expect(termsConflict({ ...terms, cashReserve: 0.46 }, model)).toContain('holds at most 45 % in cash')
  })

  test('cash itself may weigh more than one asset', () => {
    const cash = { ...model, lines: [model.lines[1]!] }
    expect(termsConflict({ ...terms, maximumWeight: 0.1 }, cash)).toBeNull()
  })
})

describe('an end', () => {
  const now = millis(Date.UTC(2026, 0, 1))
  const DAY = 86_400_000

  test('after now and not too late', () => {
    expect(checkExpiry(millis(now + 1), now, 90)).toMatchObject({ ok: true })
    expect(checkExpiry(millis(now + 90 * DAY), now, 90)).toMatchObject({ ok: true })
  })

  test.each([
    [now, 'which is past: it is 2026-01-01 00:00 UTC'],
    [now + 90 * DAY + 1, '90 days at most are allowed: 2026-04-01 00:00 UTC'],
    [Number.NaN, 'an end is needed'],
  ])('%d is refused with what is allowed', (until, words) => {
    const refused = checkExpiry(millis(until), now, 90)
    expect(refused).toMatchObject({ ok: false, error: { code: 'bad-expiry' } })
    if (!refused.ok) expect(refused.error.message).toContain(words)
  })
})
