import type { Amount } from '../../core/amount.ts'
import type { Level } from '../../core/instruments.ts'

/** One side of an order book: levels best first, exact. */
export class BookSide {
  readonly #direction: 1 | -1
  readonly #levels: Level[] = []

  constructor(side: 'bids' | 'asks') {
    this.#direction = side === 'bids' ? -1 : 1
  }

  get size(): number {
    return this.#levels.length
  }

  best(): Level | undefined {
    return this.#levels[0]
  }

  clear(): void {
    this.#levels.length = 0
  }

  /** Sets the quantity at a price; zero takes the level away. */
  set(price: Amount, quantity: Amount): void {
    const index = this.#find(price)
    const there = this.#levels[index]?.price === price
    if (quantity === 0n) {
      if (there) this.#levels.splice(index, 1)
    } else if (there) this.#levels[index] = { price, quantity }
    else this.#levels.splice(index, 0, { price, quantity })
  }

  /** Forgets what lies beyond the depth of the stream: the venue sends no removals there. */
  truncate(depth: number): void {
    if (this.#levels.length > depth) this.#levels.length = depth
  }

  /** A copy, best first. */
  top(count = this.#levels.length): Level[] {
    return this.#levels.slice(0, count)
  }

  /** Index of the first level not better than the price. */
  #find(price: Amount): number {
    let low = 0
    let high = this.#levels.length
    const ascending = this.#direction === 1
    while (low < high) {
      const middle = (low + high) >>> 1
      const there = this.#levels[middle]!.price
      if (ascending ? there < price : there > price) low = middle + 1
      else high = middle
    }
    return low
  }
}
