import { expect, test } from 'vitest'
import { amount, ZERO } from '../../core/amount.ts'
import type { Proposal, ProposalLine } from '../../core/proposal.ts'
import { millis, usd } from '../../core/units.ts'
import { DayFlow } from './day-flow.ts'

const NOON = millis(Date.UTC(2024, 4, 1, 12))
const parent = (asset: string, side: 'buy' | 'sell', quantity: string, arrivalPriceUsd: number) => ({
  asset,
  side,
  quantity: amount(quantity),
  arrivalPriceUsd,
})
const proposal = (bookId: string, over: Partial<Proposal> = {}): Proposal =>
  ({
    bookId,
    state: 'open',
    cleanliness: 'clean',
    valueUsd: usd(10_000),
    lines: [
      { asset: 'BTC', side: 'sell', notionalUsd: usd(500), quantity: amount('0.005'), before: 0.6, target: 0.5 },
      { asset: 'ETH', side: null, notionalUsd: usd(0), quantity: ZERO, before: 0.2, target: 0.25 },
      { asset: 'CASH', side: null, notionalUsd: usd(0), quantity: ZERO, before: 0.2, target: 0.25 },
    ] as unknown as readonly ProposalLine[],
    ...over,
  }) as Proposal
const NONE: ReadonlySet<string> = new Set()

test('what was approved counts until the day of the market is over', () => {
  const flow = new DayFlow()
  flow.add([parent('BTC', 'sell', '2', 50_000), parent('BTC', 'sell', '1', 51_000)], NOON)
  flow.add([parent('BTC', 'buy', '0.5', 50_000)], NOON)
  const { tradedUsd } = flow.besides([], NONE, millis(NOON + 3_600_000))
  expect(tradedUsd('BTC', 'sell')).toBe(151_000)
  expect(tradedUsd('BTC', 'buy')).toBe(25_000)
  expect(tradedUsd('ETH', 'buy')).toBe(0)
  expect(flow.besides([], NONE, millis(NOON + 12 * 3_600_000)).tradedUsd('BTC', 'sell')).toBe(0)
})

test('clean open proposals of other books count beside it; those planned now, held or with a warning do not', () => {
  const open = [
    proposal('a'),
    proposal('b'),
    proposal('planned'),
    proposal('held', { state: 'held' }),
    proposal('warned', { cleanliness: 'warning' }),
  ]
  const { proposedUsd, naiveUsd, tradedUsd } = new DayFlow().besides(open, new Set(['planned']), NOON)
  expect(proposedUsd('BTC', 'sell')).toBe(1_000)
  expect(proposedUsd('ETH', 'buy')).toBe(0)
  expect(tradedUsd('BTC', 'sell')).toBe(0)
  // naively both of them would go all the way, on every line
  expect(naiveUsd('BTC', 'sell')).toBeCloseTo(2_000, 9)
  expect(naiveUsd('ETH', 'buy')).toBeCloseTo(1_000, 9)
  expect(naiveUsd('ETH', 'sell')).toBe(0)
  expect(naiveUsd('CASH', 'buy')).toBe(0)
})

test('a desk that starts again knows the plans of its day', () => {
  const flow = new DayFlow()
  const yesterday = millis(NOON - 86_400_000)
  const plans = [
    { planId: 'new', releasedAt: NOON },
    { planId: 'old', releasedAt: yesterday },
  ].map((plan) => ({ ...plan, proposalIds: [], approval: 'advisor' as const, closed: true }))
  const parentsOf = () => [{ parent: parent('SOL', 'buy', '10', 200), state: 'filled', why: '' }] as never
  flow.restore({ plans: () => plans, parentsOf }, NOON, NOON)
  expect(flow.besides([], NONE, NOON).tradedUsd('SOL', 'buy')).toBe(2_000)
})
