import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { BandRows } from './band-rows.ts'
import { type BookTable, createBookTable, replaceBands, setHoldings, setLines } from './book-table.ts'
import { CellHeap } from './cell-heap.ts'
import { ColumnSets } from './column-sets.ts'
import { type DriftColumnLoad, type DriftLine, toColumns } from './drift-load.ts'
import { explainBook } from './explain.ts'
import { HashChains } from './hash-chains.ts'

const ASSETS = ['A', 'USD', 'B', 'C', 'USDT', 'D']
const RISKY = ['A', 'B', 'C', 'D']
const line = (asset: string, target: number): DriftLine => ({ asset, target, low: target / 2, high: 2 * target + 0.01 })

/** What the book holds and follows, read back through the explanation at distinct prices. */
function readBack(table: BookTable, book: number) {
  const prices = Float64Array.from(table.columnAssets, (_, column) => 2 ** column)
  const { lines } = explainBook(table, prices, book)
  return Object.fromEntries(
    lines.map(({ asset, valueUsd, target, low, high }) => [asset, [valueUsd, target, low, high]]),
  )
}

describe('the table of client books', () => {
  const load: DriftColumnLoad = {
    assets: ASSETS,
    bookIds: ['x', 'y', 'z'],
    holdingsFrom: Uint32Array.of(0, 2, 4, 6),
    holdingAsset: Uint16Array.of(0, 1, 0, 1, 0, 3),
    holdingQuantity: Float64Array.of(1, 1, 2, 2, 3, 5),
    bands: [[line('A', 0.5), line('CASH', 0.5)], [line('B', 1)]],
    bandOf: Uint32Array.of(0, 0, 1),
  }

  test('books that follow the same bands share a row, what they hold besides gets a line of its own', () => {
    const table = unwrap(createBookTable(load))
    expect([table.bands.used, table.sets.count]).toEqual([2, 3])
    expect(readBack(table, 1)).toEqual({ A: [2, 0.5, 0.25, 1.01], CASH: [32, 0.5, 0.25, 1.01] })
    expect(readBack(table, 2)).toEqual({
      A: [3, 0, -0.001, 0.001],
      B: [0, 1, 0.5, 2.01],
      C: [20, 0, -0.001, 0.001],
    })
  })

  test.each<[string, Partial<DriftColumnLoad>, string]>([
    ['wrong-length', { holdingsFrom: Uint32Array.of(0, 2, 4) }, 'got 3 starts, 6 assets, 6 quantities for 3'],
    ['wrong-length', { holdingQuantity: new Float64Array(5) }, '5 quantities'],
    ['wrong-length', { bandOf: Uint32Array.of(0, 0) }, 'got bands of 2 client books for 3'],
    ['wrong-length', { bandOf: Uint32Array.of(0, 2, 0) }, 'client book "y" follows bands 2 of 2'],
    ['unknown-asset', { holdingAsset: Uint16Array.of(0, 1, 0, 6, 0, 3) }, 'client book "y" holds asset 6'],
    ['invalid-quantity', { holdingQuantity: Float64Array.of(1, 1, Number.NaN, 2, 3, 5) }, '"y" holds NaN A'],
    ['invalid-band', { bands: [load.bands[0]!, [{ asset: 'B', target: 2, low: 0, high: 1 }]] }, 'client book "z"'],
    ['duplicate-book', { bookIds: ['x', 'y', 'x'] }, '"x"'],
  ])('refuses %s', (code, change, message) => {
    expect(createBookTable({ ...load, ...change })).toMatchObject({
      ok: false,
      error: { code, message: expect.stringContaining(message) },
    })
  })

  test('new bands for all keep every holding, and refused ones change nothing', () => {
    const table = unwrap(createBookTable(load))
    const before = [0, 1, 2].map((book) => readBack(table, book))
    const bandOf = Uint32Array.of(1, 0, 0)
    expect(replaceBands(table, { bands: [[line('C', 0.1)], [line('D', 0.2), line('D', 0.3)]], bandOf })).toMatchObject({
      error: { code: 'duplicate-asset' },
    })
    expect([0, 1, 2].map((book) => readBack(table, book))).toEqual(before)
    unwrap(replaceBands(table, { bands: [[line('C', 0.1)], [line('D', 0.2)]], bandOf }))
    expect(readBack(table, 0)).toEqual({
      A: [1, 0, -0.001, 0.001],
      D: [0, 0.2, 0.1, 0.41000000000000003],
      CASH: [16, 0, -0.001, 0.001],
    })
    expect(readBack(table, 2)).toEqual({ A: [3, 0, -0.001, 0.001], C: [20, 0.1, 0.05, 0.21000000000000002] })
  })

  test('any sequence of changes: every book reads back as a plain record of it does', () => {
    const quantity = fc.constantFrom(0, 0, 1, 2.5, -3)
    const change = fc.oneof(
      fc.record({
        kind: fc.constant('hold' as const),
        book: fc.nat(3),
        holdings: fc.dictionary(fc.constantFrom(...ASSETS), quantity, { noNullPrototype: true }),
      }),
      fc.record({ kind: fc.constant('lines' as const), book: fc.nat(3), lines: fc.subarray([...RISKY, 'CASH']) }),
      fc.record({ kind: fc.constant('all' as const), book: fc.nat(3), lines: fc.subarray([...RISKY, 'CASH']) }),
    )
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const ids = ['a', 'b', 'c', 'd']
        const lines = (assets: readonly string[]): DriftLine[] => assets.map((asset) => line(asset, 0.125))
        const books = ids.map((id) => ({ id, holdings: [], lines: lines(['A', 'C']) }))
        const table = unwrap(createBookTable(unwrap(toColumns({ assets: ASSETS, books }))))
        const held = ids.map(() => new Map<string, number>())
        const listed = ids.map((): readonly string[] => ['A', 'C'])
        for (const { kind, book, ...what } of changes) {
          if ('holdings' in what) {
            const holdings = Object.entries(what.holdings).map(([asset, quantity]) => ({ asset, quantity }))
            unwrap(setHoldings(table, ids[book]!, holdings))
            for (const { asset, quantity } of holdings) held[book]!.set(asset, quantity)
          } else if (kind === 'lines') {
            unwrap(setLines(table, ids[book]!, lines(what.lines)))
            listed[book] = what.lines
          } else {
            const bandOf = Uint32Array.from(ids, (_, i) => (i === book ? 1 : 0))
            unwrap(replaceBands(table, { bands: [lines(['B', 'CASH']), lines(what.lines)], bandOf }))
            ids.forEach((_, i) => (listed[i] = i === book ? what.lines : ['B', 'CASH']))
          }
        }
        for (let i = 0; i < ids.length; i++) {
          const quantityOf = (asset: string): number => held[i]!.get(asset) ?? 0
          unwrap(setHoldings(table, ids[i]!, [{ asset: 'USD', quantity: 1000 + quantityOf('USD') }]))
          const worth = (asset: string): number => quantityOf(asset) * 2 ** table.columnOf.get(asset)!
          const cash = worth('USD') + 1000 * 2 ** table.columnOf.get('USD')! + worth('USDT')
          const expected: Record<string, readonly number[]> = {}
          for (const asset of [...RISKY, 'CASH']) {
            const value = asset === 'CASH' ? cash : worth(asset)
            if (listed[i]!.includes(asset)) expected[asset] = [value, 0.125, 0.0625, 0.26]
            else if (value !== 0) expected[asset] = [value, 0, -0.001, 0.001]
          }
          expect(readBack(table, i)).toEqual(expected)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('what the table is made of', () => {
  test('rows: the same bands have one number while somebody uses them, others never share it', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ row: fc.nat(5), isRelease: fc.boolean() }), { maxLength: 60 }), (steps) => {
        const rows = new BandRows(1)
        const cellsOf = (k: number): Float64Array => new Float64Array(3 * (1 + (k % 3))).fill(k / 8)
        const numbers = new Map<number, number[]>()
        for (const { row: k, isRelease } of steps) {
          const users = numbers.get(k) ?? []
          if (isRelease && users.length > 0) rows.release(users.pop()!, 1 + (k % 3))
          else users.push(rows.intern(k % 3, cellsOf(k)))
          numbers.set(k, users)
        }
        const used = [...numbers].filter(([, users]) => users.length > 0)
        expect(rows.used).toBe(used.length)
        expect(new Set(used.map(([, users]) => users[0])).size).toBe(used.length)
        for (const [k, users] of used) {
          expect(new Set(users).size).toBe(1)
          const start = rows.startOf[users[0]!]!
          expect(rows.cells.values.subarray(start, start + cellsOf(k).length)).toEqual(cellsOf(k))
        }
      }),
    )
  })

  test('chains of one hash lose nobody', () => {
    const chains = new HashChains()
    for (const id of [3, 0, 7, 40]) chains.add(5, id)
    const has = (id: number): boolean => chains.find(5, (other) => other === id) === id
    chains.remove(5, 0)
    expect([3, 0, 7, 40].map(has)).toEqual([true, false, true, true])
    chains.remove(5, 40)
    chains.remove(5, 3)
    expect([3, 0, 7, 40].map(has)).toEqual([false, false, true, false])
    chains.remove(5, 7)
    chains.add(5, 0)
    expect([7, 0].map(has)).toEqual([false, true])
  })

  test('column sets and runs of cells are found again', () => {
    const sets = new ColumnSets()
    expect([sets.intern([1, 2]), sets.intern([]), sets.intern([1, 2, 3]), sets.intern([1, 2])]).toEqual([0, 1, 2, 0])
    expect([...sets.of(2)]).toEqual([1, 2, 3])
    const heap = new CellHeap()
    const [first, second] = [heap.take(3), heap.take(4)]
    heap.give(first, 3)
    expect([heap.take(4), heap.take(3)]).toEqual([second + 4, first])
  })
})
