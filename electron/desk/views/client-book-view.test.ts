import { afterEach, describe, expect, test } from 'vitest'
import { amount } from '../../../core/amount.ts'
import type { ClientBook, Lot } from '../../../core/client-book.ts'
import { CASH, type VenueId } from '../../../core/instruments.ts'
import { millis } from '../../../core/units.ts'
import { planNeeded, positionFor } from '../cycle.ts'
import { bookOf, DeskBench, START, TOO_MUCH_BTC } from '../test-support/desk-bench.ts'
import { cashView, clientBookLines } from './client-book-view.ts'

const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
const DAY = 86_400_000
const lot = (
  asset: string,
  quantity: string,
  cost: string | null,
  daysAgo: number,
  venue: VenueId = 'binance',
): Lot => ({
  id: 1,
  subAccount: 'anna',
  venue,
  asset,
  quantity: amount(quantity),
  unitCostUsd: cost === null ? null : amount(cost),
  acquiredAt: millis(START - daysAgo * DAY),
})
function open(changes: Partial<ClientBook> = {}) {
  const bench = new DeskBench([{ book: bookOf('anna', changes), holdings: TOO_MUCH_BTC }])
  benches.push(bench)
  const anna = bench.world.book('anna')!
  const position = () => positionFor(bench.world, anna, bench.view(), bench.settings)
  const lines = (lots: readonly Lot[] = []) =>
    new Map(
      clientBookLines({
        book: anna,
        model: bench.world.modelOf(anna),
        position: position(),
        prices: bench.view().prices,
        multiplier: bench.multiplier,
        terms: bench.world.termsOf(anna),
        lots,
        proposal: bench.proposals.of('anna') ?? null,
        regimeOf: (asset) => (asset === 'ETH' ? 'calm since 2026-01-05' : null),
        now: millis(START),
      }).map((line) => [line.asset, line]),
    )
  return { bench, anna, position, lines }
}

describe('a line', () => {
  test('says what is kept of it and by whose word; nothing of cash, nor where all may go', () => {
    const restrictions = [{ kind: 'keep', asset: 'SOL', share: 0, reason: 'tactical' }] as const
    const lines = open({ keptShare: 0.8, restrictions }).lines()
    expect(lines.get('BTC')!.kept).toEqual({ share: 0.8, by: 'client-book' })
    expect(lines.get('SOL')!.kept).toBeNull()
    expect(lines.get(CASH)!.kept).toBeNull()
    expect(open().lines().get('BTC')!.kept).toEqual({ share: 0.5, by: 'standard' })
  })

  test('has its quantity over the venues, its price, its weight in its band', () => {
    const { lines } = open()
    const btc = lines().get('BTC')!
    expect(btc).toMatchObject({
      quantity: amount('5.6'),
      priceUsd: 100_000,
      priceWhy: null,
      valueUsd: 560_000,
      byVenue: [
        { venue: 'binance', quantity: amount('3.6') },
        { venue: 'kraken', quantity: amount('2') },
      ],
      plan: null,
    })
    expect(btc.weight).toBeCloseTo(0.56, 12)
    expect([btc.low, btc.high]).toEqual([0.45, 0.55])
    expect(btc.position).toBeCloseTo(1.2, 9)
    // a point beyond its edge; the others have room
    expect(btc.toEdge).toBeCloseTo(-0.01, 12)
    expect(lines().get('ETH')!.toEdge).toBeCloseTo(0.03, 12)
  })

  test('CASH is all settlement currencies, without a price of its own', () => {
    const cash = open().lines().get(CASH)!
    expect(cash).toMatchObject({ valueUsd: 40_000, byVenue: [], priceWhy: null, lots: [] })
    expect(cash.priceUsd).toBeNaN()
  })

  test('a stale price is shown with its age and its reason', () => {
    const { bench, lines } = open()
    bench.makeStale('ETH')
    expect(lines().get('ETH')).toMatchObject({
      priceUsd: 4_000,
      priceAgeSeconds: 25,
      priceWhy: 'ETH price is 25.0 s old',
    })
    bench.prices.delete('SOL')
    expect(lines().get('SOL')).toMatchObject({ priceWhy: 'no price for SOL' })
    expect(lines().get('SOL')!.priceUsd).toBeNaN()
  })

  test('how the band came about: the rule, the regime, what cuts it', () => {
    const { bench, lines } = open({
      restrictions: [
        { kind: 'no-buy', asset: 'ETH', reason: 'statutes' },
        { kind: 'no-sell', asset: 'SOL', reason: 'over', until: millis(START) },
      ],
    })
    bench.multiplier = 1.2
    const eth = lines().get('ETH')!
    expect(eth.band).toMatchObject({
      rule: 'absolute',
      relativeHalf: null,
      floorHalf: null,
      baseHalf: 0.03,
      multiplier: 1.2,
      cutBy: 'statutes',
    })
    expect(eth.band.half).toBeCloseTo(0.036, 12)
    expect([eth.baseLow, eth.baseHigh]).toEqual([0.22, 0.28])
    expect(eth.high).toBeCloseTo(0.286, 12)
    expect(lines().get('SOL')!.band.cutBy).toBeNull()
    expect([eth.ownRegime, lines().get('SOL')!.ownRegime]).toEqual(['calm since 2026-01-05', null])
  })
})

test('gains are by lot, short or long by the year, not known without a cost', () => {
  const { lines } = open()
  const btc = lines([
    lot('BTC', '1', '60000', 400),
    lot('BTC', '0.5', '120000', 10, 'kraken'),
    lot('BTC', '0.1', null, 500),
    // a year to the minute is not yet more than a year
    lot('BTC', '0.2', '50000', 365.25),
    lot('ETH', '1', '1000', 400),
  ]).get('BTC')!
  expect(btc.lots.map(({ gainUsd }) => gainUsd)).toEqual([40_000, -10_000, null, 10_000])
  expect(btc).toMatchObject({ gainLongTermUsd: 40_000, gainShortTermUsd: 0 })
  expect(btc.lots[1]).toMatchObject({ venue: 'kraken', unitCostUsd: 120_000, acquiredAt: START - 10 * DAY })
})

test('a line says what the open proposal plans for it', async () => {
  const { bench, lines } = open()
  await planNeeded(['anna'], bench.view(), bench.deps)
  expect(lines().get('BTC')!.plan).toMatchObject({ reason: 'above-band', side: 'sell' })
  expect(lines().get('BTC')!.plan!.after).toBeLessThanOrEqual(0.55)
  expect(lines().get(CASH)!.plan).toMatchObject({ reason: 'cash', side: null })
})

test('cash: each currency at its own price, free is what is above the reserve', () => {
  const { bench, anna, position } = open({ cashReserve: 0.01 })
  bench.setPrices({ USDT: 0.5 })
  const cash = cashView(anna.cashReserve, position(), bench.view().prices)
  expect(cash.byVenue).toEqual([
    { venue: 'binance', asset: 'USDT', quantity: amount('10000'), usd: 5_000 },
    { venue: 'kraken', asset: 'USD', quantity: amount('30000'), usd: 30_000 },
  ])
  expect(cash).toMatchObject({ target: 0.1, reserve: 0.01 })
  expect(cash.freeUsd).toBeCloseTo(35_000 - 0.01 * 995_000, 6)
})

test('below its reserve nothing is free', () => {
  const { bench, anna, position } = open({ cashReserve: 0.2 })
  expect(cashView(anna.cashReserve, position(), bench.view().prices).freeUsd).toBe(0)
})
