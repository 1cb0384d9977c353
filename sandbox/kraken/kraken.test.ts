import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bookChecksum } from './checksum.ts'
import { krakenId, numberOfKrakenId } from './ids.ts'
import { krakenMarkets } from './markets.ts'
import { RateLimits } from './rate-limits.ts'

test('the checksum of the example in Kraken’s guide to the v2 book', () => {
  const asks: [string, string][] = [
    ['45285.2', '0.00100000'],
    ['45286.4', '1.54571953'],
    ['45286.6', '1.54571109'],
    ['45289.6', '1.54560911'],
    ['45290.2', '0.15890660'],
    ['45291.8', '1.54553491'],
    ['45294.7', '0.04454749'],
    ['45296.1', '0.35380000'],
    ['45297.5', '0.09945542'],
    ['45299.5', '0.18772827'],
  ]
  const bids: [string, string][] = [
    ['45283.5', '0.10000000'],
    ['45283.4', '1.54582015'],
    ['45282.1', '0.10000000'],
    ['45281.0', '0.10000000'],
    ['45280.3', '1.54592586'],
    ['45279.0', '0.07990000'],
    ['45277.6', '0.03310103'],
    ['45277.5', '0.30000000'],
    ['45277.3', '1.54602737'],
    ['45276.6', '0.15445238'],
  ]
  expect(bookChecksum({ asks, bids })).toBe(3310070434)
  // Only ten a side count.
  expect(bookChecksum({ asks: [...asks, ['45300.0', '9.00000000']], bids })).toBe(3310070434)
})

test('ids look like Kraken’s and go back to their number, nothing else does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (number) => {
      const id = krakenId('O', number)
      expect(id).toMatch(/^O[A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/)
      expect(numberOfKrakenId(id)).toBe(number)
    }),
  )
  for (const text of ['', 'O', 'OAAAAA-AAAAA-AAAAA1', 'OAAAAA-BBBBB-CCCCCC', 'constructor']) {
    expect(numberOfKrakenId(text)).toBeNull()
  }
})

test('pairs have the names that Kraken gives them', () => {
  const names = krakenMarkets(['BTC', 'ETH', 'XRP', 'DOGE', 'SOL', 'USDT', 'USDC']).map((m) => [
    m.key,
    m.altname,
    m.wsname,
    m.market,
  ])
  expect(names).toEqual([
    ['XXBTZUSD', 'XBTUSD', 'XBT/USD', 'BTC/USD'],
    ['XETHZUSD', 'ETHUSD', 'ETH/USD', 'ETH/USD'],
    ['XXRPZUSD', 'XRPUSD', 'XRP/USD', 'XRP/USD'],
    ['XDGUSD', 'XDGUSD', 'XDG/USD', 'DOGE/USD'],
    ['SOLUSD', 'SOLUSD', 'SOL/USD', 'SOL/USD'],
    ['USDTZUSD', 'USDTUSD', 'USDT/USD', 'USDT/USD'],
    ['USDCUSD', 'USDCUSD', 'USDC/USD', 'USDC/USD'],
  ])
})

test('the call counter fills and decays; orders have their own, by market', () => {
  let now = 0
  const limits = new RateLimits(() => now, true)
  let allowed = 0
  while (limits.allowCall('a', 2)) allowed++
  expect(allowed).toBe(10)
  expect(limits.allowCall('b', 2)).toBe(true)
  expect(limits.allowOrder('a', 'BTC/USD')).toBe(true)
  now = 2_000
  expect([limits.allowCall('a', 2), limits.allowCall('a', 2)]).toEqual([true, false])
  let orders = 0
  while (limits.allowOrder('a', 'ETH/USD')) orders++
  expect(orders).toBe(225)
  expect(limits.allowOrder('a', 'SOL/USD')).toBe(true)
  const free = new RateLimits(() => now, false)
  for (let i = 0; i < 1_000; i++) expect(free.allowCall('a', 2)).toBe(true)
})
