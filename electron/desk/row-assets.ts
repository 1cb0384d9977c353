import type { Holding } from '../../core/client-book.ts'
import type { AssetId } from '../../core/instruments.ts'
import type { OldestPrice } from './grid.ts'
import type { World } from './world.ts'

const NOTHING: readonly Holding[] = []

/** Which assets the books hold, equal lists kept once: thousands of books follow one model. */
export class RowAssets {
  #holdings: (readonly Holding[])[] = []
  #listOf = new Uint32Array(0)
  #lists: (readonly AssetId[])[] = []
  #known = new Map<string, number>()
  #changes = -1

  /** Reads again what has changed since. */
  update(world: Pick<World, 'books' | 'holdingsOf' | 'changes'>): void {
    if (world.changes === this.#changes && world.books.length === this.#listOf.length) return
    this.#changes = world.changes
    if (world.books.length !== this.#listOf.length) {
      this.#holdings = world.books.map(() => NOTHING)
      this.#listOf = new Uint32Array(world.books.length).fill(this.#intern([]))
    }
    world.books.forEach((book, row) => {
      const held = world.holdingsOf(book.id)
      if (held === this.#holdings[row]) return
      this.#holdings[row] = held
      this.#listOf[row] = this.#intern(held.filter(({ quantity }) => quantity !== 0n).map(({ asset }) => asset))
    })
  }

  /** Of every row: the asset that it holds with the oldest price, null where it holds none. Missing is oldest. */
  oldest(ageMs: (asset: AssetId) => number): (row: number) => OldestPrice | null {
    const found = this.#lists.map((assets) => {
      let oldest: OldestPrice | null = null
      for (const asset of assets) {
        const age = ageMs(asset)
        if (oldest === null || age > oldest.ageMs) oldest = { asset, ageMs: age }
      }
      return oldest
    })
    return (row) => found[this.#listOf[row]!]!
  }

  #intern(assets: readonly AssetId[]): number {
    const distinct = [...new Set(assets)].sort()
    const key = distinct.join(' ')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    this.#known.set(key, this.#lists.length)
    return this.#lists.push(distinct) - 1
  }
}
