import { expect, test } from 'vitest'
import { millis, usd } from '../units.ts'
import { decideMandate } from './mandates.ts'

const cost = (total: number) => ({ feeUsd: usd(total), spreadUsd: usd(0), impactUsd: usd(0), totalUsd: usd(total) })
const tax = (due: number) => ({
  taxUsd: usd(due),
  shortTermGainUsd: usd(due / 0.35),
  longTermGainUsd: usd(0),
  naiveTaxUsd: usd(due),
})
const premium = { tier: 'premium', mandate: { maximumTurnover: 0.1, maximumCostBps: 10 } } as const
const proposal = {
  turnover: 0.05,
  cost: cost(500),
  valueUsd: usd(1_000_000),
  cleanliness: 'clean',
  remarks: [] as string[],
  trigger: { kind: 'band-breach', assets: ['BTC'] },
} as const

test('inside its mandate a premium book runs by itself', () =>
  expect(decideMandate(premium, proposal)).toEqual({ kind: 'automatic' }))

test.each([
  ['standard tier', { tier: 'standard', mandate: null } as const, proposal, 'standard tier'],
  ['no mandate', { tier: 'premium', mandate: null } as const, proposal, 'no mandate'],
  ['turnover', premium, { ...proposal, turnover: 0.1001 }, 'turnover 10.01 %'],
  [
    'a way gone in parts',
    premium,
    { ...proposal, wayLeft: { turnover: 0.06, since: millis(0) } },
    'turnover 11.00 % (6.00 % of it on later days)',
  ],
  ['cost', premium, { ...proposal, cost: cost(1001) }, 'cost 10.0 bps is above the mandate'],
  ['tax', premium, { ...proposal, tax: tax(1) }, "tax 0.0 bps is above the mandate's 0 bps"],
  [
    'more tax than the mandate allows',
    { tier: 'premium', mandate: { ...premium.mandate, maximumTaxBps: 5 } } as const,
    { ...proposal, tax: tax(510) },
    "tax 5.1 bps is above the mandate's 5 bps",
  ],
  ['a warning', premium, { ...proposal, cleanliness: 'warning', remarks: ['band relaxed'] } as const, 'band relaxed'],
  ['manual', premium, { ...proposal, trigger: { kind: 'manual', by: 'A' } } as const, 'asked for by an advisor'],
] as const)('%s asks, with the reason', (_, book, given, why) => {
  const decision = decideMandate(book, given)
  expect(decision).toMatchObject({ kind: 'ask' })
  expect(decision.kind === 'ask' && decision.why).toContain(why)
})

test('the limits themselves are allowed', () =>
  expect(decideMandate(premium, { ...proposal, turnover: 0.1, cost: cost(1000) })).toEqual({ kind: 'automatic' }))

test('tax inside the mandate runs by itself, and so does what saves tax', () => {
  const taxed = { tier: 'premium', mandate: { ...premium.mandate, maximumTaxBps: 5 } } as const
  expect(decideMandate(taxed, { ...proposal, tax: tax(500) })).toEqual({ kind: 'automatic' })
  expect(decideMandate(premium, { ...proposal, tax: tax(-500) })).toEqual({ kind: 'automatic' })
})
