import { expect, test } from 'vitest'
import { amount } from '../../../core/amount.ts'
import type { LotSale } from '../../../core/contracts/store.ts'
import { millis } from '../../../core/units.ts'
import { realisedGains, startOfYear } from './realised-gains.ts'

const NOW = millis(Date.UTC(2026, 5, 1))
const sale = (day: string, proceeds: string, cost: string | null, tax: LotSale['tax']): LotSale => ({
  childId: 'c',
  venue: 'binance',
  asset: 'BTC',
  quantity: amount('1'),
  acquiredAt: millis(0),
  soldAt: millis(Date.parse(day)),
  proceedsUsd: amount(proceeds),
  costUsd: cost === null ? null : amount(cost),
  tax,
})
const short = { term: 'short', gainUsd: amount('40'), taxUsd: amount('16') } as const
const long = { term: 'long', gainUsd: amount('-30'), taxUsd: amount('-6') } as const

test('of the calendar year only, by term, and what each fill took, newest first', () => {
  const sales = [
    sale('2025-12-31T23:59:59.999Z', '100', '1', short),
    sale('2026-01-01T00:00:00Z', '100', '60', short),
    sale('2026-02-01T00:00:00Z', '70', '100', long),
  ]
  const realised = realisedGains(sales, NOW)
  expect(realised).toMatchObject({
    year: 2026,
    sales: 2,
    gainUsd: 10,
    underTerms: { shortTermGainUsd: 40, longTermGainUsd: -30, taxUsd: 10 },
  })
  expect(realised.lots.map((lot) => [lot.proceedsUsd, lot.costUsd, lot.tax?.taxUsd])).toEqual([
    [70, 100, -6],
    [100, 60, 16],
  ])
  expect(startOfYear(NOW)).toBe(Date.UTC(2026, 0, 1))
})

test('without tax terms a gain is stated and no tax; of a lot without a known cost neither', () => {
  const realised = realisedGains([sale('2026-03-01', '80', '50', null), sale('2026-03-02', '80', null, null)], NOW)
  expect(realised).toMatchObject({ sales: 2, gainUsd: 30, underTerms: null })
  expect(realised.lots[0]).toMatchObject({ costUsd: null, tax: null })
})
