import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount, fromFloat, subtract, toFloat } from '../../core/amount.ts'
import { OMNIBUS } from '../../core/client-book.ts'
import { taxOfParts } from '../../core/decisions/lot-relief.ts'
import { type Fact, fact, type OpeningLot } from '../../core/journal.ts'
import type { Proposal, ProposalLine } from '../../core/proposal.ts'
import type { TaxTerms } from '../../core/tax-terms.ts'
import { millis } from '../../core/units.ts'
import { childOf, parentOf, tradeOf } from '../store/test-support/example-firm.ts'
import { openDesk, plan } from './test-support/cycle-bench.ts'
import { bookOf, type DeskBench, START } from './test-support/desk-bench.ts'

const DAY = 86_400_000
const PRICES: Readonly<Record<string, number>> = { BTC: 100_000, ETH: 4_000, SOL: 200 }
const lot = (asset: string, quantity: string, cost: string | null, daysAgo: number): OpeningLot => ({
  venue: 'binance',
  asset,
  quantity: amount(quantity),
  unitCostUsd: cost === null ? null : amount(cost),
  acquiredAt: millis(START - daysAgo * DAY),
})
/** $1,000,000 on Binance with 62 % in BTC, far above its band. */
const openingLots = (bitcoin: readonly OpeningLot[]): readonly OpeningLot[] => [
  ...bitcoin,
  lot('ETH', '62.5', '3900', 700),
  lot('SOL', '600', '210', 50),
  lot('USDT', '10000', null, 0),
]
const terms: TaxTerms = { shortTermRate: 0.35, longTermRate: 0.15, holdingPeriodDays: 365 }

const deskWith = (taxTerms: TaxTerms | undefined, bitcoin: readonly OpeningLot[], riskAversion = 4): DeskBench =>
  openDesk([
    {
      book: bookOf('anna', { riskAversion, ...(taxTerms === undefined ? {} : { taxTerms }) }),
      lots: openingLots(bitcoin),
    },
  ])

/** Facts of one sale that came exactly as told: at the proposal's price less spread and impact, its fee in USDT. */
function asTold(line: ProposalLine, number: number): readonly Fact[] {
  const [planId, parentId, childId] = [`plan-${number}`, `parent-${number}`, `child-${number}`]
  const { asset, quantity, notionalUsd, cost } = line
  const participants = [{ bookId: 'anna', quantity }]
  const received = fromFloat(notionalUsd - cost.spreadUsd - cost.impactUsd)
  const fee = subtract(received, fromFloat(notionalUsd - cost.totalUsd))
  const market = `binance:${asset}/USDT` as const
  const trade = tradeOf(`trade-${number}`, '1', '1', { side: 'sell', market, quantity, cost: received, fee })
  const part = { bookId: 'anna', quantity, cost: received, fee, feeAsset: 'USDT' }
  return [
    fact('plan-released', {
      planId,
      proposalIds: [],
      approval: 'advisor',
      parents: [parentOf(parentId, { planId, asset, side: 'sell', quantity, participants })],
    }),
    fact('child-journaled', {
      child: childOf(childId, { planId, parentId, market, side: 'sell', quantity, participants }),
    }),
    fact('child-changed', { childId, state: 'sent', venueOrderId: null, why: null }),
    fact('trade-recorded', { trade, childId }),
    fact('fills-allocated', {
      childId,
      venue: 'binance',
      account: OMNIBUS,
      base: asset,
      quote: 'USDT',
      side: 'sell',
      quotePriceUsd: amount('1'),
      allocations: [part],
    }),
  ]
}

const sellsOf = (proposal: Proposal): readonly ProposalLine[] => proposal.lines.filter(({ side }) => side === 'sell')
const realisedTax = (bench: DeskBench): number => toFloat(taxOfParts(bench.store.lotSalesOf('anna', millis(0))))

describe('tax told', () => {
  test('is there only for a book with tax terms; without, the proposal is the same to the last bit', async () => {
    const lots = [lot('BTC', '6.2', '60000', 900)]
    const [without] = await plan(deskWith(undefined, lots))
    const [free] = await plan(deskWith({ shortTermRate: 0, longTermRate: 0, holdingPeriodDays: 365 }, lots))
    expect(without).not.toHaveProperty('tax')
    for (const line of without!.lines) expect(line).not.toHaveProperty('tax')
    const plain = ({ asset, after, quantity, cost }: ProposalLine) => ({ asset, after, quantity, cost })
    expect(free!.lines.map(plain)).toEqual(without!.lines.map(plain))
    expect(free!.tax).toMatchObject({ taxUsd: 0, naiveTaxUsd: 0 })
  })

  test('is that of the lots sold, and less is sold the more it costs', async () => {
    const [cheap] = await plan(deskWith(terms, [lot('BTC', '6.2', '99000', 900)], 30))
    const [dear] = await plan(deskWith(terms, [lot('BTC', '6.2', '20000', 900)], 30))
    const [of, than] = [cheap!, dear!].map((proposal) => sellsOf(proposal).find(({ asset }) => asset === 'BTC')!)
    expect(of!.notionalUsd).toBeGreaterThan(than!.notionalUsd)
    const proceeds = than!.notionalUsd - than!.cost.totalUsd
    const gain = proceeds - 20_000 * toFloat(than!.quantity)
    expect(than!.tax!.taxUsd).toBeCloseTo(0.15 * gain, 4)
    expect(than!.tax).toMatchObject({ shortTermGainUsd: 0, unknownCostUsd: 0 })
    expect(than!.tax!.longTermGainUsd).toBeCloseTo(gain, 4)
    expect(than!.why).toContain('tax $')
    // all the way to the target
    expect(than!.tax!.naiveTaxUsd).toBeCloseTo(0.15 * 120_000 * 0.8, 0)
    expect(dear!.cost.totalUsd).toBeLessThan(dear!.tax!.taxUsd)
  })

  test('the higher rate keeps a lot until the day it is long-term', async () => {
    const after = async (daysAgo: number): Promise<number> => {
      const [proposal] = await plan(deskWith(terms, [lot('BTC', '6.2', '70000', daysAgo)]))
      const { tax, notionalUsd } = sellsOf(proposal!).find(({ asset }) => asset === 'BTC')!
      return tax!.taxUsd / notionalUsd
    }
    expect(await after(365)).toBeCloseTo(0.35 * 0.3, 3)
    expect(await after(366)).toBeCloseTo(0.15 * 0.3, 3)
  })

  test('a loss lot worth more than a round trip is sold and not bought back; nobody hears of branches', async () => {
    const [proposal] = await plan(deskWith(terms, [lot('BTC', '6.2', '160000', 10)]))
    const bitcoin = proposal!.lines.find(({ asset }) => asset === 'BTC')!
    expect(bitcoin.side).toBe('sell')
    expect(bitcoin.after).toBeGreaterThanOrEqual(bitcoin.low - 1e-9)
    expect(bitcoin.tax!.taxUsd).toBeLessThan(0)
    expect(bitcoin.why).toContain('of tax: short-term losses of')
  })

  test('lots without a known cost are taken as bought for nothing, and that is a warning', async () => {
    const [proposal] = await plan(deskWith(terms, [lot('BTC', '6.2', null, 10)]))
    const bitcoin = sellsOf(proposal!).find(({ asset }) => asset === 'BTC')!
    const proceeds = bitcoin.notionalUsd - bitcoin.cost.totalUsd
    expect(bitcoin.tax!.unknownCostUsd).toBeCloseTo(proceeds, 4)
    expect(bitcoin.tax!.taxUsd).toBeCloseTo(0.35 * proceeds, 4)
    expect(proposal!.cleanliness).toBe('warning')
    expect(proposal!.remarks.join()).toContain('without a known cost')
  })

  test('identical books are told the same', async () => {
    const lots = openingLots([lot('BTC', '4', '60000', 900), lot('BTC', '2.2', '120000', 30)])
    const bench = openDesk(['anna', 'boris', 'clara'].map((id) => ({ book: bookOf(id, { taxTerms: terms }), lots })))
    const told = await plan(bench)
    expect(told).toHaveLength(3)
    for (const other of told) {
      expect(other.tax).toEqual(told[0]!.tax)
      expect(other.lines.map(({ quantity }) => quantity)).toEqual(told[0]!.lines.map(({ quantity }) => quantity))
    }
  })
})

test('a book whose tax terms changed has another snapshot: its proposal is computed again', async () => {
  const bench = deskWith(terms, [lot('BTC', '6.2', '60000', 900)])
  const [first] = await plan(bench)
  const book = { ...bench.world.book('anna')!, taxTerms: { ...terms, longTermRate: 0.3 } }
  bench.record(fact('client-book-changed', { book, why: 'test' }))
  bench.world.refreshBook(book)
  bench.proposals.change([{ proposal: first!, state: 'superseded', why: 'test' }], 'desk')
  const [second] = await plan(bench)
  expect(second!.snapshot).not.toBe(first!.snapshot)
  expect(second!.tax!.taxUsd).toBeGreaterThan(first!.tax!.taxUsd)
})

const costOf = fc.option(fc.integer({ min: 100, max: 3_000 }), { freq: 8 })
const anyLots = fc.array(fc.record({ cost: costOf, daysAgo: fc.integer({ min: 0, max: 1_000 }) }), {
  minLength: 1,
  maxLength: 5,
})
const rates = fc.record({
  shortTermRate: fc.constantFrom(0, 0.25, 0.45),
  longTermRate: fc.constantFrom(0, 0.15, 0.3),
  holdingPeriodDays: fc.constantFrom(0, 180, 365),
})

test('the ledger realises the tax told when the fills are as told', async () => {
  let sold = 0
  await fc.assert(
    fc.asyncProperty(anyLots, rates, fc.boolean(), async (drawn, given, lossesCount) => {
      const taxTerms = lossesCount ? given : { ...given, lossRate: 0 }
      const share = fromFloat(6.2 / drawn.length)
      const bitcoin = drawn.map(({ cost, daysAgo }, i) => ({
        ...lot('BTC', '1', cost === null ? null : String((cost * PRICES['BTC']!) / 1_000), daysAgo),
        quantity: i === 0 ? subtract(amount('6.2'), fromFloat(toFloat(share) * (drawn.length - 1))) : share,
      }))
      const bench = deskWith(taxTerms, bitcoin)
      const [proposal] = await plan(bench)
      if (proposal === undefined) return
      const sells = sellsOf(proposal)
      sold += sells.length
      bench.store.record(
        sells.flatMap((line, at) => asTold(line, at)),
        'desk',
      )
      expect(realisedTax(bench)).toBeCloseTo(proposal.tax!.taxUsd, 4)
      expect(bench.store.verify().ok).toBe(true)
    }),
    { numRuns: 25 },
  )
  expect(sold).toBeGreaterThan(20)
})
