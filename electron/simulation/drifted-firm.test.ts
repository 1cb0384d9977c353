import { describe, expect, test } from 'vitest'
import { fromFloat } from '../../core/amount.ts'
import type { VenueConnection } from '../../core/contracts/exchange.ts'
import type { Market } from '../../core/instruments.ts'
import { ok } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { bookOf, MARKETS, MODEL } from '../desk/test-support/desk-bench.ts'
import type { Firm } from '../firm/firm.ts'
import { driftedFirm } from './drifted-firm.ts'

const NOW = new Map(Object.entries({ BTC: 100, ETH: 10, SOL: 1, USDT: 1, USD: 1 }))

/** Ten books of $1,000, each exactly on target at the prices given. */
function firmAt(pricesUsd: ReadonlyMap<string, number>): Firm {
  const books = Array.from({ length: 10 }, (_, i) => bookOf(`book-${i}`))
  const lots = MODEL.lines.map(({ asset, target }) => {
    const name = asset === 'CASH' ? 'USD' : asset
    return {
      venue: 'kraken' as const,
      asset: name,
      quantity: fromFloat((1_000 * target) / pricesUsd.get(name)!),
      unitCostUsd: null,
      acquiredAt: millis(0),
    }
  })
  return { models: [MODEL], books, lots: new Map(books.map((book) => [book.id, lots])), riskProfiles: new Map() }
}
/** Hourly closes in quote currency, the last one the newest. */
const connection = (closes: (market: string) => readonly number[]): VenueConnection =>
  ({
    venue: 'kraken',
    bars: async (market: string) => ok(closes(market).map((close) => ({ close }))),
  }) as unknown as VenueConnection
const kraken: readonly Market[] = MARKETS.filter((market) => market.venue === 'kraken')
const made = async (closes: (market: string) => readonly number[], markets = kraken) => {
  const asked: number[] = []
  const firm = await driftedFirm(
    (prices) => {
      asked.push(prices.get('BTC')!)
      return firmAt(prices)
    },
    NOW,
    [connection(closes)],
    markets,
  )
  return { firm, asked }
}
const flat = (price: number): readonly number[] => Array.from({ length: 200 }, () => price)
/** BTC was at half its price until `hours` ago. */
const risen = (hours: number) => (market: string) =>
  market === 'kraken:BTC/USD'
    ? [...flat(50), ...Array.from({ length: hours - 1 }, () => 100)]
    : flat(NOW.get(market.slice(7, 10))!)

describe('the sample practice has drifted since its books were last in band', () => {
  test('built at the youngest age at which enough books are out now', async () => {
    const { asked } = await made(risen(40))
    // 12, 24 and 36 hours ago BTC was where it is now
    expect(asked).toEqual([100, 100, 100, 100, 50])
    // to the hour: twelve hours ago it was there already, or just not yet
    expect((await made(risen(13))).asked).toEqual([100, 100, 50])
    expect((await made(risen(12))).asked).toEqual([100, 50])
  })

  test('a market that never moved: the oldest age there is', async () => {
    const { asked } = await made((market) => flat(NOW.get(market.slice(7, 10))!))
    expect(asked).toHaveLength(9)
    expect(new Set(asked)).toEqual(new Set([100]))
  })

  test('closes are taken in dollars', async () => {
    const inTether = MARKETS.filter((market) => market.venue === 'binance').map((market) => ({
      ...market,
      venue: 'kraken' as const,
    }))
    const tether = new Map(NOW).set('USDT', 2)
    const asked: number[] = []
    await driftedFirm(
      (prices) => {
        asked.push(prices.get('BTC')!)
        return firmAt(prices)
      },
      tether,
      [connection((market) => (market.includes('BTC') ? flat(25) : flat(NOW.get(market.slice(7, 10))! / 2)))],
      inTether,
    )
    expect(asked.slice(0, 2)).toEqual([100, 50])
  })

  test('without bars the firm is that of today', async () => {
    const firm = await driftedFirm(firmAt, NOW, [], kraken)
    expect(firm).toEqual(firmAt(NOW))
  })

  test('a history that is too short says nothing of its asset', async () => {
    const { asked } = await made((market) => (market.includes('BTC') ? [50, 50] : flat(NOW.get(market.slice(7, 10))!)))
    expect(new Set(asked)).toEqual(new Set([100]))
  })
})
