import { expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { Holding } from '../../core/client-book.ts'
import { RowAssets } from './row-assets.ts'
import { bookOf } from './test-support/desk-bench.ts'

const held = (...assets: readonly string[]): readonly Holding[] =>
  assets.map((asset) => ({ subAccount: 'any', venue: 'kraken', asset, quantity: amount(asset === 'DUST' ? '0' : '1') }))
const AGES: Readonly<Record<string, number>> = { BTC: 100, ETH: 900, USD: 0, DUST: 5_000 }
const ageMs = (asset: string): number => AGES[asset] ?? Number.POSITIVE_INFINITY

function open(...holdings: (readonly Holding[])[]) {
  const world = {
    changes: 1,
    books: holdings.map((_, row) => bookOf(`book-${row}`)),
    holdingsOf: (bookId: string) => holdings[Number(bookId.slice(5))]!,
  }
  const rows = new RowAssets()
  rows.update(world)
  const oldest = () => world.books.map((_, row) => rows.oldest(ageMs)(row)?.asset ?? null)
  return { world, rows, oldest }
}

test('the oldest price that a book needs; what it holds nothing of is not needed, what has no price is oldest', () => {
  const { oldest } = open(held('BTC', 'ETH', 'USD'), held('BTC', 'DUST'), held('ETH', 'UNKNOWN'), [])
  expect(oldest()).toEqual(['ETH', 'BTC', 'UNKNOWN', null])
})

test('holdings that changed count after the next update', () => {
  const holdings = [held('BTC'), held('BTC')]
  const { world, rows, oldest } = open(...holdings)
  holdings[1] = held('BTC', 'ETH')
  const changed = { ...world, changes: 2, holdingsOf: (bookId: string) => holdings[Number(bookId.slice(5))]! }
  rows.update(changed)
  expect(oldest()).toEqual(['BTC', 'ETH'])
})
