import { describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import type { MarketKey, OrderBookSnapshot } from '../../core/instruments.ts'
import type { Side, VenueTrade } from '../../core/order.ts'
import { millis } from '../../core/units.ts'
import { FillFeedback } from './fill-feedback.ts'

const BTC: MarketKey = 'binance:BTC/USDT'
const level = (price: string, quantity = '1') => ({ price: amount(price), quantity: amount(quantity) })
const orderBook = (bid: string, ask: string, market = BTC): OrderBookSnapshot => ({
  market,
  bids: [level(bid)],
  asks: [level(ask)],
  sequence: 1,
  receivedAt: millis(0),
})
const trade = (quantity: string, cost: string, maker = false): VenueTrade =>
  ({ quantity: amount(quantity), cost: amount(cost), maker }) as VenueTrade
const order = (side: Side, trades: readonly VenueTrade[], change: { attempt?: number; market?: MarketKey } = {}) =>
  ({ child: { market: BTC, side, attempt: 1, ...change }, trades }) as unknown as ChildRecord

/** Released and started at once. */
const begin = (feedback: FillFeedback, planId: string, ...met: readonly OrderBookSnapshot[]): void => {
  feedback.planReleased(planId)
  feedback.planStarted(planId, met)
}

describe('what a plan paid beyond the market that it met', () => {
  test('by hand: the average of what took liquidity, against the market’s own mid', () => {
    const feedback = new FillFeedback()
    begin(feedback, 'p', orderBook('99.9', '100.1'))
    feedback.planClosed('p', [order('buy', [trade('2', '200.4'), trade('1', '100.5'), trade('5', '495', true)])])
    const [fill, ...rest] = feedback.take()
    expect(rest).toEqual([])
    expect(fill).toMatchObject({ market: BTC, side: 'buy', arrivalMid: 100 })
    expect(fill!.averagePrice).toBeCloseTo(300.9 / 3, 9)
    expect(fill!.halfSpread).toBeCloseTo(0.001, 12)
    expect(feedback.take()).toEqual([])
  })

  test('orders of several books on one side are one: they meet its levels one after the other', () => {
    const feedback = new FillFeedback()
    const deep = { ...orderBook('99.9', '100.1'), asks: [level('100.1', '2'), level('100.4', '5')] }
    begin(feedback, 'p', deep)
    feedback.planClosed('p', [order('buy', [trade('2', '200.2')]), order('buy', [trade('2', '201')])])
    const [fill, ...rest] = feedback.take()
    expect(rest).toEqual([])
    expect(fill!.averagePrice).toBeCloseTo(401.2 / 4, 9)
    expect(fill!.walkedPrice).toBeCloseTo((2 * 100.1 + 2 * 100.4) / 4, 9)
  })

  test('what plans before it took is not its own: the order books are those of its start', () => {
    const feedback = new FillFeedback()
    feedback.planReleased('p')
    feedback.planClosed('q', [order('buy', [trade('1', '100.1')])])
    feedback.planStarted('p', [orderBook('99.9', '100.3')])
    feedback.planClosed('p', [order('buy', [trade('1', '100.3')])])
    expect(feedback.take()).toMatchObject([{ walkedPrice: 100.3, averagePrice: 100.3 }])
  })

  test('a plan of before the desk was started is not measured when it goes on', () => {
    const feedback = new FillFeedback()
    feedback.planStarted('p', [orderBook('99', '101')])
    feedback.planClosed('p', [order('buy', [trade('1', '101')])])
    expect(feedback.take()).toEqual([])
  })

  test('later attempts, unfilled orders, unknown markets and plans from before say nothing', () => {
    const feedback = new FillFeedback()
    begin(feedback, 'p', orderBook('99', '101'))
    feedback.planClosed('q', [order('buy', [trade('1', '101')])])
    feedback.planClosed('p', [
      order('buy', [trade('1', '101')], { attempt: 2 }),
      order('sell', []),
      order('sell', [trade('1', '99', true)]),
      order('sell', [trade('1', '99')], { market: 'kraken:BTC/USD' }),
    ])
    expect(feedback.take()).toEqual([])
    feedback.planClosed('p', [order('buy', [trade('1', '101')])])
    expect(feedback.take()).toEqual([])
  })

  test('an empty side has no mid', () => {
    const feedback = new FillFeedback()
    begin(feedback, 'p', { ...orderBook('99', '101'), asks: [] })
    feedback.planClosed('p', [order('buy', [trade('1', '101')])])
    expect(feedback.take()).toEqual([])
  })

  test('the order in which plans are over does not matter', () => {
    const plans = {
      a: order('buy', [trade('1', '101')]),
      b: order('buy', [trade('2', '203')]),
      c: order('sell', [trade('1', '98')]),
    }
    const takenIn = (names: readonly ('a' | 'b' | 'c')[]) => {
      const feedback = new FillFeedback()
      for (const name of names) begin(feedback, name, orderBook('99', '101'))
      for (const name of names) feedback.planClosed(name, [plans[name]])
      return feedback.take()
    }
    expect(takenIn(['c', 'b', 'a'])).toEqual(takenIn(['a', 'b', 'c']))
    expect(takenIn(['a', 'b', 'c'])).toHaveLength(3)
  })

  test('plans that never close are forgotten', () => {
    const feedback = new FillFeedback()
    for (let i = 0; i <= 100; i++) begin(feedback, `p${i}`, orderBook('99', '101'))
    feedback.planClosed('p0', [order('buy', [trade('1', '101')])])
    expect(feedback.take()).toEqual([])
    feedback.planClosed('p1', [order('buy', [trade('1', '101')])])
    expect(feedback.take()).toHaveLength(1)
  })
})
