import { toFloat } from '../../core/amount.ts'
import { toleranceBand } from '../../core/band.ts'
import type { ClientBook, ClientBookId, Holding } from '../../core/client-book.ts'
import { type AssetId, SETTLEMENT_ASSETS } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import type { Result } from '../../core/result.ts'
import type { DriftBook, DriftEngine, DriftHolding, DriftLine, DriftSweep } from '../../workers/drift/index.ts'
import type { EngineAnswer, RemoteEngine } from '../../workers/thread-link/index.ts'
import type { PriceBoard } from '../proposals/book-position.ts'
import type { World } from './world.ts'

/** Keeps the drift engine's copy of the books equal to the desk's, and asks it for sweeps. */
export class DriftWatch {
  readonly #engine: RemoteEngine<DriftEngine>
  readonly #world: World
  readonly #dustWeight: number
  #assets: readonly AssetId[] = []
  #multiplier = 1
  #touched = new Set<ClientBookId>()

  constructor(engine: RemoteEngine<DriftEngine>, world: World, dustWeight: number) {
    this.#engine = engine
    this.#world = world
    this.#dustWeight = dustWeight
  }

  /** Everything again: at start, after an import, when a new asset turns up. */
  async load(multiplier: number): Promise<EngineAnswer<ReturnType<DriftEngine['load']>>> {
    this.#multiplier = multiplier
    this.#touched.clear()
    this.#assets = [...new Set([...this.#world.assetsInUse(), ...SETTLEMENT_ASSETS])]
    return this.#engine.load({
      assets: this.#assets,
      unlistedWeight: this.#dustWeight,
      books: this.#world.books.map((book) => this.#driftBook(book)),
    })
  }

  /** Holdings of these books changed; applied before the next sweep. */
  touch(bookIds: Iterable<ClientBookId>): void {
    for (const bookId of bookIds) this.#touched.add(bookId)
  }

  /** One exact check of every book. A new multiplier or touched books go first, in the same order of events. */
  async sweep(
    prices: PriceBoard,
    multiplier: number,
  ): Promise<Result<DriftSweep, { readonly code: string; readonly message: string }>> {
    const known = new Set(this.#assets)
    if (this.#world.assetsInUse().some((asset) => !known.has(asset))) {
      const loaded = await this.load(multiplier)
      if (!loaded.ok) return loaded
    } else if (multiplier !== this.#multiplier) {
      const applied = await this.#engine.applyAll(
        this.#world.books.map((book) => ({
          bookId: book.id,
          lines: driftLines(this.#world.modelOf(book), multiplier),
        })),
      )
      if (!applied.ok) return applied
      this.#multiplier = multiplier
    }
    if (this.#touched.size > 0) {
      const told = [...this.#touched]
      const updates = told.map((bookId) => ({ bookId, holdings: this.#everyHolding(bookId) }))
      this.#touched.clear()
      const applied = await this.#engine.applyAll(updates)
      if (!applied.ok) {
        this.touch(told)
        return applied
      }
    }
    const values = new Float64Array(this.#assets.length)
    const fresh = new Uint8Array(this.#assets.length)
    this.#assets.forEach((asset, i) => {
      const price = prices.get(asset)
      values[i] = price?.priceUsd ?? Number.NaN
      fresh[i] = price?.fresh ? 1 : 0
    })
    return this.#engine.sweep(values, fresh)
  }

  /** Every asset named: the engine leaves alone what is not, and the ledger has no line for what was sold whole. */
  #everyHolding(bookId: ClientBookId): readonly DriftHolding[] {
    const held = new Map(driftHoldings(this.#world.holdingsOf(bookId)).map(({ asset, quantity }) => [asset, quantity]))
    return this.#assets.map((asset) => ({ asset, quantity: held.get(asset) ?? 0 }))
  }

  #driftBook(book: ClientBook): DriftBook {
    return {
      id: book.id,
      holdings: driftHoldings(this.#world.holdingsOf(book.id)),
      lines: driftLines(this.#world.modelOf(book), this.#multiplier),
    }
  }
}

/** Exact holdings over all venues, as the engine's float64. */
function driftHoldings(holdings: readonly Holding[]): readonly DriftHolding[] {
  const totals = new Map<AssetId, bigint>()
  for (const held of holdings) totals.set(held.asset, (totals.get(held.asset) ?? 0n) + held.quantity)
  return [...totals].map(([asset, quantity]) => ({ asset, quantity: toFloat(quantity as Holding['quantity']) }))
}

function driftLines(model: ModelPortfolio, multiplier: number): readonly DriftLine[] {
  return model.lines.map((line) => {
    const { low, high } = toleranceBand(line.band, line.target, multiplier)
    return { asset: line.asset, target: line.target, low, high }
  })
}
