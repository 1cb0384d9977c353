import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amount, amount, formatAmount, ZERO } from '../amount.ts'
import type { VenueId } from '../instruments.ts'
import type { Side } from '../order.ts'
import {
  type BookIntent,
  type RoutingOutcome,
  type RoutingRequest,
  splitOverVenues,
  type VenueOffer,
} from './routing.ts'

const venueNames = ['binance', 'kraken', 'third'] as unknown as readonly VenueId[]

interface OfferText {
  levels: [price: string, quantity: string][]
  quoteUsd?: string
  fee?: string
  cap: string
  step?: string
  minimumQuantity?: string
  minimumNotional?: string
  maximumQuantity?: string
}
const offer = (venue: VenueId, text: OfferText): VenueOffer => ({
  venue,
  market: `${venue}:BTC/USD`,
  levels: text.levels.map(([price, quantity]) => ({ price: amount(price), quantity: amount(quantity) })),
  quoteUsd: amount(text.quoteUsd ?? '1'),
  takerFee: amount(text.fee ?? '0'),
  filters: {
    tick: amount('0.01'),
    step: amount(text.step ?? '0.1'),
    minimumQuantity: amount(text.minimumQuantity ?? '0.1'),
    maximumQuantity: amount(text.maximumQuantity ?? '0'),
    minimumNotional: amount(text.minimumNotional ?? '0'),
  },
  priceCap: amount(text.cap),
})
const book = (bookId: string, quantity: string, binance: string, kraken: string): BookIntent => ({
  bookId,
  quantity: amount(quantity),
  available: { binance: amount(binance), kraken: amount(kraken) },
})
const route = (
  side: Side,
  offers: VenueOffer[],
  books: BookIntent[],
  excluded: RoutingRequest['excluded'] = [],
): RoutingOutcome => splitOverVenues({ side, offers, books, excluded, limitTolerance: amount('0.001') })
const legTexts = ({ legs }: RoutingOutcome): string[] =>
  legs.map(
    (leg) =>
      `${leg.venue} ${formatAmount(leg.quantity)} at ${formatAmount(leg.limitPrice)} for ${formatAmount(leg.expectedNotional)}: ` +
      leg.participants.map((p) => `${p.bookId} ${formatAmount(p.quantity)}`).join(', '),
  )
const restTexts = ({ unplaced }: RoutingOutcome): string[] =>
  unplaced.map((u) => `${u.bookId} ${formatAmount(u.quantity)} ${u.reason}`)

describe('routing by hand', () => {
  test('a buy takes the cheaper levels of both, fees and the price of USDT included', () => {
    // In dollars: Binance 100.0998, 101.0997…; Kraken 100.26, 101.2626.
    const offers = [
      offer('binance', {
        levels: [
          ['100', '1'],
          ['101', '1'],
        ],
        quoteUsd: '0.999',
        fee: '0.002',
        cap: '105',
      }),
      offer('kraken', {
        levels: [
          ['100', '0.5'],
          ['101', '5'],
        ],
        fee: '0.0026',
        cap: '105',
      }),
    ]
    const outcome = route('buy', offers, [book('a', '2.2', '9', '9')])
    expect(legTexts(outcome)).toEqual(['binance 1.7 at 101.11 for 170.7: a 1.7', 'kraken 0.5 at 100.1 for 50: a 0.5'])
    expect(outcome.unplaced).toEqual([])
  })

  test('a sale is held by where the holdings are, and identical books get the same mix', () => {
    const offers = [
      offer('binance', { levels: [['100', '10']], cap: '90' }),
      offer('kraken', { levels: [['99', '10']], cap: '90' }),
    ]
    const books = [book('a', '2', '1', '5'), book('b', '2', '1', '5'), book('c', '1', '0', '1')]
    expect(legTexts(route('sell', offers, books))).toEqual([
      'binance 2 at 99.9 for 200: a 1, b 1',
      'kraken 3 at 98.9 for 297: a 1, b 1, c 1',
    ])
  })

  test('the limit price never passes the cap and stands on the tick', () => {
    const offers = [
      offer('binance', {
        levels: [
          ['100', '1'],
          ['100.04', '1'],
        ],
        cap: '100.055',
      }),
    ]
    expect(legTexts(route('buy', offers, [book('a', '2', '9', '0')]))[0]).toContain('at 100.05 ')
    const bids = [
      offer('binance', {
        levels: [
          ['100', '1'],
          ['99.96', '1'],
        ],
        cap: '99.945',
      }),
    ]
    expect(legTexts(route('sell', bids, [book('a', '2', '9', '0')]))[0]).toContain('at 99.95 ')
  })

  test('a remainder under the minimum goes to the other venue', () => {
    const offers = [
      offer('binance', { levels: [['100', '10']], cap: '110', minimumNotional: '50' }),
      offer('kraken', {
        levels: [
          ['99', '0.3'],
          ['101', '10'],
        ],
        cap: '110',
        minimumNotional: '50',
      }),
    ]
    expect(legTexts(route('buy', offers, [book('a', '2', '9', '9')]))).toEqual(['binance 2 at 100.1 for 200: a 2'])
  })

  test('what one venue must take can lift the other to its minimum instead of leaving dust', () => {
    const offers = [
      offer('binance', { levels: [['100', '10']], cap: '90' }),
      offer('kraken', { levels: [['99', '10']], cap: '90', minimumQuantity: '1' }),
    ]
    const outcome = route('sell', offers, [book('a', '3', '3', '3'), book('b', '0.4', '0', '0.4')])
    expect(legTexts(outcome)).toEqual(['binance 2.4 at 99.9 for 240: a 2.4', 'kraken 1 at 98.9 for 99: a 0.6, b 0.4'])
  })

  test('what is not placed is named', () => {
    const offers = [
      offer('binance', { levels: [['100', '1']], cap: '101', minimumQuantity: '0.5' }),
      offer('kraken', { levels: [['100', '5']], cap: '101', maximumQuantity: '2' }),
    ]
    expect(restTexts(route('buy', offers, [book('a', '4', '2', '1')]))).toEqual([
      'a 1 no-cash-on-venue',
      'a 1 beyond-price-cap',
    ])
    expect(restTexts(route('buy', offers, [book('a', '4', '0', '9')]))).toEqual(['a 2 order-notional-limit'])
    expect(restTexts(route('buy', offers, [book('a', '0.4', '9', '0')]))).toEqual(['a 0.4 below-minimum'])
    expect(restTexts(route('buy', offers, [book('a', '0.55', '9', '0')]))).toEqual(['a 0.05 below-minimum'])
    const bids = [offer('binance', { levels: [['100', '1']], cap: '99' })]
    const excluded = [{ venue: 'kraken', reason: 'stale-order-book' }] as const
    expect(restTexts(route('sell', bids, [book('a', '2', '0.5', '1')], excluded))).toEqual([
      'a 1 stale-order-book',
      'a 0.5 no-inventory-on-venue',
    ])
  })

  test('no offers at all: nothing is placed', () =>
    expect(restTexts(route('sell', [], [book('a', '1', '1', '0')]))).toEqual(['a 1 no-inventory-on-venue']))

  test('steps differ: the fine venue takes what the coarse one cannot state', () => {
    const offers = [
      offer('binance', { levels: [['100', '10']], cap: '110', step: '1' }),
      offer('kraken', { levels: [['101', '10']], cap: '110', step: '0.01' }),
    ]
    const outcome = route('buy', offers, [
      book('a', '2.57', '9', '9'),
      book('b', '1.2', '9', '0'),
      book('c', '1', '0.5', '0.75'),
    ])
    expect(legTexts(outcome)).toEqual([
      'binance 3 at 100.1 for 300: a 2, b 1',
      'kraken 1.32 at 101.11 for 133.32: a 0.57, c 0.75',
    ])
    expect(restTexts(outcome)).toEqual(['b 0.2 below-minimum', 'c 0.25 below-minimum'])
  })
})

// Small whole numbers, so that the oracle below can count in doubles: prices and fees are multiples of 1/64.
const EIGHTH = 10n ** 12n / 8n
const WHOLE = 10n ** 12n
interface SmallVenue {
  levels: { price: number; quantity: number }[]
  quoteEighths: number
  feeEighths: number
  step: number
  minimumQuantity: number
  minimumNotional: number
  maximumQuantity: number
  capDistance: number
}
interface SmallCase {
  side: Side
  venues: SmallVenue[]
  books: { wanted: number; available: number[] }[]
}
const smallVenue = (steps: number[]): fc.Arbitrary<SmallVenue> =>
  fc.record({
    levels: fc.array(fc.record({ price: fc.integer({ min: 0, max: 12 }), quantity: fc.integer({ min: 1, max: 4 }) }), {
      maxLength: 5,
    }),
    quoteEighths: fc.integer({ min: 7, max: 9 }),
    feeEighths: fc.integer({ min: 0, max: 2 }),
    step: fc.constantFrom(...steps),
    minimumQuantity: fc.integer({ min: 0, max: 3 }),
    minimumNotional: fc.constantFrom(0, 0, 30, 60),
    maximumQuantity: fc.constantFrom(0, 0, 3, 6),
    capDistance: fc.integer({ min: 3, max: 14 }),
  })
const smallCase = (steps: number[]): fc.Arbitrary<SmallCase> =>
  fc.integer({ min: 1, max: 3 }).chain((count) =>
    fc.record({
      side: fc.constantFrom<Side>('buy', 'sell'),
      venues: fc.array(smallVenue(steps), { minLength: count, maxLength: count }),
      books: fc.array(
        fc.record({
          wanted: fc.integer({ min: 0, max: 6 }),
          available: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: count, maxLength: count }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  )

/** Sorted best first; a sale's prices fall from 32, a buy's rise from 20. */
const pricesOf = (side: Side, { levels, capDistance }: SmallVenue) => ({
  levels: levels
    .map(({ price, quantity }) => ({ price: side === 'buy' ? 20 + price : 32 - price, quantity }))
    .sort((a, b) => (side === 'buy' ? a.price - b.price : b.price - a.price)),
  cap: side === 'buy' ? 20 + capDistance : 32 - capDistance,
})

function toRequest({ side, venues, books }: SmallCase): RoutingRequest {
  const whole = (value: number): Amount => (BigInt(value) * WHOLE) as Amount
  return {
    side,
    offers: venues.map((venue, v): VenueOffer => {
      const { levels, cap } = pricesOf(side, venue)
      return {
        venue: venueNames[v]!,
        market: `${venueNames[v]!}:BTC/USD`,
        levels: levels.map(({ price, quantity }) => ({ price: whole(price), quantity: whole(quantity) })),
        quoteUsd: (BigInt(venue.quoteEighths) * EIGHTH) as Amount,
        takerFee: (BigInt(venue.feeEighths) * EIGHTH) as Amount,
        filters: {
          tick: whole(1),
          step: whole(venue.step),
          minimumQuantity: whole(venue.minimumQuantity),
          maximumQuantity: whole(venue.maximumQuantity),
          minimumNotional: whole(venue.minimumNotional),
        },
        priceCap: whole(cap),
      }
    }),
    excluded: [],
    books: books.map(({ wanted, available }, b) => ({
      bookId: `book-${b}`,
      quantity: whole(wanted),
      available: Object.fromEntries(available.map((q, v) => [venueNames[v]!, whole(q)])),
    })),
    limitTolerance: ZERO,
  }
}

/** Dollars after fees of a quantity on a venue (a sale's are below zero), or null where the venue would not take it. */
function venueCost(side: Side, venue: SmallVenue, quantity: number): number | null {
  if (quantity === 0) return 0
  const { levels, cap } = pricesOf(side, venue)
  const usable = levels.filter(({ price }) => (side === 'buy' ? price <= cap : price >= cap))
  const lowestLimit = side === 'sell' ? cap : (usable[0]?.price ?? 1)
  if (quantity % venue.step !== 0 || quantity < venue.minimumQuantity) return null
  if (quantity * lowestLimit < venue.minimumNotional) return null
  if (venue.maximumQuantity > 0 && quantity > venue.maximumQuantity) return null
  let left = quantity
  let notional = 0
  for (const level of usable) {
    const part = Math.min(left, level.quantity)
    notional += part * level.price
    left -= part
  }
  if (left > 0) return null
  const usd = (notional * venue.quoteEighths) / 8
  return side === 'buy' ? usd * (1 + venue.feeEighths / 8) : -usd * (1 - venue.feeEighths / 8)
}

/** Every sum over venues that the books can reach, each book in whole steps within its inventory. */
function everySplit({ venues, books }: SmallCase): number[][] {
  let sums = new Map([['', venues.map(() => 0)]])
  for (const { wanted, available } of books) {
    let own: number[][] = [[]]
    for (const [v, venue] of venues.entries()) {
      own = own.flatMap((row) =>
        Array.from({ length: Math.floor(available[v]! / venue.step) + 1 }, (_, k) => [...row, k * venue.step]),
      )
    }
    own = own.filter((row) => row.reduce((a, b) => a + b, 0) <= wanted)
    const next = new Map<string, number[]>()
    for (const sum of sums.values()) {
      for (const row of own) {
        const both = sum.map((q, v) => q + row[v]!)
        next.set(both.join(), both)
      }
    }
    sums = next
  }
  return [...sums.values()]
}

function bestByEnumeration(small: SmallCase): { placed: number; cost: number } {
  let best = { placed: 0, cost: 0 }
  for (const split of everySplit(small)) {
    const costs = split.map((quantity, v) => venueCost(small.side, small.venues[v]!, quantity))
    if (costs.includes(null)) continue
    const placed = split.reduce((a, b) => a + b, 0)
    const cost = costs.reduce<number>((a, b) => a + b!, 0)
    if (placed > best.placed || (placed === best.placed && cost < best.cost)) best = { placed, cost }
  }
  return best
}

/** Everything that must hold of any outcome; answers what was placed and what it costs. */
function check(small: SmallCase, outcome: RoutingOutcome): { placed: number; cost: number } {
  const count = (value: bigint): number => {
    expect(value % WHOLE).toBe(0n)
    return Number(value / WHOLE)
  }
  const placedOf = small.books.map(() => 0)
  let placed = 0
  let cost = 0
  for (const leg of outcome.legs) {
    const v = venueNames.indexOf(leg.venue)
    const venue = small.venues[v]!
    const quantity = count(leg.quantity)
    const legCost = venueCost(small.side, venue, quantity)
    expect(legCost).not.toBeNull()
    expect(leg.participants.reduce((sum, p) => sum + count(p.quantity), 0)).toBe(quantity)
    const { cap, levels } = pricesOf(small.side, venue)
    const limit = count(leg.limitPrice)
    expect(small.side === 'buy' ? limit <= cap : limit >= cap).toBe(true)
    const reachable = levels.filter(({ price }) => (small.side === 'buy' ? price <= limit : price >= limit))
    expect(reachable.reduce((sum, level) => sum + level.quantity, 0)).toBeGreaterThanOrEqual(quantity)
    for (const part of leg.participants) {
      const b = Number(part.bookId.slice('book-'.length))
      expect(count(part.quantity) % venue.step).toBe(0)
      expect(count(part.quantity)).toBeLessThanOrEqual(small.books[b]!.available[v]!)
      placedOf[b]! += count(part.quantity)
    }
    placed += quantity
    cost += legCost!
  }
  for (const [b, { wanted }] of small.books.entries()) {
    const rest = outcome.unplaced.filter((u) => u.bookId === `book-${b}`)
    expect(rest.every((u) => u.quantity > 0n)).toBe(true)
    expect(placedOf[b]! + rest.reduce((sum, u) => sum + count(u.quantity), 0)).toBe(wanted)
  }
  return { placed, cost }
}

describe('routing against enumeration', () => {
  test('equal steps: places as much as the best split and costs the same, to the last digit', () =>
    fc.assert(
      fc.property(smallCase([1]), (small) => {
        expect(check(small, splitOverVenues(toRequest(small)))).toEqual(bestByEnumeration(small))
      }),
      { numRuns: 1500 },
    ))

  test('unequal steps: every rule holds, and the quantity placed is off the best by less than a coarse step per book', () =>
    fc.assert(
      fc.property(smallCase([1, 2, 4]), (small) => {
        const found = check(small, splitOverVenues(toRequest(small)))
        const best = bestByEnumeration(small)
        const minimums = small.venues.some(
          (v) => v.minimumQuantity > v.step || v.minimumNotional > 0 || v.maximumQuantity > 0,
        )
        expect(found.placed).toBeLessThanOrEqual(best.placed)
        if (!minimums) expect(found.placed).toBeGreaterThan(best.placed - 4 * small.books.length)
      }),
      { numRuns: 1500 },
    ))
})
