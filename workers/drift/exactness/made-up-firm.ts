import { CASH } from '../../../core/instruments.ts'
import type { Random } from '../../../core/random.ts'
import type { DriftHolding, DriftLine, DriftLoad } from '../drift-load.ts'
import type { PlainBook, PlainLine } from './brute-force.ts'

export const RISKY = ['BTC', 'ETH', 'SOL', 'ADA', 'LINK', 'DOT', 'XRP', 'AVAX', 'UNI']
export const SETTLEMENT = ['USD', 'USDT']
/** Settlement currencies stand between the others on purpose. */
export const ASSETS = ['BTC', 'USD', 'ETH', 'SOL', 'ADA', 'USDT', 'LINK', 'DOT', 'XRP', 'AVAX', 'UNI']
export const UNIVERSE = { risky: RISKY, settlement: SETTLEMENT, unlistedWeight: 0.001 }
const HALF_WIDTH = 0.04

/** A made-up client book with what its lines are made of. */
export interface MadeUpBook extends PlainBook {
  readonly targets: ReadonlyMap<string, number>
  readonly halfWidth: number
  multiplier: number
}

/**
 * Books of all kinds: most hold what they target, one in twenty is empty, one in ten is short of something, some have
 * bands of no width, some hold dust or fortunes beyond what float32 can carry.
 */
export function makeBook(random: Random, id: string, prices: ReadonlyMap<string, number>): MadeUpBook {
  const raw = RISKY.map(() => (random.next() < 0.4 ? 0 : random.next()))
  const total = raw.reduce((a, b) => a + b, 0) + 0.3
  const targets = new Map<string, number>()
  for (const [i, asset] of RISKY.entries()) if (raw[i]! > 0) targets.set(asset, raw[i]! / total)
  targets.set(CASH, random.next() < 0.1 ? 0 : 0.3 / total)
  const kind = random.next()
  const value = kind > 0.97 ? 10 ** random.between(-20, 25) : 10 ** random.between(2, 7)
  const quantities = new Map<string, number>()
  if (kind >= 0.05) {
    for (const [asset, target] of targets) {
      if (asset === CASH) continue
      const sign = kind < 0.15 && random.next() < 0.3 ? -1 : 1
      quantities.set(asset, (sign * (1 + 0.1 * random.normal()) * value * target) / prices.get(asset)!)
    }
    const share = random.next()
    quantities.set('USD', value * targets.get(CASH)! * share)
    quantities.set('USDT', value * targets.get(CASH)! * (1 - share))
  }
  const halfWidth = random.next() < 0.05 ? 0 : HALF_WIDTH * random.between(0.2, 1.5)
  const book = { id, quantities, targets, halfWidth, multiplier: 1, lines: new Map<string, PlainLine>() }
  book.lines = linesOf(book)
  return book
}

/** Bands around the targets, cut to [0, 1]; an asset may also be allowed nothing at all. */
export function linesOf({ targets, halfWidth, multiplier }: MadeUpBook): Map<string, PlainLine> {
  const half = halfWidth * multiplier
  const lines = [...targets].map(([asset, target]): [string, PlainLine] => [
    asset,
    { target, low: Math.max(0, target - half), high: target === 0 ? 0 : Math.min(1, target + half) },
  ])
  return new Map(lines)
}

export const driftLines = (book: PlainBook): readonly DriftLine[] =>
  [...book.lines].map(([asset, line]) => ({ asset, ...line }))

/** Every asset named, also what the book no longer holds. */
export const driftHoldings = (book: PlainBook): readonly DriftHolding[] =>
  ASSETS.map((asset) => ({ asset, quantity: book.quantities.get(asset) ?? 0 }))

export const driftLoad = (books: readonly PlainBook[]): DriftLoad => ({
  assets: ASSETS,
  unlistedWeight: UNIVERSE.unlistedWeight,
  books: books.map((book) => ({
    id: book.id,
    lines: driftLines(book),
    holdings: driftHoldings(book).filter(({ quantity }) => quantity !== 0),
  })),
})
