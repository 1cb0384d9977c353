import { describe, expect, test } from 'vitest'
import { amount, ZERO } from '../../core/amount.ts'
import { CASH } from '../../core/instruments.ts'
import type { GroupCap } from '../../core/model-portfolio.ts'
import { ownTerms } from '../../core/risk-profile.ts'
import type { LineExplanation, Solved } from '../../workers/optimizer/index.ts'
import { bookOf, MODEL } from '../desk/test-support/desk-bench.ts'
import type { Draft } from './draft.ts'
import { explainLine } from './explain.ts'
import type { ShapedTrade } from './shape-trades.ts'

interface Situation {
  readonly weights?: Readonly<Record<string, number>>
  readonly leftOut?: readonly string[]
  readonly tooSmall?: readonly string[]
  readonly postponed?: readonly string[]
  readonly belowMinimum?: readonly string[]
  readonly cutBy?: string
  readonly relaxedBy?: number
  /** What the optimiser says of BTC, and where it wants it. */
  readonly line?: Partial<LineExplanation>
  readonly x?: number
  readonly groupCaps?: readonly GroupCap[]
  readonly reserve?: number
}
const ON_TARGET = { BTC: 0.5, ETH: 0.25, SOL: 0.15, [CASH]: 0.1 }
const BTC = 0
const CASH_LINE = 3

/** Only what explainLine reads. */
function draftOf(situation: Situation): Draft {
  const weights: Readonly<Record<string, number>> = { ...ON_TARGET, ...situation.weights }
  const lines = MODEL.lines.map(({ asset, target, band }) => {
    const half = band.kind === 'absolute' ? band.halfWidth : 0
    return {
      asset,
      target,
      rule: band,
      band: { low: target - half, high: target + half },
      priceUsd: 1,
      valueUsd: 1e6 * weights[asset]!,
      weight: weights[asset]!,
      quantity: ZERO,
    }
  })
  const explained = (own: Partial<LineExplanation> = {}): LineExplanation => ({
    status: 'no-trade-region',
    trade: 0,
    marginalRisk: 0,
    marginalBenefit: 0,
    netBenefit: 0,
    costFallToTrade: null,
    cost: { linear: 0, impact: 0, tax: 0 },
    sideIfCheaper: null,
    ...own,
  })
  const x = Float64Array.from(lines, (line) => line.weight)
  if (situation.x !== undefined) x[BTC] = situation.x
  return {
    request: {
      book: bookOf('anna'),
      terms: { ...ownTerms(bookOf('anna')), cashReserve: situation.reserve ?? 0.01 },
      model: { ...MODEL, groupCaps: situation.groupCaps ?? [] },
      holdings: [],
      trigger: { kind: 'manual', by: 'a' },
      leftOut: situation.leftOut ?? [],
    },
    position: { valueUsd: 1e6, lines, holdings: [], unableWhy: null },
    limits: {
      cutBy: [situation.cutBy ?? null, null, null, null],
      relaxedBy: Float64Array.of(situation.relaxedBy ?? 0, 0, 0, 0),
    },
    solution: { x, lines: [explained(situation.line), explained(), explained(), explained()] } as unknown as Solved,
    shape: { trades: [], belowMinimum: situation.belowMinimum ?? [] },
    tooSmall: new Set(situation.tooSmall ?? []),
    postponed: new Map((situation.postponed ?? []).map((asset) => [asset, -0.01])),
  } as unknown as Draft
}
const trade = (side: 'buy' | 'sell'): ShapedTrade => ({
  line: BTC,
  asset: 'BTC',
  side,
  quantity: amount('1'),
  notionalUsd: 1e4,
})
const explain = (situation: Situation, side: 'buy' | 'sell' | null = null, after = 0.51) =>
  explainLine(draftOf(situation), BTC, side === null ? null : trade(side), after)

describe('a line that trades says for what', () => {
  test('above its band', () =>
    expect(explain({ weights: { BTC: 0.56 } }, 'sell', 0.54)).toEqual({
      reason: 'above-band',
      why: 'above its band (55.00 %): 56.00 % to 54.00 %',
      tradesIfCheaperByBps: null,
    }))
  test('below its band', () =>
    expect(explain({ weights: { BTC: 0.44 } }, 'buy', 0.46)).toMatchObject({
      reason: 'below-band',
      why: 'below its band (45.00 %): 44.00 % to 46.00 %',
    }))
  test('on the edge of its band it is inside', () =>
    expect(explain({ weights: { BTC: 0.55 } }, 'sell').reason).toBe('reduces-risk'))
  test('sold for cash, where cash is below its band or its reserve', () => {
    expect(explain({ weights: { BTC: 0.54, [CASH]: 0.05 } }, 'sell').reason).toBe('raises-cash')
    expect(explain({ weights: { BTC: 0.54, [CASH]: 0.08 }, reserve: 0.09 }, 'sell').reason).toBe('raises-cash')
  })
  test('sold inside its band because it is worth its cost', () =>
    expect(explain({ weights: { BTC: 0.54 } }, 'sell')).toMatchObject({
      reason: 'reduces-risk',
      why: 'worth its cost: 54.00 % to 51.00 %, nearer to its target 50.00 %',
    }))
  test('bought with what others brought', () =>
    expect(explain({ weights: { BTC: 0.47 } }, 'buy')).toMatchObject({ reason: 'invests-proceeds' }))
})

describe('a line that does not trade says why not, the strongest reason first', () => {
  const far = { weights: { BTC: 0.54 } }
  const held = { ...far, line: { costFallToTrade: 0.00042, sideIfCheaper: 'sell' } } as const

  test.each([
    ['taken out by the advisor', { ...held, leftOut: ['BTC'], tooSmall: ['BTC'] }, 'held-back'],
    ['too small in an earlier pass', { ...held, tooSmall: ['BTC'] }, 'below-minimum'],
    ['a part of its way that is too small', { ...held, tooSmall: ['BTC'], postponed: ['BTC'] }, 'below-minimum'],
    ['too small in this one', { ...held, belowMinimum: ['BTC'] }, 'below-minimum'],
    ['wanted, but its buy did not fit into the cash', { ...far, x: 0.545 }, 'below-minimum'],
    ['out of a band that gave way', { weights: { BTC: 0.7 }, relaxedBy: 0.02 }, 'at-limit'],
    ['cut by a restriction', { ...far, cutBy: 'no sell: pledged', line: { status: 'at-lower-bound' } }, 'restricted'],
    ['its cost', held, 'cost-exceeds-benefit'],
    [
      'a cap of its group',
      {
        ...far,
        line: { status: 'at-upper-bound' },
        groupCaps: [{ name: 'majors', assets: ['BTC'], maximum: 0.6 }],
      },
      'at-limit',
    ],
    ['near its target', { line: { costFallToTrade: 0.0001, sideIfCheaper: 'sell' } }, 'inside-band'],
  ] as const)('%s', (_, situation, reason) => expect(explain(situation as Situation).reason).toBe(reason))

  test('by how much costs would have to fall, in the sentence and as a number', () =>
    expect(explain(held)).toEqual({
      reason: 'cost-exceeds-benefit',
      why: '54.00 % in 45.00 % to 55.00 %; would sell if costs fell by 4.2 bps',
      tradesIfCheaperByBps: expect.closeTo(4.2, 9),
    }))

  test('a restriction that does not bind is not blamed', () =>
    expect(explain({ ...held, cutBy: 'no buy: statutes' }).reason).toBe('cost-exceeds-benefit'))

  test('a limit of another group is not its own', () =>
    expect(
      explain({
        ...far,
        line: { status: 'at-upper-bound' },
        groupCaps: [{ name: 'small', assets: ['SOL'], maximum: 0.2 }],
      }).reason,
    ).toBe('inside-band'))
})

test('cash: what it was, what it will be, what has to stay', () =>
  expect(explainLine(draftOf({}), CASH_LINE, null, 0.085)).toEqual({
    reason: 'cash',
    why: '$100,000: 10.00 % to 8.50 %, reserve 1.00 %',
    tradesIfCheaperByBps: null,
  }))
