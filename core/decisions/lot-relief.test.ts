import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amount, amount, multiply, sum, toFloat, ZERO } from '../amount.ts'
import type { TaxTerms } from '../tax-terms.ts'
import { millis } from '../units.ts'
import { type ReliefLot, relieveLots, taxOfParts } from './lot-relief.ts'

const DAY = 86_400_000
const NOW = millis(Date.UTC(2026, 0, 1))
const terms: TaxTerms = { shortTermRate: 0.4, longTermRate: 0.2, holdingPeriodDays: 365 }
const lot = (name: string, quantity: string, cost: string | null, daysAgo: number) => ({
  name,
  quantity: amount(quantity),
  unitCostUsd: cost === null ? null : amount(cost),
  acquiredAt: millis(NOW - daysAgo * DAY),
})
const sale = (quantity: string, unitPrice: string) => ({
  quantity: amount(quantity),
  proceedsUsd: multiply(amount(quantity), amount(unitPrice)),
  at: NOW,
})
const namesOf = (lots: ReturnType<typeof lot>[], quantity: string, price: string, given: TaxTerms | null = terms) =>
  relieveLots(lots, sale(quantity, price), given).parts.map((part) => part.lot.name)

describe('the order in which lots go', () => {
  test('without tax terms the oldest first', () => {
    const lots = [lot('oldest', '1', '50', 900), lot('dear', '1', '120', 500), lot('newest', '1', '90', 10)]
    expect(namesOf(lots, '3', '100', null)).toEqual(['oldest', 'dear', 'newest'])
  })

  test('with them by rising tax per unit of value: losses first, the dearer short-term loss before the long', () => {
    // at 100: 0.2·50 = 10, 0.2·(−20) = −4, 0.4·(−20) = −8, 0.4·10 = 4
    const lots = [
      lot('long gain', '1', '50', 900),
      lot('long loss', '1', '120', 500),
      lot('short loss', '1', '120', 30),
      lot('short gain', '1', '90', 10),
    ]
    expect(namesOf(lots, '4', '100')).toEqual(['short loss', 'long loss', 'short gain', 'long gain'])
  })

  test('the order is that of the price of the sale: a short-term lot overtakes a long-term one as prices rise', () => {
    const lots = [lot('long', '1', '50', 900), lot('short', '1', '90', 10)]
    // 0.4·(p − 90) = 0.2·(p − 50) at p = 130
    expect(namesOf(lots, '2', '129')).toEqual(['short', 'long'])
    expect(namesOf(lots, '2', '131')).toEqual(['long', 'short'])
  })

  test('the day on which a lot turns long-term changes its place', () => {
    const lots = [lot('a year and a day', '1', '60', 366), lot('a year', '1', '60', 365)]
    expect(namesOf(lots, '1', '100')).toEqual(['a year and a day'])
    expect(namesOf(lots.toReversed(), '1', '100')).toEqual(['a year and a day'])
  })

  test('a lot of unknown cost goes last, as bought for nothing; lots alike by age', () => {
    const lots = [lot('unknown', '1', null, 900), lot('older', '1', '70', 600), lot('newer', '1', '70', 500)]
    expect(namesOf(lots, '3', '100')).toEqual(['older', 'newer', 'unknown'])
  })
})

test('gain, tax and what is left over, to the last digit', () => {
  const lots = [lot('gain', '1', '50', 900), lot('loss', '0.5', '120', 30)]
  const { parts, missing } = relieveLots(lots, sale('2', '100'), { ...terms, lossRate: 0.1 })
  expect(missing).toBe(amount('0.5'))
  expect(parts.map(({ quantity, costUsd, tax }) => [quantity, costUsd, tax])).toEqual([
    [amount('0.5'), amount('60'), { term: 'short', gainUsd: amount('-10'), taxUsd: amount('-1') }],
    [amount('1'), amount('50'), { term: 'long', gainUsd: amount('50'), taxUsd: amount('10') }],
  ])
  expect(taxOfParts(parts)).toBe(amount('9'))
})

const anyLot = fc.record({
  quantity: fc.bigInt({ min: 1n, max: 10n ** 13n }).map((value) => value as Amount),
  unitCostUsd: fc.option(fc.bigInt({ min: 1n, max: 10n ** 17n }).map((value) => value as Amount)),
  acquiredAt: fc.integer({ min: 0, max: 2_000 }).map((days) => millis(NOW - days * DAY)),
})
const rate = fc.integer({ min: 0, max: 75 }).map((value) => value / 100)
const anyTerms = fc
  .record({ shortTermRate: rate, longTermRate: rate, holdingPeriodDays: fc.integer({ min: 0, max: 1_000 }) })
  .chain((given) =>
    fc
      .option(fc.integer({ min: 0, max: Math.round(100 * Math.max(given.shortTermRate, given.longTermRate)) }))
      .map((loss): TaxTerms => (loss === null ? given : { ...given, lossRate: loss / 100 })),
  )

describe('whatever the lots', () => {
  test('parts add up to the sale, and no lot gives more than it has', () => {
    fc.assert(
      fc.property(
        fc.array(anyLot, { maxLength: 6 }),
        fc.bigInt({ min: 1n, max: 10n ** 14n }),
        fc.bigInt({ min: 0n, max: 10n ** 19n }),
        fc.option(anyTerms),
        (lots, quantity, proceeds, given) => {
          const { parts, missing } = relieveLots(
            lots,
            { quantity: quantity as Amount, proceedsUsd: proceeds as Amount, at: NOW },
            given,
          )
          expect(sum(parts.map((part) => part.quantity)) + missing).toBe(quantity)
          for (const part of parts) expect(part.quantity <= part.lot.quantity).toBe(true)
          if (missing === ZERO) expect(sum(parts.map((part) => part.proceedsUsd))).toBe(proceeds)
          expect(missing > ZERO && sum(lots.map((each: ReliefLot) => each.quantity)) > quantity).toBe(false)
        },
      ),
    )
  })

  test('no other order of the lots costs less tax', () => {
    fc.assert(
      fc.property(
        fc.array(anyLot, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.bigInt({ min: 10n ** 10n, max: 10n ** 17n }),
        anyTerms,
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        (lots, share, price, given, keys) => {
          const total = sum(lots.map(({ quantity }) => quantity))
          const quantity = BigInt(Math.max(1, Math.floor(share * Number(total)))) as Amount
          const whole = { quantity, proceedsUsd: multiply(quantity, price as Amount), at: NOW }
          // any other order, one lot a sale
          const other = lots.map((each, i) => ({ each, key: keys[i]! })).sort((a, b) => a.key - b.key)
          let [left, tax] = [quantity, 0]
          for (const { each } of other) {
            const part = (left < each.quantity ? left : each.quantity) as Amount
            const own = { quantity: part, proceedsUsd: multiply(part, price as Amount), at: NOW }
            tax += toFloat(taxOfParts(relieveLots([each], own, given).parts))
            left = (left - part) as Amount
          }
          const least = toFloat(taxOfParts(relieveLots(lots, whole, given).parts))
          expect(least).toBeLessThanOrEqual(tax + 1e-9 * (1 + Math.abs(tax)))
        },
      ),
    )
  })
})
