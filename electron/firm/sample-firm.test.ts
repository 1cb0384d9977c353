import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amount, add, formatAmount, ZERO } from '../../core/amount.ts'
import { bandPosition, toleranceBand } from '../../core/band.ts'
import { accountOf, type ClientBook, OMNIBUS } from '../../core/client-book.ts'
import { ManualClock } from '../../core/clock.ts'
import { isSettlementAsset, VENUES } from '../../core/instruments.ts'
import { unwrap } from '../../core/result.ts'
import { STANDARD_RISK_PROFILES } from '../../core/risk-profile.ts'
import { millis } from '../../core/units.ts'
import { lineWeights } from '../ledger/book-value.ts'
import { openStore } from '../store/open-store.ts'
import { type Firm, firmDeposits, firmFacts, loadFirm, standardProfileFacts } from './firm.ts'
import { readModelPortfolios, standardModels } from './model-portfolios.ts'
import { segregatedCount } from './sample-clients.ts'
import { createSampleFirm } from './sample-firm.ts'
import { LARGEST_POSITION } from './sample-weights.ts'
import { MARKETS, PRICES } from './test-support/example-venues.ts'

const NOW = millis(Date.UTC(2025, 0, 6, 9))
const sample = (seed: number, books: number): Firm =>
  createSampleFirm({ seed, books, pricesUsd: PRICES, markets: MARKETS, now: NOW })

const weightsOf = (firm: Firm, book: ClientBook) =>
  lineWeights(
    firm.lots.get(book.id)!.map(({ venue, asset, quantity }) => ({ subAccount: book.id, venue, asset, quantity })),
    PRICES,
  )

describe('for any seed and number of books', () => {
  const firms = fc.record({ seed: fc.integer(), books: fc.integer({ min: 1, max: 120 }) })

  test('deposits are what the books hold, to the unit', () => {
    fc.assert(
      fc.property(firms, ({ seed, books }) => {
        const firm = sample(seed, books)
        const left = new Map<string, bigint>()
        for (const { venue, account, asset, quantity } of firmDeposits(firm))
          left.set(`${venue} ${account} ${asset}`, quantity)
        for (const book of firm.books)
          for (const lot of firm.lots.get(book.id)!) {
            const key = `${lot.venue} ${accountOf(book)} ${lot.asset}`
            left.set(key, (left.get(key) ?? 0n) - lot.quantity)
          }
        return [...left.values()].every((rest) => rest === 0n)
      }),
      { numRuns: 20 },
    )
  })

  test('every line of every book is inside its band, within every cap, reserve and limit', () => {
    fc.assert(
      fc.property(firms, ({ seed, books }) => {
        const firm = sample(seed, books)
        for (const book of firm.books) {
          const model = firm.models.find((model) => model.id === book.modelId)!
          const { weights, valueUsd } = weightsOf(firm, book)
          expect([...weights.values()].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
          expect(valueUsd).toBeGreaterThan(199_000)
          expect(valueUsd).toBeLessThan(10_050_000)
          for (const line of model.lines) {
            const weight = weights.get(line.asset) ?? 0
            const position = bandPosition(weight, line.target, toleranceBand(line.band, line.target, 1))
            // rounding to steps moves a weight by less than a hundredth of a half-width
            expect(Math.abs(position)).toBeLessThan(LARGEST_POSITION + 0.01)
          }
          for (const cap of model.groupCaps)
            expect(cap.assets.reduce((sum, asset) => sum + (weights.get(asset) ?? 0), 0)).toBeLessThanOrEqual(
              cap.maximum,
            )
          for (const restriction of book.restrictions)
            if (restriction.kind === 'at-most') expect(weights.get(restriction.asset)!).toBeLessThan(restriction.weight)
          expect(weights.get('CASH')!).toBeGreaterThan(book.cashReserve)
        }
      }),
      { numRuns: 20 },
    )
  })

  test('quantities are whole steps, ids, names and accounts are each there once', () => {
    fc.assert(
      fc.property(firms, ({ seed, books }) => {
        const firm = sample(seed, books)
        const steps = new Map(MARKETS.map((market) => [`${market.venue} ${market.base}`, market.filters.step]))
        for (const lot of [...firm.lots.values()].flat()) {
          const step = isSettlementAsset(lot.asset) ? 10_000_000_000n : steps.get(`${lot.venue} ${lot.asset}`)!
          expect(lot.quantity % step).toBe(0n)
          expect(lot.quantity > 0n).toBe(true)
          expect(lot.acquiredAt).toBeLessThanOrEqual(NOW)
        }
        const distinct = (values: readonly string[]): number => new Set(values).size
        expect(distinct(firm.books.map((book) => book.id))).toBe(books)
        expect(distinct(firm.books.map((book) => book.clientName))).toBe(books)
        expect(distinct(firm.books.map(accountOf).filter((account) => account !== OMNIBUS))).toBe(
          segregatedCount(books),
        )
      }),
      { numRuns: 20 },
    )
  })
})

describe('the firm of the demo', () => {
  const firm = sample(42, 200)

  test('same seed, same firm; another seed, another', () => {
    expect(sample(42, 200)).toEqual(firm)
    expect(sample(43, 200).books).not.toEqual(firm.books)
  })

  test('a book does not change with the number of books beside it', () => {
    const [few, many] = [sample(42, 30), firm]
    for (const index of [0, 29]) {
      expect([...few.lots.values()][index]).toEqual([...many.lots.values()][index])
    }
  })

  test('the mix: tiers, custody, venues, restrictions, models', () => {
    const count = (test: (book: ClientBook) => boolean): number => firm.books.filter(test).length
    const venuesOf = (book: ClientBook): number => new Set(firm.lots.get(book.id)!.map((lot) => lot.venue)).size
    expect(count((book) => book.custody.kind === 'segregated')).toBe(5)
    expect(count((book) => book.tier === 'premium')).toBeGreaterThan(40)
    expect(count((book) => book.tier === 'premium')).toBeLessThan(80)
    expect(count((book) => (book.tier === 'premium') !== (book.mandate !== null))).toBe(0)
    expect(count((book) => book.restrictions.length > 0)).toBeGreaterThan(5)
    expect(count((book) => venuesOf(book) === 1)).toBeGreaterThan(20)
    expect(count((book) => venuesOf(book) === VENUES.length)).toBeGreaterThan(120)
    for (const model of firm.models) expect(count((book) => book.modelId === model.id)).toBeGreaterThan(15)
  })

  test('many books open near an edge, so that a few hours of a market breach more than twenty', () => {
    const near = firm.books.filter((book) => {
      const { weights } = weightsOf(firm, book)
      const model = firm.models.find((model) => model.id === book.modelId)!
      return model.lines.some(({ asset, target, band }) => {
        const position = bandPosition(weights.get(asset) ?? 0, target, toleranceBand(band, target, 1))
        return Math.abs(position) > 0.7
      })
    })
    expect(near.length).toBeGreaterThan(60)
  })

  test('the store takes it, and its account totals are the deposits', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trimtab-firm-'))
    const store = unwrap(openStore({ folder, clock: new ManualClock(NOW), epochSource: () => 'test' }))
    try {
      loadFirm(store, [...standardProfileFacts(), ...firmFacts(firm)])
      expect(store.clientBooks()).toHaveLength(200)
      expect(store.bookRisks()).toHaveLength(200)
      for (const { bookId, profileId } of store.bookRisks()) {
        const { terms } = STANDARD_RISK_PROFILES.find(({ id }) => id === profileId)!
        expect(terms.riskAversion).toBe(firm.books.find(({ id }) => id === bookId)!.riskAversion)
      }
      const totals = new Map<string, string>()
      for (const venue of VENUES)
        for (const account of store.venueAccounts())
          for (const [asset, quantity] of store.accountTotals(venue, account))
            totals.set(`${venue} ${account} ${asset}`, formatAmount(quantity))
      const deposits = firmDeposits(firm).map((d): [string, string] => [
        `${d.venue} ${d.account} ${d.asset}`,
        formatAmount(d.quantity),
      ])
      expect(totals).toEqual(new Map(deposits))
      const book = firm.books[0]!
      const ofLots = new Map<string, Amount>()
      for (const lot of store.lotsOf(book.id)) {
        const key = `${lot.venue} ${lot.asset}`
        ofLots.set(key, add(ofLots.get(key) ?? ZERO, lot.quantity))
      }
      for (const held of store.holdingsOf(book.id))
        if (!isSettlementAsset(held.asset)) expect(ofLots.get(`${held.venue} ${held.asset}`)).toBe(held.quantity)
      expect(store.verify().ok).toBe(true)
    } finally {
      store.close()
      rmSync(folder, { recursive: true })
    }
  })
})

describe('model portfolios', () => {
  test('five ship with the program', () => {
    expect(standardModels().map((model) => model.id)).toEqual(['core', 'growth', 'majors', 'defensive', 'balanced'])
  })

  test('may say what their lines keep of their targets', () => {
    const [model] = standardModels()
    const kept = {
      ...model!,
      keptShare: 0.8,
      lines: model!.lines.map((line, i) => (i === 0 ? { ...line, keptShare: 0 } : line)),
    }
    expect(readModelPortfolios({ models: [kept] })).toEqual([kept])
    expect(() => readModelPortfolios({ models: [{ ...model, keptShare: 1.1 }] })).toThrow()
  })

  test.each([
    ['targets beside 1', { target: 0.5 }, 'they must sum to 1'],
    ['a band that is none', { band: { kind: 'wide' } }, 'Invalid'],
  ])('%s is refused', (_, change, message) => {
    const [model] = standardModels()
    const broken = { ...model, lines: [{ ...model!.lines[0], ...change }, ...model!.lines.slice(1)] }
    expect(() => readModelPortfolios({ models: [broken] })).toThrow(message)
  })
})
