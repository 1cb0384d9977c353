import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { bruteForceStatus } from './audit.ts'
import { BookFilter } from './book-filter.ts'
import { createBookTable, setHoldings, setLines } from './book-table.ts'
import type { DriftLine } from './drift-load.ts'
import { toColumns } from './drift-load.ts'
import { filterMargin } from './filter-margin.ts'
import { findFilter } from './filter-module.ts'
import { framePrices } from './sweep.ts'

const MODULE = findFilter(import.meta.dirname).module!
const ASSETS = [...Array.from({ length: 20 }, (_, i) => `A${i}`), 'USD', 'USDT']
const U = 2 ** -24
const MARGIN = filterMargin(5, 1)
/** How far the roundings of these books really reach; the proof allows for 17. */
const REAL = 5 * U

interface Placed {
  readonly table: ReturnType<typeof tableOf>
  readonly prices: Float64Array
}

const tableOf = (lines: readonly DriftLine[], quantities: readonly number[]) =>
  unwrap(
    createBookTable(
      unwrap(
        toColumns({
          assets: ASSETS,
          books: [{ id: 'a', lines, holdings: quantities.map((quantity, i) => ({ asset: ASSETS[i]!, quantity })) }],
        }),
      ),
    ),
  )

/** A book whose weight of A7, or of cash, is `beyond` (relative) past its edge, all other lines far from theirs. */
function place(seed: number, isCash: boolean, side: 'low' | 'high', beyond: number): Placed {
  const random = createRandom(seed)
  const prices = Float64Array.from(ASSETS, () => 10 ** random.between(-3, 4))
  const quantities = Float64Array.from(ASSETS, (_, i) => random.between(0.5, 1.5) / prices[i]!)
  let total = 0
  for (let i = 0; i < 22; i++) total += quantities[i]! * prices[i]!
  let cash = 0
  for (let i = 20; i < 22; i++) cash += quantities[i]! * prices[i]!
  const weight = (isCash ? cash : quantities[7]! * prices[7]!) / total
  const edge = side === 'high' ? weight / (1 + beyond) : weight / (1 - beyond)
  const wide = (asset: string): DriftLine => ({ asset, target: 0.05, low: 0, high: 1 })
  const band = side === 'high' ? { target: edge, low: 0, high: edge } : { target: edge, low: edge, high: 1 }
  const lines = [...ASSETS.slice(0, 20).map(wide), wide('CASH')]
  lines[isCash ? 20 : 7] = { asset: isCash ? 'CASH' : 'A7', ...band }
  return { table: tableOf(lines, [...quantities]), prices }
}

/** Whether float32 left the book to float64: then it is in the queue though it is as told. */
function isLeftToDoubles({ table, prices }: Placed, isOut: boolean): boolean {
  const filter = new BookFilter(MODULE, table)
  filter.told[0] = isOut ? 2 : 0
  const queued = filter.decide(framePrices(prices))
  expect(filter.verdicts[0]).toBe(bruteForceStatus(table, framePrices(prices), 0))
  expect(filter.verdicts[0]).toBe(isOut ? 2 : 0)
  return queued === 1
}

describe.each([
  ['an asset', false],
  ['cash', true],
])('near the edge of %s', (_, isCash) => {
  test.each(['low', 'high'] as const)('%s: within the margin float64 decides, well beyond it float32 does', (side) => {
    for (let seed = 1; seed <= 200; seed++) {
      const at = (beyond: number): boolean => isLeftToDoubles(place(seed, isCash, side, beyond), beyond > 0)
      for (const share of [0.1, 0.5, 0.9]) {
        const within = share * (MARGIN - REAL)
        expect([seed, share, at(within), at(-within)]).toEqual([seed, share, true, true])
      }
      const far = 4 * MARGIN + REAL
      expect([seed, at(far), at(-far)]).toEqual([seed, false, false])
    }
  })
})

describe('the filter follows its table', () => {
  const wide = ASSETS.slice(0, 3).map((asset): DriftLine => ({ asset, target: 0.2, low: 0, high: 0.5 }))
  const prices = new Float64Array(22).fill(1)

  test('a book that receives an asset outside its lines moves to a wider place, and its bands with it', () => {
    const table = tableOf(wide, [1, 1, 1])
    const filter = new BookFilter(MODULE, table)
    expect(filter.decide(framePrices(prices))).toBe(0)
    const book = unwrap(setHoldings(table, 'a', [{ asset: 'A19', quantity: 1 }]))
    filter.bookChanged(book)
    expect(filter.decide(framePrices(prices))).toBe(1)
    expect([filter.verdicts[0], filter.outs]).toEqual([2, 1])
    unwrap(setHoldings(table, 'a', [{ asset: 'A19', quantity: 0 }]))
    filter.bookChanged(book)
    filter.decide(framePrices(prices))
    expect([filter.verdicts[0], filter.outs]).toEqual([0, 0])
  })

  test('a thousand changes of bands neither mix books up nor use up memory', () => {
    const random = createRandom(7)
    const ids = Array.from({ length: 300 }, (_, i) => `book-${i}`)
    const draw = (): DriftLine[] =>
      Array.from({ length: 1 + random.integer(9) }, (_, i) => {
        const target = random.between(0, 0.2)
        return { asset: ASSETS[2 * i]!, target, low: 0, high: target + random.between(0.1, 0.8) }
      })
    const books = ids.map((id) => ({
      id,
      lines: draw(),
      holdings: ASSETS.slice(0, 20).flatMap((asset) =>
        random.next() < 0.3 ? [{ asset, quantity: random.next() }] : [],
      ),
    }))
    const table = unwrap(createBookTable(unwrap(toColumns({ assets: ASSETS, books, unlistedWeight: 0.3 }))))
    const filter = new BookFilter(MODULE, table)
    const before = filter.bytes
    let outs = 0
    for (let round = 0; round < 1000; round++) {
      filter.bookChanged(unwrap(setLines(table, random.pick(ids), draw())))
      if (round % 50 > 0) continue
      const frame = framePrices(Float64Array.from(ASSETS, () => random.between(0.5, 2)))
      filter.decide(frame)
      for (let book = 0; book < ids.length; book++) {
        expect(filter.verdicts[book]).toBe(bruteForceStatus(table, frame, book))
      }
      outs += filter.outs
    }
    expect(outs).toBeGreaterThan(1000)
    expect(outs).toBeLessThan(5000)
    expect(filter.bytes).toBeLessThan(4 * before)
  })
})
