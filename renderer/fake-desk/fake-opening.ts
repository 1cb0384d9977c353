import type { NextAction } from '../../core/contracts/monitor-view.ts'
import type { Proposal } from '../../core/proposal.ts'
import { type FakeParent, parentsOf } from './fake-blotter.ts'
import { type FakeBook, type FakeFirm, positionOf, worstOf } from './fake-firm.ts'
import type { FakeScenario } from './fake-surroundings.ts'

const REMARKS: readonly (readonly [number, Proposal['cleanliness'], string])[] = [
  [1, 'blocked', 'ATOM price is 27 s old on both venues (limit 20 s)'],
  [3, 'warning', 'Largest order is 6.1 % of one-hour volume (limit 5.0 %)'],
  [6, 'warning', 'ETH must not be sold until 31 Dec: band relaxed by 0.42 pp'],
  [9, 'warning', 'Cash after trading is $1,120 under the reserve'],
  [11, 'blocked', 'Turnover today 12.4 % (limit 12.0 %)'],
]

export interface FakeOpening {
  /** By proposal. */
  readonly proposals: Map<string, Proposal>
  /** By row: what is known of a book beside its weights. */
  readonly status: Map<number, NextAction>
  /** By row, milliseconds UTC. */
  readonly pausedUntil: Map<number, number>
  readonly parents: FakeParent[]
}

/**
 * Of a desk that was just opened: most breached books have a proposal, some are executing, some
 * wait. A quiet one has none of it.
 */
export function openFakeDesk(
  firm: FakeFirm,
  scenario: FakeScenario,
  now: number,
  propose: (book: FakeBook) => Proposal,
): FakeOpening {
  const proposals = new Map<string, Proposal>()
  const status = new Map<number, NextAction>()
  const pausedUntil = new Map<number, number>()
  if (scenario === 'quiet') return { proposals, status, pausedUntil, parents: [] }
  const sorted = firm.books
    .map((book) => ({ book, position: positionOf(firm, book) }))
    .sort((a, b) => worstOf(b.position) - worstOf(a.position))
  const out = sorted.filter(({ position }) => worstOf(position) > 1)
  const executing: FakeBook[] = []
  let opened = 0
  out.forEach(({ book }, k) => {
    if (k % 5 === 3) executing.push(book)
    else if (k === 1 || k % 9 === 4) status.set(book.row, k % 2 ? 'cool-down' : 'cost-exceeds-benefit')
    else {
      const place = opened++
      const remark = REMARKS.find(([at]) => at === place)
      const proposal = propose(book)
      proposals.set(proposal.id, remark ? { ...proposal, cleanliness: remark[1], remarks: [remark[2]] } : proposal)
    }
  })
  const started = now - 14 * 60_000
  const parents = parentsOf(
    firm,
    executing.map((book) => propose(book)),
    'plan-0411',
    2218,
    started,
  ).slice(0, 9)
  const fractions = [0.714, 0.38, 1, 0.55, 1, 0.22, 1, 1, 0.46]
  parents.forEach((parent, k) => {
    parent.fraction = fractions[k]!
    parent.state = parent.fraction === 1 ? 'filled' : k === 1 ? 'partially-filled' : 'working'
    if (k === 1) parent.why = 'Price moved beyond the cap; 62.0 % not traded'
    if (parent.fraction === 1) parent.events.push({ at: started + 22_000, text: 'Filled and allocated' })
  })
  for (const book of executing) status.set(book.row, 'executing')
  const calm = sorted.filter(({ position }) => worstOf(position) < 0.8)
  for (const { book } of calm.filter(({ book }) => book.model === 2).slice(3, 7))
    status.set(book.row, 'unable-to-check')
  const near = sorted.filter(({ position }) => worstOf(position) >= 0.8 && worstOf(position) <= 1)
  for (const { book } of near.slice(5, 8)) pausedUntil.set(book.row, now + 2 * 86_400_000)
  return { proposals, status, pausedUntil, parents }
}
