import { describe, expect, test } from 'vitest'
import { fact } from '../../core/journal.ts'
import { SHIPPED_MULTIPLIERS } from '../../core/regime.ts'
import { STANDARD_RISK_PROFILES } from '../../core/risk-profile.ts'
import { millis } from '../../core/units.ts'
import { START } from './test-support/example-firm.ts'
import { exampleProposal } from './test-support/example-proposal.ts'
import { store } from './test-support/store-of-test.ts'

describe('risk profiles and rules', () => {
  const [conservative, , balanced] = STANDARD_RISK_PROFILES
  const saved = (version: number, riskAversion = 5) =>
    fact('risk-profile-saved', {
      profile: { ...balanced!, version, terms: { ...balanced!.terms, riskAversion } },
      by: 'a',
      why: `version ${version}`,
    })
  const given = fact('risk-profile-assigned', {
    bookId: 'anna',
    profileId: 'balanced',
    profileVersion: 1,
    answers: null,
    by: 'a',
    why: 'asked',
  })
  const override = { changes: { bandFactor: 1.5 }, reason: 'a merger', until: millis(START + 1), by: 'a' }

  test('the newest version of each, from the least risk to the most, with who saved it and why', () => {
    const least = fact('risk-profile-saved', { profile: conservative!, by: 'b', why: 'first' })
    store.record([saved(1), least, saved(2, 6)], 'advisor:a')
    expect(store.riskProfiles()).toMatchObject([
      { profile: { id: 'conservative', version: 1 }, by: 'b', why: 'first' },
      { profile: { id: 'balanced', version: 2, terms: { riskAversion: 6 } }, by: 'a', why: 'version 2', at: START },
    ])
  })

  test('versions leave no gap and never go back', () => {
    store.record([saved(1)], 'advisor:a')
    for (const version of [1, 3, 0])
      expect(() => store.record([saved(version)], 'advisor:a')).toThrow('the next one is 2')
  })

  test('a book has the profile it was given, an override until it is ended, and none after another profile', () => {
    store.record([saved(1), given], 'advisor:a')
    expect(store.bookRisks()).toMatchObject([{ bookId: 'anna', profileId: 'balanced', override: null, at: START }])
    store.record([fact('risk-override-set', { bookId: 'anna', override })], 'advisor:a')
    expect(store.bookRisks()).toMatchObject([{ override, why: 'asked' }])
    store.record([fact('risk-override-ended', { bookId: 'anna', why: 'its end is reached' })], 'desk')
    expect(store.bookRisks()).toMatchObject([{ override: null }])
    store.record([fact('risk-override-set', { bookId: 'anna', override }), given], 'advisor:a')
    expect(store.bookRisks()).toMatchObject([{ override: null }])
    expect(
      store
        .historyOf('anna')
        .map(({ text }) => text)
        .slice(-2),
    ).toEqual([
      'risk profile overridden by a until 2025-01-06 00:00 UTC, band factor 1.5: a merger',
      'risk profile balanced, version 1, chosen: asked (a)',
    ])
  })

  test('a version that is not there can not be given, nor an override to a book without a profile', () => {
    expect(() => store.record([given], 'advisor:a')).toThrow('no version 1 of risk profile balanced')
    const facts = [fact('risk-override-set', { bookId: 'anna', override })]
    expect(() => store.record(facts, 'advisor:a')).toThrow('anna has no risk profile')
  })

  test('rules are kept in the order they were saved in', () => {
    expect(store.rebalancingRules()).toEqual([])
    const rules = {
      settle: 'half-band',
      coolDownMs: 0,
      proposalLifeMs: 60_000,
      crisisOuterLimit: 0.1,
      schedule: null,
      volatilitySpike: null,
      bandMultipliers: SHIPPED_MULTIPLIERS,
      tradeRate: null,
    } as const
    store.record([fact('rules-changed', { rules, by: 'a', why: 'first' })], 'advisor:a')
    store.record(
      [fact('rules-changed', { rules: { ...rules, settle: 'band-edge' }, by: 'b', why: 'then' })],
      'advisor:b',
    )
    expect(store.rebalancingRules()).toEqual([
      { rules, at: START, by: 'a', why: 'first' },
      { rules: { ...rules, settle: 'band-edge' }, at: START, by: 'b', why: 'then' },
    ])
  })

  test('what becomes of a proposal is in the log of its book', () => {
    store.record([fact('proposal-made', { proposal: exampleProposal('p1', 'anna') })], 'desk')
    store.record(
      [fact('proposal-changed', { proposalId: 'p1', state: 'expired', why: 'not approved in time' })],
      'desk',
    )
    expect(store.historyOf('anna').at(-1)!.text).toBe('proposal expired: not approved in time')
  })
})
