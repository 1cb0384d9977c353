import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amount, formatAmount } from '../../core/amount.ts'
import type { BookSnapshotFrame, BookUpdateFrame, WireLevel } from '../exchanges/book-feed.ts'
import { BookSide } from './book-side.ts'
import { krakenChecksum } from './kraken-checksum.ts'
import { VerifiedOrderBook } from './verified-order-book.ts'

const MARKET = 'binance:BTC/USDT'
const snapshot = (
  sequence: number,
  bids: WireLevel[],
  asks: WireLevel[],
  checksum: number | null = null,
): BookSnapshotFrame => ({
  kind: 'snapshot',
  market: MARKET,
  sequence,
  bids,
  asks,
  checksum,
  venueTime: null,
})
const update = (
  firstSequence: number | null,
  sequence: number,
  bids: WireLevel[] = [],
  asks: WireLevel[] = [],
  checksum: number | null = null,
): BookUpdateFrame => ({
  kind: 'update',
  market: MARKET,
  firstSequence,
  sequence,
  bids,
  asks,
  checksum,
  venueTime: null,
})

const BIDS: WireLevel[] = [
  ['99', '1'],
  ['98', '2'],
]
const ASKS: WireLevel[] = [
  ['101', '1'],
  ['102', '2'],
]
const prices = (book: VerifiedOrderBook): string[][] => {
  const { bids, asks } = book.levels()
  return [bids.map((level) => formatAmount(level.price)), asks.map((level) => formatAmount(level.price))]
}
const live = (): VerifiedOrderBook => {
  const book = new VerifiedOrderBook(null, null)
  expect(book.apply(snapshot(10, BIDS, ASKS))).toEqual({ kind: 'applied' })
  return book
}

describe('update ids', () => {
  it('let updates in without a gap and say the last one', () => {
    const book = live()
    expect(book.apply(update(11, 13, [['99.5', '0.1']]))).toEqual({ kind: 'applied' })
    expect(book.apply(update(14, 14, [['99', '0']]))).toEqual({ kind: 'applied' })
    expect(book.sequence).toBe(14)
    expect(prices(book)).toEqual([
      ['99.5', '98'],
      ['101', '102'],
    ])
  })

  it('ignore what the snapshot contains and take an update that straddles it', () => {
    const book = live()
    expect(book.apply(update(8, 10, [['1', '1']]))).toEqual({ kind: 'ignored' })
    expect(book.apply(update(9, 11))).toEqual({ kind: 'applied' })
  })

  it('refuse a gap, and are repaired by a later snapshot with what came meanwhile', () => {
    const book = live()
    expect(book.apply(update(12, 12))).toMatchObject({ kind: 'refused', fault: 'gap' })
    expect(book.live).toBe(false)
    expect(book.apply(update(13, 14, [['99.9', '7']]))).toEqual({ kind: 'waiting' })
    expect(book.apply(snapshot(12, BIDS, ASKS))).toEqual({ kind: 'applied' })
    expect([book.sequence, prices(book)[0]![0]]).toEqual([14, '99.9'])
  })

  it('find a snapshot older than the first event too old, and keep the events', () => {
    const book = new VerifiedOrderBook(null, null)
    book.apply(update(20, 21))
    expect(book.apply(snapshot(18, BIDS, ASKS))).toEqual({ kind: 'snapshot-too-old' })
    expect(book.apply(snapshot(19, BIDS, ASKS))).toEqual({ kind: 'applied' })
    expect(book.sequence).toBe(21)
  })

  it('catch every lost frame', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 18 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 20, maxLength: 20 }),
        (lost, widths) => {
          const book = live()
          let last = 10
          const outcomes = widths.map((width, index) => {
            const frame = update(last + 1, last + width)
            last += width
            return index === lost ? 'lost' : book.apply(frame).kind
          })
          expect(outcomes.indexOf('refused')).toBe(lost + 1)
        },
      ),
    )
  })
})

describe('content', () => {
  it.each([
    ['crossed', [['101', '1']], []],
    ['crossed', [], [['99', '3']]],
    [
      'empty',
      [
        ['99', '0'],
        ['98', '0'],
      ],
      [],
    ],
    ['not-positive', [], [['0', '1']]],
    ['not-positive', [['99', '-1']], []],
    ['not-a-number', [['NaN', '1']], []],
    ['not-a-number', [], [['101', 'null']]],
  ] as [string, WireLevel[], WireLevel[]][])('that is %s is refused in an update', (fault, bids, asks) => {
    const book = live()
    expect(book.apply(update(11, 11, bids, asks))).toMatchObject({ kind: 'refused', fault })
    expect(book.live).toBe(false)
    expect(book.apply(update(12, 12))).toEqual({ kind: 'waiting' })
  })

  it.each([
    ['crossed', [['101', '1']], ASKS],
    ['empty', [], ASKS],
    ['not-positive', [['99', '0']], ASKS],
    ['not-a-number', [['', '1']], ASKS],
  ] as [string, WireLevel[], WireLevel[]][])('that is %s is refused in a snapshot', (fault, bids, asks) => {
    const book = new VerifiedOrderBook(null, null)
    expect(book.apply(snapshot(10, bids, asks))).toMatchObject({ kind: 'refused', fault })
    expect(book.live).toBe(false)
  })
})

describe("Kraken's checksum", () => {
  const levels = (text: string): { price: ReturnType<typeof amount>; quantity: ReturnType<typeof amount> }[] =>
    text.split(' ').map((pair) => {
      const [price, quantity] = pair.split('×')
      return { price: amount(price!), quantity: amount(quantity!) }
    })

  it("agrees with the example of the venue's own guide", () => {
    const bids = levels(
      '45283.5×0.1 45283.4×1.54582015 45282.1×0.1 45281.0×0.1 45280.3×1.54592586 45279.0×0.0799 45277.6×0.03310103 45277.5×0.3 45277.3×1.54602737 45276.6×0.15445238',
    )
    const asks = levels(
      '45285.2×0.001 45286.4×1.54571953 45286.6×1.54571109 45289.6×1.54560911 45290.2×0.1589066 45291.8×1.54553491 45294.7×0.04454749 45296.1×0.3538 45297.5×0.09945542 45299.5×0.18772827',
    )
    expect(krakenChecksum(bids, asks, { price: 1, quantity: 8 })).toBe(3310070434)
  })

  it('refuses a book that a lost update has left different', () => {
    const decimals = { price: 1, quantity: 8 }
    const truth = new BookSide('bids')
    for (const [price, quantity] of [...BIDS, ['98.5', '5'] as const]) truth.set(amount(price), amount(quantity))
    const asks = ASKS.map(([price, quantity]) => ({ price: amount(price), quantity: amount(quantity) }))
    const stated = krakenChecksum(truth.top(), asks, decimals)

    const book = new VerifiedOrderBook(10, decimals)
    expect(
      book.apply(
        snapshot(
          1,
          BIDS,
          ASKS,
          krakenChecksum(
            truth.top().filter((level) => level.price !== amount('98.5')),
            asks,
            decimals,
          ),
        ),
      ),
    ).toEqual({
      kind: 'applied',
    })
    expect(book.apply(update(null, 2, [], [], stated))).toMatchObject({ kind: 'refused', fault: 'bad-checksum' })
    expect(book.apply(update(null, 3, [], [], stated))).toEqual({ kind: 'waiting' })
  })

  it('counts on a book cut to the depth of the stream', () => {
    const book = new VerifiedOrderBook(2, { price: 1, quantity: 8 })
    book.apply(snapshot(1, BIDS, ASKS))
    expect(book.apply(update(null, 2, [['98.5', '1']]))).toEqual({ kind: 'applied' })
    expect(prices(book)[0]).toEqual(['99', '98.5'])
  })
})

describe('BookSide', () => {
  it('holds what a map sorted by price would hold', () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(fc.constantFrom('bids', 'asks'), fc.array(change, { maxLength: 100 }), (side, changes) => {
        const book = new BookSide(side as 'bids' | 'asks')
        const model = new Map<number, number>()
        for (const [price, quantity] of changes) {
          book.set(amount(String(price)), amount(String(quantity)))
          if (quantity === 0) model.delete(price)
          else model.set(price, quantity)
        }
        const sorted = [...model].sort(([a], [b]) => (side === 'bids' ? b - a : a - b))
        expect(book.top().map((level) => [formatAmount(level.price), formatAmount(level.quantity)])).toEqual(
          sorted.map(([price, quantity]) => [String(price), String(quantity)]),
        )
      }),
    )
  })
})
