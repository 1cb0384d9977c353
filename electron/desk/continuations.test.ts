import { describe, expect, test } from 'vitest'
import { amount, formatAmount, negate } from '../../core/amount.ts'
import type { ClientBook, Restriction } from '../../core/client-book.ts'
import { fact } from '../../core/journal.ts'
import type { Proposal } from '../../core/proposal.ts'
import { usd } from '../../core/units.ts'
import { planBooks } from '../proposals/plan-books.ts'
import { askContinuations } from './continuations.ts'
import { planNeeded, planningDeps, planRequest } from './cycle.ts'
import { askFirmTriggers } from './firm-triggers.ts'
import { ProposalBook } from './proposal-book.ts'
import { openDesk, plan } from './test-support/cycle-bench.ts'
import { bookOf, DeskBench, START, TOO_MUCH_BTC } from './test-support/desk-bench.ts'

const DAY = 86_400_000
const PACED = { tradeRate: 0.4 } as const
const open = (changes: Partial<ClientBook> = {}, settings: Partial<DeskBench['settings']> = PACED): DeskBench =>
  openDesk([{ book: bookOf('anna', changes), holdings: TOO_MUCH_BTC }], settings)

/** Everything at its price, free of cost, on Kraken; what is sold leaves Binance first. */
function execute(bench: DeskBench, proposal: Proposal, state: 'done' | 'done-with-exceptions' = 'done'): void {
  const move = (venue: 'binance' | 'kraken', asset: string, quantity: bigint): void => {
    if (quantity === 0n) return
    bench.record(
      fact('cash-flow-booked', {
        subAccount: proposal.bookId,
        account: 'omnibus',
        venue,
        asset,
        quantity: amount(formatAmount(quantity as never)),
        kind: 'unexplained',
        venueEntryId: null,
      }),
    )
  }
  bench.proposals.released([proposal])
  for (const { asset, side, quantity, notionalUsd } of proposal.lines) {
    if (side === null) continue
    const dollars = amount(notionalUsd.toFixed(2))
    move('kraken', 'USD', side === 'sell' ? dollars : negate(dollars))
    move(side === 'sell' ? 'binance' : 'kraken', asset, side === 'sell' ? negate(quantity) : quantity)
  }
  bench.record(fact('proposal-changed', { proposalId: proposal.id, state, why: 'executed' }))
  bench.world.refreshHoldings([proposal.bookId])
  bench.proposals.executed([proposal.bookId])
}

/** One turn of planning, as the desk takes it. */
async function turn(bench: DeskBench): Promise<readonly Proposal[]> {
  askContinuations(bench.view().marketTime, { store: bench.store, proposals: bench.proposals })
  return plan(bench)
}
async function begun(bench: DeskBench): Promise<Proposal> {
  const [first] = await turn(bench)
  execute(bench, first!)
  return first!
}
const nextDay = (bench: DeskBench): void => bench.clock.advance(DAY)
const weightOf = (proposal: Proposal, asset: string): number =>
  proposal.lines.find((line) => line.asset === asset)!.after

describe('a way that a trade rate has gone a part of', () => {
  test('the proposal says what it leaves; nothing more is asked for on its day', async () => {
    const bench = open()
    const first = await begun(bench)
    expect(first.trigger.kind).toBe('band-breach')
    expect(first.wayLeft).toMatchObject({ since: START })
    expect(first.wayLeft!.turnover).toBeGreaterThan(0.005)
    bench.clock.advance(DAY - 1)
    expect(await turn(bench)).toEqual([])
    expect(bench.proposals.requestOf('anna')).toBeUndefined()
  })

  test('goes on the next day, with its reason, once a day', async () => {
    const bench = open()
    const first = await begun(bench)
    nextDay(bench)
    const [second] = await turn(bench)
    expect(second!.trigger).toEqual({ kind: 'continuation', way: first.wayLeft })
    expect(bench.store.decisionsOf('anna', { limit: 1 })[0]!.decision).toMatchObject({
      outcome: 'proposed',
      reason: 'continuation',
      why: `${(100 * first.wayLeft!.turnover).toFixed(2)} % of the book was left on 2025-01-06`,
    })
    execute(bench, second!)
    bench.clock.advance(DAY / 2)
    expect(await turn(bench)).toEqual([])
    expect(bench.store.proposal(second!.id)?.trigger.kind).toBe('continuation')
  })

  test('comes to where the optimiser would have gone in one go, a part a day, each shorter than the one before', async () => {
    const inOneGo = open({}, {})
    const whole = await begun(inOneGo)
    const bench = open()
    const parts = [await begun(bench)]
    for (let last = parts[0]!; last.wayLeft !== undefined; last = parts.at(-1)!) {
      nextDay(bench)
      const made = await turn(bench)
      expect(made.map(({ trigger }) => trigger)).toEqual([{ kind: 'continuation', way: last.wayLeft }])
      const { turnover, wayLeft } = made[0]!
      expect(turnover).toBeGreaterThanOrEqual(bench.settings.minimumTradeWeight)
      expect(wayLeft?.turnover ?? 0).toBeLessThanOrEqual(last.wayLeft.turnover - turnover + 1e-12)
      execute(bench, made[0]!)
      parts.push(made[0]!)
    }
    expect(parts.length).toBeGreaterThan(4)
    for (const { asset, after } of whole.lines)
      expect(Math.abs(weightOf(parts.at(-1)!, asset) - after)).toBeLessThan(5 * bench.settings.minimumTradeWeight)
    const gone = parts.reduce((sum, { turnover }) => sum + turnover, 0)
    expect(Math.abs(gone - whole.turnover)).toBeLessThan(5 * bench.settings.minimumTradeWeight)
    expect(bench.store.unfinishedWays()).toEqual([])
    nextDay(bench)
    expect(await turn(bench)).toEqual([])
  })

  test('is never longer than it was: what prices add to it is for the bands', async () => {
    const bench = open()
    await begun(bench)
    nextDay(bench)
    const [second] = await turn(bench)
    execute(bench, second!)
    nextDay(bench)
    bench.setPrices({ BTC: 103_000 })
    const [third] = await turn(bench)
    expect(third!.wayLeft!.turnover).toBeCloseTo(second!.wayLeft!.turnover - third!.turnover, 12)
    const request = planRequest(bench.world, bench.world.book('anna')!, { kind: 'manual', by: 'a' }, [])
    const [anew] = await planBooks([request], bench.view(), planningDeps(bench.deps, bench.view()))
    expect(anew!.ok && anew!.value.wayLeft!.turnover).toBeGreaterThan(third!.wayLeft!.turnover + 0.001)
  })

  test('without a trade rate there is none', async () => {
    const bench = open({}, {})
    const first = await begun(bench)
    expect(first.wayLeft).toBeUndefined()
    nextDay(bench)
    expect(await turn(bench)).toEqual([])
    expect(bench.store.unfinishedWays()).toEqual([])
  })

  test('outlasts a restart, also one between the question and the proposal', async () => {
    const bench = open()
    const first = await begun(bench)
    const again = new ProposalBook(bench.store, bench.clock)
    expect(again.ways.of('anna')).toEqual({
      bookId: 'anna',
      proposalId: first.id,
      left: first.wayLeft,
      tradedOn: START / DAY,
    })
    nextDay(bench)
    askContinuations(bench.view().marketTime, { store: bench.store, proposals: again })
    const third = new ProposalBook(bench.store, bench.clock)
    askContinuations(bench.view().marketTime, { store: bench.store, proposals: third })
    expect(third.requestOf('anna')?.kind).toBe('continuation')
    expect(bench.store.verify()).toMatchObject({ ok: true })
  })

  test('executed after midnight, it goes on the day after that', async () => {
    const bench = open()
    bench.clock.advance(DAY - 60_000)
    const [first] = await turn(bench)
    bench.clock.advance(120_000)
    execute(bench, first!)
    bench.clock.advance(DAY / 2)
    expect(await turn(bench)).toEqual([])
    bench.clock.advance(DAY / 2)
    expect((await turn(bench)).map(({ trigger }) => trigger.kind)).toEqual(['continuation'])
  })

  test('orders that were not all done leave no less to do', async () => {
    const bench = open()
    const [first] = await turn(bench)
    execute(bench, first!, 'done-with-exceptions')
    nextDay(bench)
    expect((await turn(bench)).map(({ trigger }) => trigger.kind)).toEqual(['continuation'])
  })

  test('what the advisor took out of it stays out, and then it waits for approval', async () => {
    const mandate = { maximumTurnover: 0.5, maximumCostBps: 100 }
    const bench = open({ tier: 'premium', mandate })
    bench.proposals.leaveOut('anna', ['ETH'])
    await begun(bench)
    expect(bench.proposals.leftOutOf('anna')).toEqual([])
    nextDay(bench)
    const [second] = await turn(bench)
    expect(second!.lines.find(({ asset }) => asset === 'ETH')!.reason).toBe('held-back')
    expect(second!.automatic).toBe(false)
  })

  test('runs by itself inside a mandate', async () => {
    const bench = open({ tier: 'premium', mandate: { maximumTurnover: 0.5, maximumCostBps: 100 } })
    await begun(bench)
    nextDay(bench)
    expect((await turn(bench))[0]!.automatic).toBe(true)
  })
})

describe('gives way', () => {
  test('to a breach, planned anew from where the book is', async () => {
    const bench = open()
    await begun(bench)
    nextDay(bench)
    bench.setPrices({ BTC: 130_000 })
    const [proposal] = await turn(bench)
    expect(proposal!.trigger.kind).toBe('band-breach')
    execute(bench, proposal!)
    expect(bench.store.unfinishedWays('anna')[0]?.proposalId).toBe(proposal!.id)
  })

  test('to money that moved, to a date, to a spike, to an advisor', async () => {
    const bench = open({}, { ...PACED, schedule: { kind: 'weekly', weekday: 2, hour: 0 } })
    const parts = { ...bench.deps, store: bench.store }
    askFirmTriggers(() => ({ fast: 0.6, slow: 0.6, prior: false }), parts)
    await begun(bench)
    nextDay(bench)
    askContinuations(bench.view().marketTime, { store: bench.store, proposals: bench.proposals })
    expect(bench.proposals.requestOf('anna')?.kind).toBe('continuation')
    askFirmTriggers(() => ({ fast: 0.6, slow: 0.6, prior: false }), parts)
    expect(bench.proposals.requestOf('anna')?.kind).toBe('schedule')
    bench.proposals.request('anna', {
      kind: 'cash-flow',
      flows: [{ kind: 'deposit', asset: 'USD', amountUsd: usd(5) }],
    })
    expect(bench.proposals.requestOf('anna')?.kind).toBe('cash-flow')
    askContinuations(bench.view().marketTime, { store: bench.store, proposals: bench.proposals })
    expect(bench.proposals.requestOf('anna')?.kind).toBe('cash-flow')
    bench.proposals.settleRequest('anna')
    bench.proposals.request('anna', { kind: 'manual', by: 'a' })
    expect((await turn(bench)).map(({ trigger }) => trigger.kind)).toEqual(['manual'])
  })

  test('to what was asked for before it on its day', async () => {
    const bench = open()
    await begun(bench)
    nextDay(bench)
    bench.proposals.request('anna', { kind: 'manual', by: 'a' })
    askContinuations(bench.view().marketTime, { store: bench.store, proposals: bench.proposals })
    expect(bench.proposals.requestOf('anna')).toEqual({ kind: 'manual', by: 'a' })
  })

  test('and ends where another plan was executed to its end', async () => {
    const bench = open()
    await begun(bench)
    bench.proposals.request('anna', { kind: 'manual', by: 'a' })
    const whole = { ...bench.deps, settings: { ...bench.settings, tradeRate: null } }
    const [manual] = await planNeeded(['anna'], bench.view(), whole)
    execute(bench, manual!)
    expect(bench.store.unfinishedWays()).toEqual([])
    nextDay(bench)
    expect(await turn(bench)).toEqual([])
  })

  test('and is gone whole where the rate was turned off meanwhile', async () => {
    const bench = open()
    await begun(bench)
    nextDay(bench)
    askContinuations(bench.view().marketTime, { store: bench.store, proposals: bench.proposals })
    const off = { ...bench.deps, settings: { ...bench.settings, tradeRate: null } }
    const [rest] = await planNeeded(['anna'], bench.view(), off)
    expect(rest).toMatchObject({ trigger: { kind: 'continuation' } })
    expect(rest!.wayLeft).toBeUndefined()
    execute(bench, rest!)
    expect(bench.store.unfinishedWays()).toEqual([])
  })

  test('and ends where its next part is dismissed', async () => {
    const bench = open()
    await begun(bench)
    nextDay(bench)
    const [second] = await turn(bench)
    bench.proposals.change([{ proposal: second!, state: 'dismissed', why: 'no' }], 'advisor:a')
    nextDay(bench)
    expect(await turn(bench)).toEqual([])
    expect(bench.store.unfinishedWays()).toEqual([])
  })
})

describe('is held like any other proposal', () => {
  test.each([
    [
      'paused',
      (bench: DeskBench) =>
        bench.world.refreshBook({ ...bench.world.book('anna')!, pausedUntil: (START + 5 * DAY) as never }),
    ],
    ['trading-halted', (bench: DeskBench) => bench.halt('stopped')],
    ['stale-price', (bench: DeskBench) => bench.makeStale('ETH')],
    [
      'defensive',
      (bench: DeskBench) => {
        bench.regime = 'crisis'
      },
    ],
  ] as const)('%s', async (reason, arrange) => {
    const bench = open()
    await begun(bench)
    nextDay(bench)
    arrange(bench)
    expect(await turn(bench)).toEqual([])
    expect(bench.proposals.waitOf('anna')?.reason).toBe(reason)
    expect(bench.proposals.requestOf('anna')?.kind).toBe('continuation')
  })

  test('cool-down, for as long as it is', async () => {
    const bench = open({}, { ...PACED, coolDownMs: 2 * DAY })
    await begun(bench)
    nextDay(bench)
    expect(await turn(bench)).toEqual([])
    expect(bench.proposals.waitOf('anna')?.reason).toBe('cool-down')
    nextDay(bench)
    expect((await turn(bench)).map(({ trigger }) => trigger.kind)).toEqual(['continuation'])
  })

  test('an open proposal that ran out is asked for again the same day, and never beside another', async () => {
    const bench = open()
    await begun(bench)
    nextDay(bench)
    const [second] = await turn(bench)
    expect(await turn(bench)).toEqual([])
    bench.proposals.change([{ proposal: second!, state: 'expired', why: 'not approved in time' }], 'desk')
    const again = new ProposalBook(bench.store, bench.clock)
    askContinuations(bench.view().marketTime, { store: bench.store, proposals: again })
    expect(again.requestOf('anna')?.kind).toBe('continuation')
  })
})

describe('ends', () => {
  test('where the optimiser wants no more, with a fact that says so', async () => {
    const bench = open()
    const first = await begun(bench)
    nextDay(bench)
    // its target is where the book is: nothing is left to go
    const unkept = bench.world.book('anna')!
    bench.world.refreshBook({ ...unkept, riskAversion: 1e-9 })
    expect(await turn(bench)).toEqual([])
    expect(bench.store.unfinishedWays()).toEqual([])
    expect(bench.store.historyOf('anna').filter(({ type }) => type === 'way-ended')).toMatchObject([
      { text: expect.stringContaining(`way of ${first.id} at its end: every line is inside its band`) },
    ])
    expect(bench.store.decisionsOf('anna', { limit: 1 })[0]!.decision.reason).toBe('cost-exceeds-benefit')
  })

  test('not where flags hold it for a day', async () => {
    const bench = open()
    await begun(bench)
    nextDay(bench)
    const flags: Restriction[] = ['BTC', 'ETH', 'SOL'].map((asset) => ({ kind: 'no-trade', asset, reason: 'asked' }))
    const book = bench.world.book('anna')!
    bench.world.refreshBook({ ...book, restrictions: flags })
    expect(await turn(bench)).toEqual([])
    bench.world.refreshBook(book)
    nextDay(bench)
    expect((await turn(bench)).length + Number(bench.proposals.ways.of('anna') === undefined)).toBe(1)
  })
})
