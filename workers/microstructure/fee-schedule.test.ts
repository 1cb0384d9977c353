import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FeeTier } from '../../core/instruments.ts'
import { unwrap } from '../../core/result.ts'
import { accountFees, type FeeTerms, tierOfVolume } from './fee-schedule.ts'

const tiers: readonly FeeTier[] = [
  { fromVolumeUsd: 0, maker: 0.0025, taker: 0.004 },
  { fromVolumeUsd: 50_000, maker: 0.0014, taker: 0.0024 },
  { fromVolumeUsd: 1_000_000, maker: 0, taker: 0.001 },
  { fromVolumeUsd: 10_000_000, maker: -0.0001, taker: 0.0008 },
]
const terms = (change: Partial<FeeTerms>): FeeTerms => ({
  stated: null,
  tiers,
  volumeUsd: null,
  discount: null,
  ...change,
})

describe('fees of an account', () => {
  test.each([
    [0, 0],
    [49_999.99, 0],
    [50_000, 1],
    [999_999, 1],
    [1e6, 2],
    [1e12, 3],
  ])('a volume of %f is tier %i', (volume, tier) => expect(tierOfVolume(tiers, volume)).toBe(tier))

  test('without a word for the account the table decides, by its volume; unknown is the base tier', () => {
    const fees = unwrap(accountFees(terms({ volumeUsd: 60_000 })))
    expect(fees).toMatchObject({ maker: 0.0014, taker: 0.0024, source: 'table', tier: 1 })
    expect(fees.next).toMatchObject({ fromVolumeUsd: 1e6, missingUsd: 940_000 })
    expect(fees.next!.takerSaving).toBeCloseTo(0.0014, 12)
    expect(unwrap(accountFees(terms({})))).toMatchObject({ taker: 0.004, tier: 0, next: { missingUsd: null } })
  })

  test('what the venue states for the account goes before its table; its tier is the one with these rates', () => {
    const stated = { maker: 0, taker: 0.001 }
    expect(unwrap(accountFees(terms({ stated, volumeUsd: 5 })))).toMatchObject({
      taker: 0.001,
      source: 'account',
      tier: 2,
    })
    const own = unwrap(accountFees(terms({ stated: { maker: 0, taker: 0.00095 }, volumeUsd: 5 })))
    expect(own).toMatchObject({ taker: 0.00095, tier: null, next: null })
    expect(unwrap(accountFees(terms({ stated, tiers: [] })))).toMatchObject({ taker: 0.001, tier: null, next: null })
  })

  test('a rebate is a rebate, and a discount takes nothing from it', () => {
    const discount = { asset: 'BNB', fraction: 0.25 }
    const best = unwrap(accountFees(terms({ volumeUsd: 2e7, discount })))
    expect(best.maker).toBe(-0.0001)
    expect(best.taker).toBeCloseTo(0.0006, 12)
    expect(best.next).toBeNull()
  })

  test.each<[string, Partial<FeeTerms>, string]>([
    ['per cent for fractions', { stated: { maker: 0.1, taker: 0.1 } }, 'maker 0.1, taker 0.1'],
    ['NaN', { stated: { maker: 0, taker: Number.NaN } }, 'taker NaN'],
    ['nothing at all', { tiers: [] }, 'neither fees nor a fee table'],
    ['a table out of order', { tiers: [tiers[1]!, tiers[0]!] }, 'tier 1 begins at 0, not above the 50000'],
    ['a bad tier', { tiers: [{ ...tiers[0]!, taker: 4 }] }, 'tier 0 has maker 0.0025, taker 4'],
    ['a bad volume', { tiers: [{ ...tiers[0]!, fromVolumeUsd: Number.NaN }] }, 'volume of NaN'],
  ])('refused with the value: %s', (_, change, message) => {
    const answer = accountFees(terms(change))
    expect(answer.ok ? '' : answer.error.message).toContain(message)
  })

  test('more volume never makes a fee of a falling table higher', () => {
    const volume = fc.integer({ min: 0, max: 2e7 })
    fc.assert(
      fc.property(volume, volume, (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((volumeUsd) =>
          unwrap(accountFees(terms({ volumeUsd }))),
        )
        expect(more!.taker).toBeLessThanOrEqual(less!.taker)
        expect(more!.maker).toBeLessThanOrEqual(less!.maker)
      }),
    )
  })
})

const data = process.env['TRIMTAB_DATA']
test.skipIf(data === undefined)(
  'tables of real venues can be read, every tier is found again (needs TRIMTAB_DATA)',
  () => {
    const tables = new Map<string, FeeTier[]>()
    for (const line of readFileSync(join(data!, 'venue_fees.csv'), 'utf8').trim().split('\n').slice(1)) {
      const [venue, market, volume, maker, taker] = line.split(',')
      if (volume === '') continue
      const table = tables.get(`${venue} ${market}`) ?? []
      table.push({ fromVolumeUsd: Number(volume), maker: Number(maker), taker: Number(taker) })
      tables.set(`${venue} ${market}`, table)
    }
    expect(tables.size).toBeGreaterThan(5)
    for (const table of tables.values()) {
      for (const [i, tier] of table.entries()) {
        const answer = unwrap(accountFees(terms({ tiers: table, volumeUsd: tier.fromVolumeUsd })))
        expect(answer).toMatchObject({ tier: i, maker: tier.maker, taker: tier.taker })
        expect(unwrap(accountFees(terms({ tiers: table, stated: tier, volumeUsd: tier.fromVolumeUsd }))).tier).toBe(i)
      }
    }
  },
)
