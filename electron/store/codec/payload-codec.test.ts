import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Amount, amount } from '../../../core/amount.ts'
import { type Fact, fact } from '../../../core/journal.ts'
import { SHIPPED_MULTIPLIERS } from '../../../core/regime.ts'
import { STANDARD_RISK_PROFILES } from '../../../core/risk-profile.ts'
import { bps, millis, usd } from '../../../core/units.ts'
import { childOf, openingFacts, parentOf, sentFacts, tradeOf } from '../test-support/example-firm.ts'
import { exampleProposal } from '../test-support/example-proposal.ts'
import { canonicalJson } from './canonical-json.ts'
import { amountField } from './field-schemas.ts'
import { decodeFact, encodePayload, versionOf } from './payload-codec.ts'

const roundTrip = (fact: Fact): Fact =>
  decodeFact(fact.type, versionOf(fact.type), encodePayload(fact.type, fact.payload))

describe('facts', () => {
  const facts: readonly Fact[] = [
    ...openingFacts(),
    ...sentFacts(),
    fact('ledger-opened', { epoch: 'e', firm: 'Firm', mode: 'simulation', zone: 'Europe/Berlin' }),
    fact('proposal-made', { proposal: exampleProposal('p1', 'anna') }),
    fact('proposal-made', {
      proposal: exampleProposal('p2', 'anna', {
        trigger: { kind: 'continuation', way: { turnover: 0.012, since: millis(5) } },
        wayLeft: { turnover: 0.004, since: millis(6) },
      }),
    }),
    fact('way-ended', { bookId: 'anna', proposalId: 'p1', why: 'x' }),
    fact('proposal-changed', { proposalId: 'p1', state: 'approved', why: '' }),
    fact('child-denied', { child: childOf('c'), reason: 'no-cash-on-venue', why: 'none' }),
    fact('trade-recorded', { trade: tradeOf('t', '0.1', '95000.5', { fee: amount('0.0000001') }), childId: null }),
    fact('plan-released', { planId: 'p', proposalIds: ['p1'], approval: 'mandate', parents: [parentOf('x')] }),
    fact('trading-state-changed', { scope: { kind: 'client-book', bookId: 'b' }, state: 'reducing', why: 'x' }),
    fact('risk-profile-saved', { profile: STANDARD_RISK_PROFILES[2]!, by: 'a', why: 'x' }),
    fact('risk-profile-assigned', {
      bookId: 'anna',
      profileId: 'cautious',
      profileVersion: 3,
      answers: { questionnaire: 1, choices: [{ question: 'horizon', answer: 'later' }] },
      by: 'a',
      why: 'asked',
    }),
    fact('risk-override-set', {
      bookId: 'anna',
      override: { changes: { bandFactor: 1.5 }, reason: 'x', until: millis(5), by: 'a' },
    }),
    fact('risk-override-ended', { bookId: 'anna', why: 'x' }),
    fact('rules-changed', {
      rules: {
        settle: 'half-band',
        coolDownMs: 1,
        proposalLifeMs: 60_000,
        crisisOuterLimit: 0.1,
        schedule: { kind: 'monthly', day: 1, hour: 9 },
        volatilitySpike: { enters: 2, leaves: 1.5 },
        bandMultipliers: { calm: 1, normal: 1, stressed: 0.9, crisis: 0.8 },
        tradeRate: 0.4,
      },
      by: 'a',
      why: 'x',
    }),
    fact('regime-changed', { from: 'calm', to: 'crisis', multiplier: 1.3, why: 'x' }),
    fact('reconciled', {
      venue: 'kraken',
      account: 'omnibus',
      differences: [{ asset: 'X', ledger: amount('-1'), venue: amount('0') }],
    }),
  ]

  test.each(facts.map((fact): [string, Fact] => [fact.type, fact]))('%s comes back as it went in', (_, given) => {
    expect(roundTrip(given)).toEqual(given)
  })

  test('amounts are decimal text, keys sorted', () => {
    const { trade } = { trade: tradeOf('t', '0.1', '95000.5') }
    const text = encodePayload('trade-recorded', { childId: 'c', trade })
    expect(text).toContain('"childId":"c","trade":{"account":"omnibus","at":1736121600000,"cost":"9500.05"')
    expect(text).toContain('"quantity":"0.1"')
  })

  test('a position without bounds survives', () => {
    const proposal = exampleProposal('p1', 'anna', {
      worstBefore: { asset: 'DOT', position: Number.NEGATIVE_INFINITY },
    })
    expect(roundTrip(fact('proposal-made', { proposal }))).toEqual(fact('proposal-made', { proposal }))
  })

  test('a field the schema does not know is refused, not lost', () => {
    const change = { proposalId: 'p', state: 'open' as const, why: '', more: 1 }
    expect(() => encodePayload('proposal-changed', change)).toThrow('more')
  })

  test('NaN is refused with its place', () => {
    const proposal = exampleProposal('p1', 'anna', { trackingErrorBefore: Number.NaN })
    expect(() => encodePayload('proposal-made', { proposal })).toThrow('trackingErrorBefore')
  })

  test.each([
    ['a type from the future', 'moon-landed', 1, '{}', 'not a type of fact'],
    ['a version from the future', 'proposal-changed', 9, '{}', 'knows up to 1'],
    ['no JSON', 'proposal-changed', 1, '{', 'JSON'],
    ['an amount in another form', 'cash-flow-booked', 1, '{"quantity":"1.50"}', 'canonical decimal'],
  ])('%s is refused', (_, type, version, text, message) => {
    expect(() => decodeFact(type, version, text)).toThrow(message)
  })
})

describe('upcasters', () => {
  test.each([
    [40_000, 'deposit'],
    [-5, 'withdrawal'],
  ])('a proposal of version 1 for money that moved, %d, names it as a flow', (amountUsd, kind) => {
    const proposal = exampleProposal('p1', 'anna', { trigger: { kind: 'cash-flow', flows: [] } })
    const stored = JSON.parse(encodePayload('proposal-made', { proposal })) as { proposal: object }
    const old = { proposal: { ...stored.proposal, trigger: { kind: 'cash-flow', asset: 'USD', amountUsd } } }
    expect(decodeFact('proposal-made', 1, JSON.stringify(old))).toEqual(
      fact('proposal-made', {
        proposal: { ...proposal, trigger: { kind: 'cash-flow', flows: [{ kind, asset: 'USD', amountUsd }] } as never },
      }),
    )
  })

  test('one of version 1 for another reason is as it was', () => {
    const proposal = exampleProposal('p1', 'anna')
    const text = encodePayload('proposal-made', { proposal })
    expect(decodeFact('proposal-made', 1, text)).toEqual(fact('proposal-made', { proposal }))
  })

  test('rules of version 1 have the multipliers that the program had, those before version 3 no trade rate', () => {
    const rules = {
      settle: 'optimal',
      coolDownMs: 1,
      proposalLifeMs: 60_000,
      crisisOuterLimit: 0.1,
      schedule: null,
      volatilitySpike: null,
    } as const
    expect(decodeFact('rules-changed', 1, JSON.stringify({ rules, by: 'a', why: 'x' }))).toEqual(
      fact('rules-changed', {
        rules: { ...rules, bandMultipliers: SHIPPED_MULTIPLIERS, tradeRate: null },
        by: 'a',
        why: 'x',
      }),
    )
    const second = { ...rules, bandMultipliers: { calm: 1, normal: 1, stressed: 1, crisis: 1 } }
    expect(decodeFact('rules-changed', 2, JSON.stringify({ rules: second, by: 'a', why: 'x' }))).toEqual(
      fact('rules-changed', { rules: { ...second, tradeRate: null }, by: 'a', why: 'x' }),
    )
  })

  test('an old version is read as the current one', () => {
    // As if version 0 had called the reason "text" and known no state "held".
    const upcasters = {
      'proposal-changed@0': (old: unknown) => {
        const { id, text } = z.object({ id: z.string(), text: z.string() }).parse(old)
        return { proposalId: id, state: 'open', why: text }
      },
    }
    expect(decodeFact('proposal-changed', 0, '{"id":"p1","text":"once"}', upcasters)).toEqual(
      fact('proposal-changed', { proposalId: 'p1', state: 'open', why: 'once' }),
    )
  })

  test('a gap in the chain of upcasters is refused', () => {
    expect(() => decodeFact('proposal-changed', 0, '{}')).toThrow('no upcaster from version 0 of proposal-changed')
  })
})

describe('canonical JSON', () => {
  test('one text per value, whatever the order of its keys; JSON reads it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(reversed)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('what JSON can not say throws', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, [undefined], () => 1])
      expect(() => canonicalJson(value)).toThrow()
  })

  test('amounts and branded numbers', () => {
    expect(canonicalJson({ b: amount('1.5'), a: [bps(1), usd(-0)], c: undefined })).toBe('{"a":[1,0],"b":"1.5"}')
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (value) => {
        expect(z.decode(amountField, z.encode(amountField, value as Amount))).toBe(value)
      }),
    )
  })
})
