import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amount, amount, formatAmount } from '../amount.ts'
import { OMNIBUS } from '../client-book.ts'
import type { ProposalLine } from '../proposal.ts'
import { bps, millis, usd } from '../units.ts'
import { type ApprovedProposal, type NettingRequest, netProposals } from './netting.ts'

const line = (
  asset: string,
  side: 'buy' | 'sell' | null,
  quantity: string,
  notional = 100,
  cost = 0.1,
): ProposalLine => ({
  asset,
  before: 0,
  target: 0,
  low: 0,
  high: 0,
  after: 0,
  side,
  quantity: amount(quantity),
  notionalUsd: usd(notional),
  cost: { feeUsd: usd(cost), spreadUsd: usd(0), impactUsd: usd(0), totalUsd: usd(cost) },
  naiveCostUsd: usd(0),
  reason: 'above-band',
  why: '',
  tradesIfCheaperByBps: null,
})
const approve = (bookId: string, account: string, ...lines: ProposalLine[]): ApprovedProposal => ({
  proposal: { bookId, lines },
  account,
})
const request = (approved: ApprovedProposal[]): NettingRequest => ({
  planId: 'plan-1',
  approved,
  arrivalPriceUsd: (asset) => (asset === 'BTC' ? 60000 : 2500),
  maximumSlippageBps: bps(50),
  schedule: { kind: 'immediate' },
  createdAt: millis(1000),
  makeId: (...parts) => parts.join('/'),
})

describe('netting', () => {
  const approved = [
    approve('b2', OMNIBUS, line('ETH', 'buy', '2'), line('BTC', 'sell', '0.2', 300, 0.6)),
    approve('b1', OMNIBUS, line('BTC', 'sell', '0.1'), line('SOL', null, '0'), line('XRP', 'buy', '0')),
    approve('b3', OMNIBUS, line('BTC', 'buy', '0.05')),
    approve('s1', 'own-s1', line('BTC', 'sell', '0.4')),
  ]

  test('omnibus books share a block per asset and side, segregated ones have their own; sells first', () => {
    const parents = netProposals(request(approved))
    expect(parents.map((p) => [p.id, formatAmount(p.quantity), p.participants.map((x) => x.bookId).join()])).toEqual([
      ['plan-1/omnibus/BTC/sell', '0.3', 'b1,b2'],
      ['plan-1/own-s1/BTC/sell', '0.4', 's1'],
      ['plan-1/omnibus/BTC/buy', '0.05', 'b3'],
      ['plan-1/omnibus/ETH/buy', '2', 'b2'],
    ])
    expect(parents[0]).toMatchObject({ arrivalPriceUsd: 60000, maximumSlippageBps: 50, createdAt: 1000 })
    expect(parents[0]!.estimatedCostBps).toBeCloseTo((1e4 * 0.7) / 400, 10)
  })

  test('two segregated books never meet, even in the same asset', () =>
    expect(
      netProposals(
        request([approve('s1', 'own-1', line('BTC', 'buy', '1')), approve('s2', 'own-2', line('BTC', 'buy', '1'))]),
      ),
    ).toHaveLength(2))

  test('bugs are thrown: two books on a segregated account, a line given twice, a negative quantity', () => {
    const one = line('BTC', 'buy', '1')
    expect(() => netProposals(request([approve('s1', 'own', one), approve('s2', 'own', one)]))).toThrow(
      'belongs to one',
    )
    expect(() => netProposals(request([approve('b1', OMNIBUS, one, one)]))).toThrow('came twice')
    expect(() => netProposals(request([approve('b1', OMNIBUS, line('BTC', 'buy', '-1'))]))).toThrow('below zero')
  })

  test('nothing is lost, and the order of the proposals does not matter', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({
            bookId: fc.string({ minLength: 1, maxLength: 3 }),
            segregated: fc.boolean(),
            quantities: fc.array(fc.bigInt({ min: -50n, max: 50n }), { minLength: 3, maxLength: 3 }),
          }),
          { selector: (b) => b.bookId },
        ),
        (books) => {
          const approved = books.map(({ bookId, segregated, quantities }) =>
            approve(
              bookId,
              segregated ? `own-${bookId}` : OMNIBUS,
              ...quantities.map((q, i) => ({
                ...line(['ADA', 'BTC', 'ETH'][i]!, q < 0n ? 'sell' : 'buy', '0', 1, 0),
                quantity: (q < 0n ? -q : q) as Amount,
              })),
            ),
          )
          const parents = netProposals(request(approved))
          expect(netProposals(request([...approved].reverse()))).toEqual(parents)
          for (const { proposal } of approved) {
            for (const l of proposal.lines) {
              const part = parents
                .filter((p) => p.asset === l.asset && p.side === l.side)
                .flatMap((p) => p.participants)
                .filter((p) => p.bookId === proposal.bookId)
              expect(part.map((p) => p.quantity)).toEqual(l.quantity === 0n ? [] : [l.quantity])
            }
          }
          for (const p of parents) expect(p.quantity).toBe(p.participants.reduce((a, b) => a + b.quantity, 0n))
          const firstBuy = parents.findIndex((p) => p.side === 'buy')
          expect(firstBuy === -1 || parents.slice(firstBuy).every((p) => p.side === 'buy')).toBe(true)
        },
      ),
    ))
})
