import { afterAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { startEngine } from '../thread-link/index.ts'
import { ASSETS, driftLoad, makeBook } from './exactness/made-up-firm.ts'
import { emptyTally, playSeed } from './exactness/play.ts'
import { findFilter } from './filter-module.ts'
import { DriftEngine } from './index.ts'

const FILTER = findFilter(import.meta.dirname)
const PARTS = 10
const SEEDS_PER_PART = 50
const TICKS = 2000

// A million ticks in all. More, with other seeds: npm run -s bench -- drift-exactness --seeds N.
describe('after every tick the books out of their bands are those that brute force finds', () => {
  test('the filter is there: npm run prepare builds it', () => expect(FILTER.why).toBeNull())

  test.each(Array.from({ length: PARTS }, (_, part) => part))(
    'part %i of the million',
    { timeout: 120_000 },
    (part) => {
      const tally = emptyTally()
      for (let k = 0; k < SEEDS_PER_PART; k++) playSeed(1 + part * SEEDS_PER_PART + k, TICKS, FILTER, tally)
      expect(tally.ticks).toBe((1_000_000 / PARTS) | 0)
      for (const count of [tally.breaches, tally.cures]) expect(count).toBeGreaterThan(3000)
      expect(tally.unable).toBeGreaterThan(10_000)
      // Otherwise the hard cases were not there.
      expect(tally.placed).toBeGreaterThan(10_000)
      expect(tally.atEdge).toBeGreaterThan(5000)
    },
  )

  test('and so it is without the filter', () => {
    const tally = emptyTally()
    for (let seed = 1; seed <= 10; seed++) playSeed(seed, TICKS, { module: null, why: 'left out' }, tally)
    expect(tally.breaches).toBeGreaterThan(300)
  })
})

const thread = startEngine<DriftEngine>(new URL('..', import.meta.url), 'drift')
afterAll(() => thread.stop())

test('the same engine answers from its thread', async () => {
  const prices = new Map(ASSETS.map((asset) => [asset, 2]))
  const books = [1, 2, 3].map((seed) => makeBook(createRandom(seed), `book-${seed}`, prices))
  const here = new DriftEngine()
  unwrap(here.load(driftLoad(books)))
  expect(unwrap(await thread.remote.load(driftLoad(books)))).toEqual({ books: 3 })
  const frame: [Float64Array, Uint8Array] = [
    new Float64Array(ASSETS.length).fill(2),
    new Uint8Array(ASSETS.length).fill(1),
  ]
  expect(await thread.remote.sweep(...frame)).toEqual(here.sweep(...frame))
  expect(await thread.remote.explain('book-2')).toEqual(here.explain('book-2'))
  expect(unwrap(await thread.remote.info()).sweep).toBe('simd-filter')
})
