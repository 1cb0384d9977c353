import { describe, expect, test } from 'vitest'
import { millis, usd } from '../units.ts'
import { decideTrigger, type TriggerInput } from './triggers.ts'

const quiet: TriggerInput = {
  now: millis(1_000_000),
  breachedAssets: [],
  unableWhy: null,
  hasOpenProposal: false,
  isExecuting: false,
  coolDownUntil: null,
  pausedUntil: null,
  tradingHalted: null,
  request: null,
}
const breached = { ...quiet, breachedAssets: ['LINK'] }
const manual = { kind: 'manual', by: 'Advisor 1' } as const
const later = millis(2_000_000)

describe('a client book gets a proposal when it needs one, else a reason', () => {
  test('a breach triggers', () =>
    expect(decideTrigger(breached)).toEqual({ kind: 'propose', trigger: { kind: 'band-breach', assets: ['LINK'] } }))

  test.each([
    ['inside its bands', quiet, 'inside-band'],
    [
      'a price is missing',
      { ...breached, breachedAssets: null, unableWhy: 'the price of DOT is stale' },
      'stale-price',
    ],
    ['a proposal is open', { ...breached, hasOpenProposal: true }, 'open-proposal'],
    ['orders are working', { ...breached, isExecuting: true }, 'executing'],
    ['paused', { ...breached, pausedUntil: later }, 'paused'],
    ['cool-down', { ...breached, coolDownUntil: later }, 'cool-down'],
    ['trading is halted', { ...breached, tradingHalted: 'stopped by Advisor 1' }, 'trading-halted'],
  ] as const)('%s: %#', (_, input, reason) => expect(decideTrigger(input)).toMatchObject({ kind: 'wait', reason }))

  test('a pause or cool-down that is over holds nothing', () =>
    expect(
      decideTrigger({ ...breached, pausedUntil: millis(999_999), coolDownUntil: millis(1_000_000) }),
    ).toMatchObject({ kind: 'propose' }))

  test('an advisor may plan inside the band, in a pause and in cool-down', () =>
    expect(decideTrigger({ ...quiet, request: manual, pausedUntil: later, coolDownUntil: later })).toEqual({
      kind: 'propose',
      trigger: manual,
    }))

  test('nobody may plan on a missing price, in a halt or beside an open proposal', () => {
    for (const blocked of [
      { breachedAssets: null, unableWhy: 'stale' },
      { tradingHalted: 'stopped' },
      { hasOpenProposal: true },
    ])
      expect(decideTrigger({ ...quiet, request: manual, ...blocked })).toMatchObject({ kind: 'wait' })
  })

  test('a cash flow triggers inside the band, but waits for a pause to end', () => {
    const request = { kind: 'cash-flow', flows: [{ kind: 'deposit', asset: 'USD', amountUsd: 1000 as never }] } as const
    expect(decideTrigger({ ...quiet, request })).toEqual({ kind: 'propose', trigger: request })
    expect(decideTrigger({ ...quiet, request, pausedUntil: later })).toMatchObject({ reason: 'paused' })
  })
})

describe('in a crisis', () => {
  const crisis = { ...breached, defensive: { outerLimit: 0.08, beyond: [] } }

  test('a breach within the outer limit waits, with the limit', () =>
    expect(decideTrigger(crisis)).toEqual({
      kind: 'wait',
      reason: 'defensive',
      why: 'no line is more than 8.0 points from its target, the limit in a crisis',
    }))

  test('beyond it, every line out of band is the trigger', () =>
    expect(decideTrigger({ ...crisis, defensive: { outerLimit: 0.08, beyond: ['BTC'] } })).toEqual({
      kind: 'propose',
      trigger: { kind: 'band-breach', assets: ['LINK'] },
    }))

  test('requests and money that moved are planned all the same', () => {
    expect(decideTrigger({ ...crisis, request: manual })).toMatchObject({ kind: 'propose' })
    const flow = { kind: 'cash-flow', flows: [{ kind: 'deposit', asset: 'USD', amountUsd: usd(5) }] } as const
    expect(decideTrigger({ ...crisis, request: flow })).toEqual({ kind: 'propose', trigger: flow })
  })

  test('inside its bands is inside its bands', () =>
    expect(decideTrigger({ ...crisis, breachedAssets: [] })).toMatchObject({ reason: 'inside-band' }))

  test('the cool-down holds beyond the limit too', () =>
    expect(
      decideTrigger({ ...crisis, defensive: { outerLimit: 0.08, beyond: ['BTC'] }, coolDownUntil: later }),
    ).toMatchObject({ reason: 'cool-down' }))
})

describe('on schedule, or in a spike of volatility', () => {
  const due = { kind: 'schedule', due: millis(900_000) } as const
  const spike = { kind: 'volatility-spike', volatility: 1.2, usual: 0.6 } as const

  test.each([due, spike])('%o: planned inside the bands and outside', (request) => {
    expect(decideTrigger({ ...quiet, request })).toEqual({ kind: 'propose', trigger: request })
    expect(decideTrigger({ ...breached, request })).toEqual({ kind: 'propose', trigger: request })
  })

  test.each([
    ['paused', { pausedUntil: later }],
    ['cool-down', { coolDownUntil: later }],
    ['defensive', { defensive: { outerLimit: 0.08, beyond: [] } }],
    ['open-proposal', { hasOpenProposal: true }],
    ['trading-halted', { tradingHalted: 'stopped' }],
  ] as const)('%s holds it', (reason, changes) =>
    expect(decideTrigger({ ...quiet, request: due, ...changes })).toMatchObject({ kind: 'wait', reason }),
  )
})

describe('the next part of a way that was begun', () => {
  const request = { kind: 'continuation', way: { turnover: 0.012, since: millis(900_000) } } as const

  test('is planned inside the bands', () =>
    expect(decideTrigger({ ...quiet, request })).toEqual({ kind: 'propose', trigger: request }))

  test('a breach takes its place', () =>
    expect(decideTrigger({ ...breached, request })).toEqual({
      kind: 'propose',
      trigger: { kind: 'band-breach', assets: ['LINK'] },
    }))

  test.each([
    ['paused', { pausedUntil: later }],
    ['cool-down', { coolDownUntil: later }],
    ['defensive', { defensive: { outerLimit: 0.08, beyond: [] } }],
    ['open-proposal', { hasOpenProposal: true }],
    ['executing', { isExecuting: true }],
    ['trading-halted', { tradingHalted: 'stopped' }],
  ] as const)('%s holds it', (reason, changes) =>
    expect(decideTrigger({ ...quiet, request, ...changes })).toMatchObject({ kind: 'wait', reason }),
  )
})
