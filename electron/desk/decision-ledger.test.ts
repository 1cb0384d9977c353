import { afterEach, describe, expect, test } from 'vitest'
import { planNeeded, reviewOpen, settleDecisions } from './cycle.ts'
import { DecisionLedger } from './decision-ledger.ts'
import { type BenchBook, bookOf, DeskBench, TOO_MUCH_BTC } from './test-support/desk-bench.ts'

const benches: DeskBench[] = []
const open = (books: readonly BenchBook[] = [{ book: bookOf('anna'), holdings: TOO_MUCH_BTC }]): DeskBench => {
  const bench = new DeskBench(books)
  benches.push(bench)
  return bench
}
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
/** One planning cycle with these books in need. */
async function cycle(bench: DeskBench, inNeed: readonly string[] = ['anna']): Promise<void> {
  const view = bench.view()
  reviewOpen(view, bench.deps, new Set())
  const candidates = new Set([...inNeed, ...bench.proposals.requests.keys()])
  await planNeeded(candidates, view, bench.deps)
  settleDecisions(candidates, view, bench.deps)
}
const reasons = (bench: DeskBench, bookId = 'anna'): readonly string[] =>
  bench.store.decisionsOf(bookId, { limit: 100, order: 'oldest' }).map(({ decision }) => decision.reason)
const BACK_INSIDE = { BTC: 60_000, ETH: 2_700, SOL: 130 }

describe('the ledger of decisions', () => {
  test('a proposal is a decision: its assets, its worst line, its sentence, the market it was made in', async () => {
    const bench = open()
    await cycle(bench)
    const proposal = bench.proposals.of('anna')!
    expect(bench.store.decisionsOf('anna', { limit: 2 }).map(({ decision }) => decision)).toEqual([
      {
        bookId: 'anna',
        outcome: 'proposed',
        reason: 'band-breach',
        why: 'BTC 56.00 % of 45.00 % to 55.00 %, CASH 4.00 % of 6.00 % to 14.00 %',
        proposalId: proposal.id,
        assets: ['BTC', 'CASH'],
        worst: { asset: 'CASH', position: expect.closeTo(-1.5, 9) },
        regime: { class: 'normal', multiplier: 1 },
        marketTime: bench.clock.now(),
      },
    ])
    expect(bench.store.historyOf('anna').at(-1)!.text).toContain('proposed, out of its bands: BTC 56.00 %')
  })

  test('what is decided again writes nothing: a firm at rest is silent', async () => {
    const bench = open([{ book: bookOf('anna'), holdings: TOO_MUCH_BTC }, { book: bookOf('boris') }])
    bench.halt('trading is stopped')
    await cycle(bench, ['anna', 'boris'])
    const length = bench.store.journalLength()
    for (let second = 0; second < 5; second++) {
      bench.clock.advance(1_000)
      bench.setPrices({ BTC: 100_000 + second })
      await cycle(bench, ['anna', 'boris'])
    }
    expect(bench.store.journalLength()).toBe(length)
    expect(reasons(bench)).toEqual(['trading-halted'])
  })

  test('a book that was never in need has no decision', async () => {
    const bench = open([{ book: bookOf('anna') }])
    await cycle(bench)
    await cycle(bench, [])
    expect(reasons(bench)).toEqual([])
  })

  test('back inside its band: a closing decision, once; out again: another', async () => {
    const bench = open()
    await cycle(bench)
    bench.setPrices(BACK_INSIDE)
    await cycle(bench, [])
    await cycle(bench, [])
    expect(reasons(bench)).toEqual(['band-breach', 'inside-band'])
    bench.setPrices({ BTC: 100_000, ETH: 4_000, SOL: 200 })
    bench.halt('trading is stopped')
    await cycle(bench)
    expect(reasons(bench)).toEqual(['band-breach', 'inside-band', 'trading-halted'])
  })

  test('another set of assets under the same reason is another decision', async () => {
    const bench = open()
    bench.halt('trading is stopped')
    await cycle(bench)
    bench.setPrices({ SOL: 300 })
    await cycle(bench)
    const assets = bench.store
      .decisionsOf('anna', { limit: 9, order: 'oldest' })
      .map((record) => record.decision.assets)
    expect(assets).toEqual([
      ['BTC', 'CASH'],
      ['SOL', 'CASH'],
    ])
  })

  test('a book in need whose price is gone says so, and closes when it can be checked again', async () => {
    const bench = open()
    bench.halt('trading is stopped')
    await cycle(bench)
    bench.makeStale('ETH')
    await cycle(bench, [])
    bench.setPrices({ ...BACK_INSIDE })
    await cycle(bench, [])
    expect(reasons(bench)).toEqual(['trading-halted', 'stale-price', 'inside-band'])
  })

  test('while a proposal is open or its orders work, the decision to propose stands', async () => {
    const bench = open()
    await cycle(bench)
    await cycle(bench)
    bench.proposals.released([bench.proposals.of('anna')!])
    await cycle(bench)
    await cycle(bench, [])
    expect(reasons(bench)).toEqual(['band-breach'])
    bench.proposals.executed(['anna'])
    await cycle(bench)
    expect(reasons(bench)).toEqual(['band-breach', 'cool-down'])
  })

  test('what could not be solved is decided too', async () => {
    const restrictions = [{ kind: 'no-sell', asset: 'BTC', reason: 'pledged' }] as const
    const bench = open([{ book: bookOf('anna', { cashReserve: 0.5, restrictions }), holdings: TOO_MUCH_BTC }])
    await cycle(bench)
    expect(reasons(bench)).toEqual(['infeasible'])
  })

  test('a desk that starts again knows the decisions in force', async () => {
    const bench = open()
    bench.halt('trading is stopped')
    await cycle(bench)
    const restarted = { ...bench.deps, decisions: new DecisionLedger(bench.store) }
    const length = bench.store.journalLength()
    await planNeeded(['anna'], bench.view(), restarted)
    expect(bench.store.journalLength()).toBe(length)
    bench.setPrices(BACK_INSIDE)
    settleDecisions(new Set(), bench.view(), restarted)
    expect(reasons(bench)).toEqual(['trading-halted', 'inside-band'])
    expect(bench.store.verify()).toMatchObject({ ok: true })
  })
})
