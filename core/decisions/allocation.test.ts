import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amount, add, amount, formatAmount, sum, ZERO } from '../amount.ts'
import { HOUSE } from '../client-book.ts'
import type { Allocation } from '../order.ts'
import { type AllocationRequest, allocateFills } from './allocation.ts'
import { apportion } from './apportion.ts'

const UNIT = amount('0.00000001')
const fills = (quantity: string, cost: string, fee: string): AllocationRequest['fills'] => ({
  quantity: amount(quantity),
  cost: amount(cost),
  fee: amount(fee),
  feeAsset: 'USDT',
})
const request = (
  intended: Record<string, string>,
  filled: AllocationRequest['fills'],
  rotation = 0,
  already: Allocation[] = [],
): AllocationRequest => ({
  participants: Object.entries(intended).map(([bookId, quantity]) => ({ bookId, quantity: amount(quantity) })),
  already,
  fills: filled,
  step: amount('0.1'),
  unit: UNIT,
  rotation,
})
const texts = (parts: Allocation[]): string[] =>
  parts.map((p) => `${p.bookId} ${formatAmount(p.quantity)} ${formatAmount(p.cost)} ${formatAmount(p.fee)}`)

describe('allocation by hand', () => {
  test('a full fill gives each what it intended, the cost in the smallest unit', () =>
    expect(texts(allocateFills(request({ a: '1', b: '2' }, fills('3', '100', '0.1'))))).toEqual([
      'a 1 33.33333333 0.03333333',
      'b 2 66.66666667 0.06666667',
    ]))

  test('a partial fill: whole steps, largest remainder first', () =>
    // Exact shares of 1.0: 0.5263, 0.2632, 0.2105.
    expect(texts(allocateFills(request({ a: '1', b: '0.5', c: '0.4' }, fills('1', '10', '0'))))).toEqual([
      'a 0.5 5 0',
      'b 0.3 3 0',
      'c 0.2 2 0',
    ]))

  test.each([
    [0, ['a 0.1 1 0']],
    [1, ['b 0.1 1 0']],
    [2, ['c 0.1 1 0']],
    [3, ['a 0.1 1 0']],
  ])('equal remainders take turns: rotation %i', (rotation, expected) =>
    expect(texts(allocateFills(request({ a: '1', b: '1', c: '1' }, fills('0.1', '1', '0'), rotation)))).toEqual(
      expected,
    ),
  )

  test('a late fill is added to what was given', () => {
    const intended = { a: '1', b: '1', c: '1' }
    const first = allocateFills(request(intended, fills('0.1', '1', '0.001')))
    const late = allocateFills(request(intended, fills('0.3', '3.02', '0.003'), 0, first))
    expect(texts(late)).toEqual(['b 0.1 1.01 0.001', 'c 0.1 1.01 0.001'])
  })

  test('a rebate is shared too, and a fee in another asset is a second call', () => {
    const intended = { a: '1', b: '1' }
    const first = allocateFills(request(intended, fills('2', '20', '-0.00000003')))
    expect(texts(first)).toEqual(['a 1 10 -0.00000002', 'b 1 10 -0.00000001'])
    const inBnb = { ...fills('2', '20', '0.01'), feeAsset: 'BNB' }
    expect(allocateFills(request(intended, inBnb, 0, first))).toMatchObject([
      { bookId: 'a', quantity: ZERO, cost: ZERO, fee: amount('0.005'), feeAsset: 'BNB' },
      { bookId: 'b', quantity: ZERO, cost: ZERO, fee: amount('0.005'), feeAsset: 'BNB' },
    ])
  })

  test('more than intended goes to the house', () =>
    expect(texts(allocateFills(request({ a: '1' }, fills('1.5', '15', '0'))))).toEqual([
      'a 1 10 0',
      `${HOUSE} 0.5 5 0`,
    ]))

  test('nothing new is no allocation; less than was given is a bug', () => {
    const first = allocateFills(request({ a: '1' }, fills('1', '10', '1')))
    expect(allocateFills(request({ a: '1' }, fills('1', '10', '1'), 0, first))).toEqual([])
    expect(() => allocateFills(request({ a: '1' }, fills('0.5', '5', '1'), 0, first))).toThrow('more than')
  })
})

const steps = fc.bigInt({ min: 1n, max: 5000n })
const scenario = fc.record({
  intended: fc.array(fc.bigInt({ min: 1n, max: 1000n }), { minLength: 1, maxLength: 12 }),
  cuts: fc.array(steps, { minLength: 1, maxLength: 8 }),
  step: fc.constantFrom('0.1', '0.00001', '1'),
  prices: fc.array(fc.bigInt({ min: 1n, max: 10n ** 17n }), { minLength: 9, maxLength: 9 }),
  feeSign: fc.constantFrom(1n, -1n),
  rotation: fc.integer({ min: 0, max: 40 }),
})

/** Plays a child's fills in several calls; answers what each book has and how far off its share it ever was, in steps. */
function play(s: typeof scenario extends fc.Arbitrary<infer T> ? T : never, allAtOnce: boolean) {
  const step = amount(s.step)
  const participants = s.intended.map((count, i) => ({ bookId: `book-${i}`, quantity: (count * step) as Amount }))
  const capacity = sum(participants.map((p) => p.quantity))
  const points = s.cuts
    .map((cut) => (cut * step) as Amount)
    .filter((cut) => cut <= capacity)
    .sort((a, b) => (a < b ? -1 : 1))
  let already: Allocation[] = []
  let cost = 0n
  let worst = 0
  for (const [k, quantity] of (allAtOnce ? points.slice(-1) : points).entries()) {
    cost += s.prices[k]!
    const fill = { quantity, cost: cost as Amount, fee: ((s.feeSign * cost) / 997n) as Amount, feeAsset: 'USDT' }
    const part = allocateFills({ participants, already, fills: fill, step, unit: UNIT, rotation: s.rotation })
    for (const { quantity: given, bookId } of part) if (given < 0n) throw new Error(`took back from ${bookId}`)
    already = [...already, ...part]
    if (sum(already.map((p) => p.quantity)) !== fill.quantity) throw new Error('quantities do not add up')
    if (sum(already.map((p) => p.cost)) !== fill.cost) throw new Error('costs do not add up')
    if (sum(already.map((p) => p.fee)) !== fill.fee) throw new Error('fees do not add up')
    for (const { bookId, quantity: wanted } of participants) {
      const has = sum(already.filter((p) => p.bookId === bookId).map((p) => p.quantity))
      if (has > wanted || has % step !== 0n) throw new Error(`${bookId} has ${has} of ${wanted}`)
      const off = Number(has * capacity - quantity * wanted) / Number(capacity * step)
      worst = Math.max(worst, Math.abs(off))
    }
  }
  return { already, worst }
}

describe('allocation always', () => {
  test('one call: exact sums, whole steps, never above intended, off pro rata by less than a step', () =>
    fc.assert(
      fc.property(scenario, (s) => play(s, true).worst < 1),
      { numRuns: 1000 },
    ))

  test('late fills: exact sums, nothing taken back, off by less than two steps', () =>
    fc.assert(
      fc.property(scenario, (s) => play(s, false).worst < 2),
      { numRuns: 3000 },
    ))

  test('cost and fee are off pro rata by less than a unit for books of the same fill', () =>
    fc.assert(
      fc.property(scenario, (s) => {
        const { already } = play(s, true)
        const [quantity, cost] = [sum(already.map((p) => p.quantity)), sum(already.map((p) => p.cost))]
        return already.every((p) => {
          const off = p.cost * quantity - cost * p.quantity
          // What is finer than a unit is given whole to one book.
          return (off < 0n ? -off : off) < 2n * UNIT * quantity
        })
      }),
    ))

  test('apportion: sums exactly, off by less than one, zero weight gets nothing', () =>
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n }),
        fc.array(steps, { minLength: 1, maxLength: 9 }),
        fc.integer(),
        (total, weights, rotation) => {
          const all = weights.reduce((a, b) => a + b, 0n)
          const shares = apportion(total, weights, rotation)
          if (all === 0n) return shares.every((share) => share === 0n)
          const off = shares.map((share, i) => share * all - total * weights[i]!)
          return (
            add(ZERO, sum(shares as Amount[])) === total &&
            off.every((x) => -all < x && x < all) &&
            shares.every((share, i) => weights[i] !== 0n || share === 0n)
          )
        },
      ),
    ))
})
