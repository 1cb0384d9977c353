import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { type DriftBook, DriftEngine, SharedPrices } from './index.ts'

const ASSETS = ['USD', 'BTC', 'ETH', 'USDT', 'SOL']
const RISKY = ['BTC', 'ETH', 'SOL']

/** Books more than one part holds, of all kinds: some empty, some without one of the assets. */
const BOOKS: readonly DriftBook[] = Array.from({ length: 9_000 }, (_, i) => {
  const random = createRandom(i)
  const target = random.between(0.05, 0.3)
  const held = random.next() < 0.01 ? [] : ASSETS.filter(() => random.next() < 0.8)
  return {
    id: `book-${i}`,
    lines: [
      { asset: 'BTC', target, low: 0, high: 1 },
      { asset: 'SOL', target: 0.2, low: 0.1, high: 0.3 },
      { asset: 'CASH', target: 0.8 - target, low: 0, high: 1 },
    ],
    holdings: held.map((asset) => ({ asset, quantity: random.between(0, 10) })),
  }
})
const PRICES = Float64Array.of(1, 3, 0.7, 0.99, 2)
const FRESH = new Uint8Array(5).fill(1)

/** A clock that has always moved on: nothing is held back for its pace. */
const always = () => {
  let now = 0
  return () => (now += 1_000)
}
function open(books: readonly DriftBook[] = BOOKS) {
  const engine = new DriftEngine(undefined, always())
  unwrap(engine.load({ assets: ASSETS, books }))
  const board = SharedPrices.create(ASSETS.length)
  board.write(PRICES, FRESH)
  unwrap(engine.attachPrices(board.buffer))
  return { engine, board }
}
/** √(BBᵀ): a covariance of assets, the settlement currencies included, which must not count. */
function covarianceOf(entries: readonly number[]): Float64Array {
  const n = ASSETS.length
  return Float64Array.from({ length: n * n }, (_, k) => {
    const [a, b] = [Math.floor(k / n), k % n]
    let sum = 0
    for (let j = 0; j < n; j++) sum += entries[a * n + j]! * entries[b * n + j]!
    return sum
  })
}

describe('measuring in parts', () => {
  test('gives the figures of a sweep in one, to the last bit', async () => {
    const { engine, board } = open()
    for (const btc of [3, 5, Number.NaN]) {
      board.set(1, btc, true)
      const { trackingError, ...figures } = unwrap(await engine.measureShared())
      const { newlyBreached, newlyCured, audit, ...swept } = unwrap(engine.sweepShared({ tell: false }))
      expect(figures).toEqual(swept)
      expect([newlyBreached, newlyCured, audit.differences]).toEqual([[], [], 0])
      expect(trackingError.every(Number.isNaN)).toBe(true)
    }
  })

  test('tells nothing: what changed is left to the report', async () => {
    const { engine } = open()
    await engine.measureShared()
    const report = unwrap(await engine.nextReport())
    expect(report.newlyBreached.book.length).toBe(report.out)
    expect(report.out).toBeGreaterThan(0)
  })

  test('a report is not kept waiting for the whole of it', async () => {
    const { engine, board } = open()
    unwrap(await engine.nextReport())
    const order: string[] = []
    const measuring = engine.measureShared().then(() => order.push('measured'))
    board.set(4, 1e6, true)
    const told = engine.nextReport().then(() => order.push('told'))
    await Promise.all([measuring, told])
    expect(order).toEqual(['told', 'measured'])
  })

  test('without a load or without prices it is refused', async () => {
    const engine = new DriftEngine()
    expect(await engine.measureShared()).toMatchObject({ error: { code: 'not-loaded' } })
    expect(engine.setCovariance(new Float64Array(1))).toMatchObject({ error: { code: 'not-loaded' } })
    unwrap(engine.load({ assets: ASSETS, books: BOOKS.slice(0, 2) }))
    expect(await engine.measureShared()).toMatchObject({ error: { code: 'no-prices' } })
    expect(engine.setCovariance(new Float64Array(24))).toMatchObject({
      error: { code: 'wrong-length', message: 'got 24 covariances for 5 assets' },
    })
  })
})

describe('tracking error', () => {
  test('is √(dᵀΣd) over the risky lines of every book that can be checked', async () => {
    const books = BOOKS.slice(0, 60)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 25, maxLength: 25 }),
        async (entries) => {
          const { engine } = open(books)
          const covariance = covarianceOf(entries)
          unwrap(engine.setCovariance(covariance))
          const { trackingError, unableColumn } = unwrap(await engine.measureShared({ trackingError: true }))
          for (const [row, book] of books.entries()) {
            const value = new Map(book.holdings.map((h) => [h.asset, h.quantity * PRICES[ASSETS.indexOf(h.asset)]!]))
            const total = [...value.values()].reduce((sum, usd) => sum + usd, 0)
            if (total === 0) {
              expect([trackingError[row], unableColumn[row]]).toEqual([Number.NaN, -1])
              continue
            }
            const d = RISKY.map(
              (asset) =>
                (value.get(asset) ?? 0) / total - (book.lines.find((line) => line.asset === asset)?.target ?? 0),
            )
            let variance = 0
            for (const [i, a] of RISKY.entries())
              for (const [j, b] of RISKY.entries())
                variance += d[i]! * d[j]! * covariance[ASSETS.indexOf(a) * 5 + ASSETS.indexOf(b)]!
            expect(trackingError[row]! ** 2).toBeCloseTo(variance, 12)
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  test('stays as it was taken last', async () => {
    const { engine, board } = open(BOOKS.slice(0, 3))
    unwrap(engine.setCovariance(covarianceOf(Array.from({ length: 25 }, (_, i) => Math.sin(i)))))
    const before = unwrap(await engine.measureShared({ trackingError: true })).trackingError.slice()
    board.set(1, 30, true)
    expect(unwrap(await engine.measureShared()).trackingError).toEqual(before)
    expect(unwrap(await engine.measureShared({ trackingError: true })).trackingError).not.toEqual(before)
  })
})
