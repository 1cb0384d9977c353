import { afterEach, expect, test } from 'vitest'
import { unwrap } from '../../../core/result.ts'
import { planNeeded } from '../cycle.ts'
import { bookOf, DeskBench, START, TOO_MUCH_BTC } from '../test-support/desk-bench.ts'
import { proposalsView, withBlock } from './approvals-view.ts'

const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
async function open(): Promise<DeskBench> {
  const bench = new DeskBench(['anna', 'boris', 'clara'].map((id) => ({ book: bookOf(id), holdings: TOO_MUCH_BTC })))
  benches.push(bench)
  await planNeeded(['anna', 'boris', 'clara'], bench.view(), bench.deps)
  return bench
}
const view = (bench: DeskBench, approvalBlocked: string | null = null) =>
  proposalsView(bench.proposals, bench.approvals, bench.view(), { now: START + 1, undoMs: 5_000, approvalBlocked })

test('what needs a look comes first: warnings before clean, the farthest out before the others', async () => {
  const bench = await open()
  const [anna, boris, clara] = ['anna', 'boris', 'clara'].map((id) => bench.proposals.of(id)!)
  bench.proposals.add(
    [
      { ...anna!, id: 'R-A', worstBefore: { asset: 'BTC', position: 1.1 } },
      { ...boris!, id: 'R-B', worstBefore: { asset: 'BTC', position: -3 } },
      { ...clara!, id: 'R-C', worstBefore: { asset: 'BTC', position: 1.2 }, cleanliness: 'warning' },
    ],
    'desk',
  )
  expect(view(bench).proposals.map(({ id }) => id)).toEqual(['R-C', 'R-B', 'R-A'])
})

test('a block of this moment stands over what was computed, before its remarks, and ends with its cause', async () => {
  const bench = await open()
  bench.halt('trading is halted')
  expect(view(bench).proposals.every(({ cleanliness }) => cleanliness === 'blocked')).toBe(true)
  expect(withBlock(bench.proposals.of('anna')!, bench.approvals, bench.view()).remarks).toEqual(['trading is halted'])
  expect(bench.proposals.of('anna')!.cleanliness).toBe('clean')
  bench.halted = null
  expect(view(bench).proposals.every(({ cleanliness }) => cleanliness === 'clean')).toBe(true)
  bench.makeStale('SOL')
  expect(view(bench).proposals[0]!.remarks[0]).toBe('SOL price is 25.0 s old')
})

test('the age is that of the oldest price known, the rest is what the desk says', async () => {
  const bench = await open()
  bench.makeStale('SOL')
  bench.prices.set('DOGE', { priceUsd: Number.NaN, fresh: false, ageMs: Number.POSITIVE_INFINITY, why: 'none' })
  expect(view(bench, 'Trading is halted.')).toMatchObject({
    at: START + 1,
    pricesAgeSeconds: 25,
    undoSeconds: 5,
    approvalBlocked: 'Trading is halted.',
    pending: [],
    lastOutcome: null,
  })
})

test('an approval that waits and what came of the last are shown', async () => {
  const bench = await open()
  const pending = unwrap(bench.approvals.approve({ kind: 'all-clean' }, bench.view(), 'advisor:a', 5_000))
  expect(view(bench).pending).toEqual([pending])
  bench.clock.advance(5_000)
  bench.approvals.releaseDue(bench.view())
  expect(view(bench)).toMatchObject({ proposals: [], pending: [], lastOutcome: { approvalId: pending.approvalId } })
})
