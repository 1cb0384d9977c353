import { describe, expect, test } from 'vitest'
import type { ClientBook } from '../../core/client-book.ts'
import type { CashFlowKind, Proposal } from '../../core/proposal.ts'
import { millis, usd } from '../../core/units.ts'
import { breachedAssets, positionFor } from './cycle.ts'
import { openDesk, plan, review } from './test-support/cycle-bench.ts'
import { bookOf, type DeskBench, ON_TARGET, START, TOO_MUCH_BTC } from './test-support/desk-bench.ts'

const flowOf = (kind: CashFlowKind, amountUsd: number, asset = 'USD') =>
  ({ kind: 'cash-flow', flows: [{ kind, asset, amountUsd: usd(amountUsd) }] }) as const
const PREMIUM: Partial<ClientBook> = { tier: 'premium', mandate: { maximumTurnover: 0.2, maximumCostBps: 50 } }

test('a line on the edge of its band is inside, a hair beyond is out', () => {
  const holdings = { ...ON_TARGET, 'binance BTC': '3.5', 'binance SOL': '200' }
  const bench = openDesk([{ book: bookOf('anna'), holdings }])
  const anna = bench.world.book('anna')!
  const breached = (): readonly string[] => breachedAssets(positionFor(bench.world, anna, bench.view(), bench.settings))
  // 5.5 BTC are 55 %, the upper edge; SOL with 10 % is below its band
  expect(breached()).toEqual(['SOL'])
  bench.setPrices({ BTC: 100_001 })
  expect(breached()).toEqual(['BTC', 'SOL'])
})

describe('planning what is needed', () => {
  test('a breach becomes an open proposal that sells what is above its band', async () => {
    const bench = openDesk()
    const [proposal] = await plan(bench)
    expect(proposal).toMatchObject({
      bookId: 'anna',
      state: 'open',
      trigger: { kind: 'band-breach', assets: ['BTC', 'CASH'] },
      automatic: false,
    })
    expect(proposal!.lines.find((line) => line.asset === 'BTC')).toMatchObject({ side: 'sell', reason: 'above-band' })
    expect(bench.proposals.of('anna')?.id).toBe(proposal!.id)
    expect(bench.store.proposals(['open']).map(({ id }) => id)).toEqual([proposal!.id])
  })

  test.each([
    ['a price is missing', 'stale-price', (bench: DeskBench) => bench.makeStale('ETH')],
    ['trading is halted', 'trading-halted', (bench: DeskBench) => bench.halt('trading is halted')],
    [
      'orders are working',
      'executing',
      (bench: DeskBench) => bench.proposals.released([{ bookId: 'anna' } as Proposal]),
    ],
    [
      'rebalanced a moment ago',
      'cool-down',
      (bench: DeskBench) => {
        bench.proposals.executed(['anna'])
        bench.clock.advance(bench.settings.coolDownMs - 1)
      },
    ],
  ] as const)('%s: a reason instead', async (_, reason, arrange) => {
    const bench = openDesk()
    arrange(bench)
    expect(await plan(bench)).toEqual([])
    expect(bench.proposals.waitOf('anna')).toMatchObject({ reason })
    expect(bench.proposals.waitOf('anna')!.why.length).toBeGreaterThan(10)
  })

  test('paused until a moment, then proposed', async () => {
    const bench = openDesk([{ book: bookOf('anna', { pausedUntil: millis(START + 60_000) }), holdings: TOO_MUCH_BTC }])
    expect(await plan(bench)).toEqual([])
    expect(bench.proposals.waitOf('anna')).toMatchObject({ reason: 'paused', until: START + 60_000 })
    bench.clock.advance(60_000)
    expect(await plan(bench)).toHaveLength(1)
  })

  test('a book inside its bands has neither proposal nor reason', async () => {
    const bench = openDesk([{ book: bookOf('anna') }])
    bench.proposals.wait('anna', { reason: 'no-cash', why: 'before', until: null })
    expect(await plan(bench)).toEqual([])
    expect(bench.proposals.waitOf('anna')).toBeUndefined()
    expect(bench.solved).toEqual([])
  })

  test('one with an open proposal is not planned again', async () => {
    const bench = openDesk()
    await plan(bench)
    expect(await plan(bench)).toEqual([])
    expect(bench.solved).toHaveLength(1)
    expect(bench.proposals.waitOf('anna')).toMatchObject({ reason: 'open-proposal' })
  })

  test('what could not be solved waits half a minute, not ten times a second', async () => {
    const bench = openDesk([
      {
        // a reserve above what all sales could raise within the bands
        book: bookOf('anna', {
          cashReserve: 0.5,
          restrictions: [{ kind: 'no-sell', asset: 'BTC', reason: 'pledged' }],
        }),
        holdings: TOO_MUCH_BTC,
      },
    ])
    expect(await plan(bench)).toEqual([])
    expect(bench.proposals.waitOf('anna')).toMatchObject({ reason: 'infeasible', until: START + 30_000 })
    const solved = bench.solved.length
    bench.clock.advance(29_999)
    await plan(bench)
    expect(bench.solved).toHaveLength(solved)
    bench.clock.advance(1)
    await plan(bench)
    expect(bench.solved.length).toBeGreaterThan(solved)
  })

  test('an advisor asks for a book inside its bands: a proposal, or that nothing is worth trading, and the request is over', async () => {
    const bench = openDesk([{ book: bookOf('anna') }])
    bench.proposals.request('anna', { kind: 'manual', by: 'a' })
    const made = await plan(bench)
    expect(bench.proposals.requestOf('anna')).toBeUndefined()
    if (made.length === 0) expect(bench.proposals.waitOf('anna')?.reason).toMatch(/cost-exceeds-benefit|below-minimum/)
    else expect(made[0]!.trigger.kind).toBe('manual')
  })

  test('money that came in is invested although every band holds', async () => {
    const bench = openDesk([{ book: bookOf('anna') }])
    bench.moveCash('anna', 'kraken', 'USD', '40000')
    bench.proposals.request('anna', {
      kind: 'cash-flow',
      flows: [{ kind: 'deposit', asset: 'USD', amountUsd: 40_000 as never }],
    })
    const [proposal] = await plan(bench)
    expect(proposal).toMatchObject({ trigger: { kind: 'cash-flow' } })
    expect(proposal!.buyUsd).toBeGreaterThan(5_000)
    expect(proposal!.sellUsd).toBe(0)
  })

  test('two deposits before planning are both invested, and both are in the reason', async () => {
    const bench = openDesk([{ book: bookOf('anna') }])
    for (const amountUsd of [20_000, 30_000]) {
      bench.moveCash('anna', 'kraken', 'USD', String(amountUsd))
      bench.proposals.request('anna', flowOf('deposit', amountUsd))
    }
    const [proposal] = await plan(bench)
    expect(proposal!.trigger).toEqual(flowOf('deposit', 50_000))
    expect(proposal!.sellUsd).toBe(0)
    // $50,000 more than a tenth is cash: about that goes to work
    expect(proposal!.buyUsd).toBeGreaterThan(20_000)
    expect(bench.store.lastDecisions()[0]!.decision.why).toBe('deposit of $50,000 of USD')
  })

  test('a second deposit after the first was planned: the proposal of the first is made again for both', async () => {
    const bench = openDesk([{ book: bookOf('anna') }])
    bench.moveCash('anna', 'kraken', 'USD', '40000')
    bench.proposals.request('anna', flowOf('deposit', 40_000))
    const [first] = await plan(bench)
    bench.moveCash('anna', 'kraken', 'USD', '60000')
    bench.proposals.request('anna', flowOf('deposit', 60_000))
    review(bench)
    const [second] = await plan(bench)
    expect(bench.proposals.stateOf(first!.id)).toBe('superseded')
    expect(second!.trigger).toEqual(flowOf('deposit', 100_000))
    expect(second!.buyUsd).toBeGreaterThan(first!.buyUsd)
  })

  test('a deposit and a larger withdrawal are a withdrawal: nothing inside its band is bought', async () => {
    const bench = openDesk([{ book: bookOf('anna') }])
    bench.moveCash('anna', 'kraken', 'USD', '10000')
    bench.proposals.request('anna', flowOf('deposit', 10_000))
    bench.moveCash('anna', 'binance', 'USDT', '-60000')
    bench.proposals.request('anna', flowOf('withdrawal', -60_000, 'USDT'))
    const [proposal] = await plan(bench)
    expect(proposal!.sellUsd).toBeGreaterThan(0)
    expect(proposal!.buyUsd).toBe(0)
    expect(bench.store.lastDecisions()[0]!.decision.why).toBe(
      'deposit of $10,000 of USD, withdrawal of $60,000 of USDT: $50,000 of cash to raise',
    )
  })

  test.each(['deposit', 'withdrawal', 'reward', 'fee'] as const)(
    'a %s asks for a plan under its own name',
    async (kind) => {
      const bench = openDesk([{ book: bookOf('anna') }])
      const out = kind === 'withdrawal' || kind === 'fee'
      bench.moveCash('anna', 'kraken', 'USD', out ? '-35000' : '35000')
      bench.proposals.request('anna', flowOf(kind, out ? -35_000 : 35_000))
      const [proposal] = await plan(bench)
      expect(proposal![out ? 'sellUsd' : 'buyUsd']).toBeGreaterThan(0)
      expect(bench.store.lastDecisions()[0]!.decision).toMatchObject({
        reason: 'cash-flow',
        why: `${kind} of $35,000 of USD`,
      })
    },
  )

  test('a line out of its band that must not be traded: restricted, with the words of the flag', async () => {
    const flag = { kind: 'no-trade', asset: 'BTC', reason: 'locked up until the estate is settled' } as const
    const bench = openDesk([{ book: bookOf('anna', { riskAversion: 0.5, restrictions: [flag] }) }])
    bench.setPrices({ BTC: 125_000 })
    expect(await plan(bench)).toEqual([])
    expect(bench.proposals.waitOf('anna')).toMatchObject({
      reason: 'restricted',
      why: 'BTC is out of its band, no trade: locked up until the estate is settled',
    })
  })

  test('who paused it says why, and the wait repeats it', async () => {
    const paused = { pausedUntil: millis(START + 60_000), pausedWhy: 'the client is travelling' }
    const bench = openDesk([{ book: bookOf('anna', paused), holdings: TOO_MUCH_BTC }])
    await plan(bench)
    expect(bench.proposals.waitOf('anna')!.why).toBe('paused until 2025-01-06 00:01 UTC: the client is travelling')
  })

  test('a request that has to wait is kept', async () => {
    const bench = openDesk([{ book: bookOf('anna', { pausedUntil: millis(START + 60_000) }) }])
    bench.proposals.request('anna', {
      kind: 'cash-flow',
      flows: [{ kind: 'deposit', asset: 'USD', amountUsd: 1 as never }],
    })
    await plan(bench)
    expect(bench.proposals.waitOf('anna')?.reason).toBe('paused')
    expect(bench.proposals.requestOf('anna')).toMatchObject({ kind: 'cash-flow' })
  })

  test('unknown books are skipped', async () => expect(await plan(openDesk(), ['nobody'])).toEqual([]))

  test('a dismissed proposal does not come back at once, and the wait says why', async () => {
    const bench = openDesk()
    const [first] = await plan(bench)
    bench.proposals.change([{ proposal: first!, state: 'dismissed', why: 'not now' }], 'advisor:a')
    expect(await plan(bench)).toEqual([])
    expect(bench.proposals.waitOf('anna')).toMatchObject({
      reason: 'cool-down',
      until: START + bench.settings.coolDownMs,
      why: expect.stringContaining('dismissed'),
    })
    bench.clock.advance(bench.settings.coolDownMs)
    expect(await plan(bench)).toHaveLength(1)
  })
})

describe('mandates', () => {
  test('a premium book inside its mandate is automatic, a standard one never', async () => {
    const bench = openDesk([
      { book: bookOf('anna', PREMIUM), holdings: TOO_MUCH_BTC },
      { book: bookOf('boris'), holdings: TOO_MUCH_BTC },
    ])
    const made = await plan(bench)
    expect(made.map(({ bookId, automatic }) => [bookId, automatic])).toEqual([
      ['anna', true],
      ['boris', false],
    ])
  })

  test('beyond the mandate it asks, and says what is beyond', async () => {
    const bench = openDesk([
      {
        book: bookOf('anna', { tier: 'premium', mandate: { maximumTurnover: 0.001, maximumCostBps: 50 } }),
        holdings: TOO_MUCH_BTC,
      },
    ])
    const [proposal] = await plan(bench)
    expect(proposal).toMatchObject({ automatic: false, cleanliness: 'clean' })
    expect(proposal!.remarks[0]).toMatch(/^not automatic: turnover .* is above the mandate's 0.10 %/)
  })

  test('what an advisor has edited is never automatic, and stays edited', async () => {
    const bench = openDesk([{ book: bookOf('anna', PREMIUM), holdings: TOO_MUCH_BTC }])
    bench.proposals.leaveOut('anna', ['SOL'])
    const [proposal] = await plan(bench)
    expect(proposal!.automatic).toBe(false)
    expect(proposal!.lines.find((line) => line.asset === 'SOL')).toMatchObject({ side: null, reason: 'held-back' })
  })
})
