import { describe, expect, it } from 'vitest'
import { open, parentOf, states } from './test-support/open-bench.ts'

describe('limits', () => {
  it('sells no more than a book holds on a venue and says so', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '0.2' } }, boris: { binance: { BTC: '1' } } } })
    const planId = await bench.run(bench.parent('sell', { anna: '0.5', boris: '0.5' }))
    expect(parentOf(bench, planId)).toMatchObject({ state: 'partially-filled' })
    expect(parentOf(bench, planId).why).toContain('no-inventory-on-venue 0.3 of 1 client book')
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('0')
    expect(bench.holding('boris', 'binance', 'BTC')).toBe('0.5')
    expect(states(bench, planId)).toEqual(['filled', 'denied'])
    expect(bench.violations()).toEqual([])
  })

  it('buys no more than a book has cash for, fee included, and never overdraws it', async () => {
    const bench = open({ books: { anna: { binance: { USDT: '6007.01' } }, boris: { kraken: { USD: '1' } } } })
    const planId = await bench.run(bench.parent('buy', { anna: '0.5' }))
    const { state, why } = parentOf(bench, planId)
    expect(state).toBe('partially-filled')
    expect(why).toContain('no-cash-on-venue')
    // 6,007.00 ÷ (60,040.01 × 1.001) = 0.09995…: paid at the limit it must still be enough
    expect(bench.holding('anna', 'binance', 'BTC')).toBe('0.09995')
    expect(bench.violations()).toEqual([])
  })

  it('shares the cash of a book between the parents of a round', async () => {
    const bench = open({ books: { anna: { binance: { USDT: '10000' } } } })
    const first = bench.parent('buy', { anna: '0.15' })
    const planId = await bench.run(first, {
      ...bench.parent('buy', { anna: '0.15' }),
      id: 'second',
      planId: first.planId,
    })
    expect(bench.store.parentsOf(planId).map(({ state }) => state)).toEqual(['filled', 'partially-filled'])
    expect(bench.violations()).toEqual([])
  })

  it('does not trade beyond the price cap', async () => {
    const bench = open()
    const planId = await bench.run(bench.parent('buy', { anna: '0.1' }, { arrivalPriceUsd: 59_000 }))
    expect(bench.venues.binance.submitted).toEqual([])
    expect(parentOf(bench, planId)).toMatchObject({ state: 'denied' })
    expect(parentOf(bench, planId).why).toContain('beyond-price-cap')
  })

  it('names what is below the minimum', async () => {
    const bench = open()
    const planId = await bench.run(bench.parent('sell', { boris: '0.00002' }))
    expect(parentOf(bench, planId)).toMatchObject({ state: 'denied' })
    expect(parentOf(bench, planId).why).toContain('below-minimum')
  })

  it('calls a remainder that no venue takes dust, and the parent filled', async () => {
    const bench = open({ books: { anna: { binance: { BTC: '1' } } } })
    const planId = await bench.run(bench.parent('sell', { anna: '0.100004' }))
    expect(parentOf(bench, planId)).toMatchObject({ state: 'filled' })
    expect(parentOf(bench, planId).why).toMatch(/^dust: 0.000004 of 0.100004 BTC left/)
  })

  it('does not use a stale order book, and takes the other venue', async () => {
    const bench = open()
    bench.bookAgeMs.binance = 60_000
    const planId = await bench.run(bench.parent('sell', { anna: '0.2', boris: '0.2' }))
    expect(bench.venues.binance.submitted).toEqual([])
    expect(bench.holding('anna', 'kraken', 'BTC')).toBe('0.8')
    expect(parentOf(bench, planId).why).toContain('stale-order-book')
  })

  it('refuses an order above the notional limit', async () => {
    const bench = open({ limits: { maximumOrderNotionalUsd: 1_000 } })
    const planId = await bench.run(bench.parent('sell', { anna: '0.2' }))
    expect(bench.venues.binance.submitted).toEqual([])
    expect(parentOf(bench, planId).why).toContain('order-notional-limit')
  })

  it('routes in several rounds when a venue takes only so many orders at once', async () => {
    const bench = open({ limits: { ordersPerVenueAndRound: 1 } })
    const planId = await bench.run(
      bench.parent('sell', { anna: '0.1' }),
      bench.parent('sell', { clara: '0.1' }, { account: 'clara-account' }),
    )
    expect(states(bench, planId)).toEqual(['filled', 'filled'])
  })
})
