import type { Order, Side } from './order.ts'

/** A place in the queue: a client's order, or the market's own liquidity (order null). */
export interface QueueEntry {
  readonly order: Order | null
  lots: number
}

export interface PriceLevel {
  readonly ticks: number
  lots: number
  /** First come, first served. */
  readonly queue: QueueEntry[]
}

/** One side of an order book: levels by price, each a queue by time. Best price last, so that the busy end is cheap. */
export class PriceSide {
  readonly side: Side
  readonly #sign: number
  readonly #keys: number[] = []
  readonly #levels = new Map<number, PriceLevel>()

  constructor(side: Side) {
    this.side = side
    this.#sign = side === 'buy' ? 1 : -1
  }

  get size(): number {
    return this.#keys.length
  }

  best(): PriceLevel | undefined {
    const key = this.#keys.at(-1)
    return key === undefined ? undefined : this.#levels.get(key * this.#sign)
  }

  level(ticks: number): PriceLevel | undefined {
    return this.#levels.get(ticks)
  }

  /** Best first. */
  *fromBest(): Generator<PriceLevel> {
    for (let i = this.#keys.length - 1; i >= 0; i--) yield this.#levels.get(this.#keys[i]! * this.#sign)!
  }

  append(ticks: number, order: Order | null, lots: number): void {
    let level = this.#levels.get(ticks)
    if (!level) {
      level = { ticks, lots: 0, queue: [] }
      this.#levels.set(ticks, level)
      this.#keys.splice(this.#position(ticks * this.#sign), 0, ticks * this.#sign)
    }
    const last = level.queue.at(-1)
    if (order === null && last?.order === null) last.lots += lots
    else level.queue.push({ order, lots })
    level.lots += lots
  }

  /** Takes lots off an entry; empty entries and levels go. */
  take(level: PriceLevel, entry: QueueEntry, lots: number): void {
    entry.lots -= lots
    level.lots -= lots
    if (entry.lots === 0) level.queue.splice(level.queue.indexOf(entry), 1)
    if (level.queue.length === 0) this.#drop(level.ticks)
  }

  removeOrder(ticks: number, order: Order): void {
    const level = this.#levels.get(ticks)
    const entry = level?.queue.find((candidate) => candidate.order === order)
    if (level && entry) this.take(level, entry, entry.lots)
  }

  #drop(ticks: number): void {
    this.#levels.delete(ticks)
    this.#keys.splice(this.#position(ticks * this.#sign), 1)
  }

  /** Index of the first key at or above the given one. */
  #position(key: number): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
