import type { Random } from '../../../core/random.ts'
import type { PlainBook } from './brute-force.ts'
import { ASSETS, RISKY, SETTLEMENT } from './made-up-firm.ts'

const FAULTS = [0, Number.NaN, -3, Number.POSITIVE_INFINITY]
const STALE = FAULTS.length

/** Prices that walk, halve, double, vanish, and stand within a few roundings of the edge of some book's band. */
export class MadeUpMarket {
  /** What the prices are, shown or not. */
  readonly truth: Map<string, number>
  /** As the engine is given them, in the order of ASSETS. */
  readonly shown = new Float64Array(ASSETS.length)
  readonly fresh = new Uint8Array(ASSETS.length)
  /** Those of them that may be used. */
  readonly usable = new Map<string, number>()
  placed = 0
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
    this.truth = new Map(ASSETS.map((asset) => [asset, SETTLEMENT.includes(asset) ? 1 : 10 ** random.between(-1, 5)]))
  }

  tick(books: readonly PlainBook[]): void {
    const random = this.#random
    const jump = random.next() < 0.02 ? random.pick(RISKY) : ''
    const moved = random.next() < 0.05 ? ASSETS : [random.pick(ASSETS), random.pick(ASSETS)]
    for (const asset of moved) {
      const sigma = SETTLEMENT.includes(asset) ? 0.0005 : 0.01
      this.truth.set(asset, this.truth.get(asset)! * Math.exp(sigma * random.normal()))
    }
    if (jump !== '') this.truth.set(jump, this.truth.get(jump)! * (random.next() < 0.5 ? 0.5 : 1.5))
    if (random.next() < 0.3) this.#placeAtEdge(random.pick(books))
    const faulty = random.next() < 0.06 ? random.pick(ASSETS) : ''
    const fault = random.integer(FAULTS.length + 1)
    this.usable.clear()
    for (const [i, asset] of ASSETS.entries()) {
      const price = this.truth.get(asset)!
      const isFaulty = asset === faulty
      this.shown[i] = isFaulty && fault !== STALE ? FAULTS[fault]! : price
      this.fresh[i] = isFaulty && fault === STALE ? 0 : 1
      if (!isFaulty) this.usable.set(asset, price)
    }
  }

  /** Moves the price of one asset to where its weight meets a limit, and then a few steps of one precision or the other. */
  #placeAtEdge(book: PlainBook): void {
    const random = this.#random
    const held = RISKY.filter((asset) => (book.quantities.get(asset) ?? 0) > 0 && book.lines.has(asset))
    if (held.length === 0) return
    const asset = random.pick(held)
    const { low, high } = book.lines.get(asset)!
    const edge = random.next() < 0.5 ? low : high
    if (!(edge > 0.001 && edge < 0.999)) return
    let rest = 0
    for (const other of ASSETS) {
      if (other !== asset) rest += (book.quantities.get(other) ?? 0) * this.truth.get(other)!
    }
    const meeting = (edge * rest) / (book.quantities.get(asset)! * (1 - edge))
    const before = this.truth.get(asset)!
    if (!(meeting > before / 3 && meeting < before * 3)) return
    const steps = random.integer(7) - 3
    const price =
      random.next() < 0.7 ? nextDouble(meeting, steps) : meeting * (1 + 3 * steps * 2 ** -24 * random.next())
    this.truth.set(asset, price)
    this.placed++
  }
}

const double = new Float64Array(1)
const bits = new BigInt64Array(double.buffer)

/** So many doubles further, for a positive x. */
function nextDouble(x: number, steps: number): number {
  double[0] = x
  bits[0]! += BigInt(steps)
  return double[0]
}
