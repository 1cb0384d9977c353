import { toFloat } from '../../core/amount.ts'
import { cutBand, toleranceBand } from '../../core/band.ts'
import type { ClientBookId, Holding } from '../../core/client-book.ts'
import { type AssetId, CASH, SETTLEMENT_ASSETS } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import type { Result } from '../../core/result.ts'
import {
  type DriftBands,
  type DriftEngine,
  type DriftHolding,
  type DriftLine,
  type DriftSweep,
  SharedPrices,
} from '../../workers/drift/index.ts'
import { type EngineAnswer, type RemoteEngine, transfer } from '../../workers/thread-link/index.ts'
import type { PriceBoard } from '../proposals/book-position.ts'
import type { World } from './world.ts'

/** Keeps the drift engine's copy of the books equal to the desk's, and asks it for sweeps. */
export class DriftWatch {
  readonly #engine: RemoteEngine<DriftEngine>
  readonly #world: World
  readonly #dustWeight: number
  #assets: readonly AssetId[] = []
  #multiplier = 1
  /** Prices of `#assets`, where the engine reads them. */
  #prices = SharedPrices.create(0)
  #touched = new Set<ClientBookId>()
  /** Books whose bands are others now. */
  #rebanded = new Set<ClientBookId>()

  constructor(engine: RemoteEngine<DriftEngine>, world: World, dustWeight: number) {
    this.#engine = engine
    this.#world = world
    this.#dustWeight = dustWeight
  }

  /** Everything again: at start, after an import, when a new asset turns up. */
  async load(multiplier: number): Promise<EngineAnswer<ReturnType<DriftEngine['load']>>> {
    this.#multiplier = multiplier
    this.#touched.clear()
    this.#rebanded.clear()
    this.#assets = [...new Set([...this.#world.assetsInUse(), ...SETTLEMENT_ASSETS])]
    const columns = holdingColumns(this.#world, this.#assets)
    const loaded = await this.#engine.loadColumns(
      transfer(
        {
          assets: this.#assets,
          unlistedWeight: this.#dustWeight,
          bookIds: this.#world.books.map((book) => book.id),
          ...columns,
          ...this.#bands(multiplier),
        },
        Object.values(columns).map((column) => column.buffer),
      ),
    )
    if (!loaded.ok) return loaded
    this.#prices = SharedPrices.create(this.#assets.length)
    const attached = await this.#engine.attachPrices(this.#prices.buffer)
    return attached.ok ? loaded : attached
  }

  /** Holdings of these books changed; applied before the next sweep. */
  touch(bookIds: Iterable<ClientBookId>): void {
    for (const bookId of bookIds) this.#touched.add(bookId)
  }

  /** Bands of these books changed: another risk profile, an override; applied before the next sweep. */
  reband(bookIds: Iterable<ClientBookId>): void {
    for (const bookId of bookIds) this.#rebanded.add(bookId)
  }

  /**
   * One exact check of every book. A new multiplier or touched books go first, in the same order of events.
   * The figures are in memory shared with the engine, valid until the sweep after the next.
   */
  async sweep(
    prices: PriceBoard,
    multiplier: number,
  ): Promise<Result<DriftSweep, { readonly code: string; readonly message: string }>> {
    const known = new Set(this.#assets)
    if (this.#world.assetsInUse().some((asset) => !known.has(asset))) {
      const loaded = await this.load(multiplier)
      if (!loaded.ok) return loaded
    } else if (multiplier !== this.#multiplier || this.#rebanded.size > 0) {
      const told = [...this.#rebanded]
      this.#rebanded.clear()
      const applied = await this.#engine.applyAllBands(this.#bands(multiplier))
      if (!applied.ok) {
        this.reband(told)
        return applied
      }
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
    this.#prices.write(values, fresh)
    return this.#engine.sweepShared()
  }

  /** Every asset named: the engine leaves alone what is not, and the ledger has no line for what was sold whole. */
  #everyHolding(bookId: ClientBookId): readonly DriftHolding[] {
    const held = new Map(driftHoldings(this.#world.holdingsOf(bookId)).map(({ asset, quantity }) => [asset, quantity]))
    return this.#assets.map((asset) => ({ asset, quantity: held.get(asset) ?? 0 }))
  }

  /** The lines of every model portfolio under every set of risk terms in use, and which book follows which. */
  #bands(multiplier: number): DriftBands {
    const indexOf = new Map<ModelPortfolio, Map<string, number>>()
    const bands: (readonly DriftLine[])[] = []
    const bandOf = Uint32Array.from(this.#world.books, (book) => {
      const model = this.#world.modelOf(book)
      const { bandFactor, maximumWeight } = this.#world.termsOf(book)
      const ofModel = indexOf.get(model) ?? new Map<string, number>()
      indexOf.set(model, ofModel)
      const terms = `${bandFactor} ${maximumWeight}`
      let index = ofModel.get(terms)
      if (index === undefined) {
        index = bands.push(driftLines(model, multiplier * bandFactor, maximumWeight)) - 1
        ofModel.set(terms, index)
      }
      return index
    })
    return { bands, bandOf }
  }
}

/** Exact holdings over all venues, as the engine's float64. */
function driftHoldings(holdings: readonly Holding[]): readonly DriftHolding[] {
  const totals = new Map<AssetId, bigint>()
  for (const held of holdings) totals.set(held.asset, (totals.get(held.asset) ?? 0n) + held.quantity)
  return [...totals].map(([asset, quantity]) => ({ asset, quantity: toFloat(quantity as Holding['quantity']) }))
}

/** The holdings of all books, one after the other. */
function holdingColumns(world: World, assets: readonly AssetId[]) {
  const indexOf = new Map(assets.map((asset, index) => [asset, index]))
  const held = world.books.map((book) => driftHoldings(world.holdingsOf(book.id)))
  const holdingsFrom = new Uint32Array(held.length + 1)
  for (const [index, holdings] of held.entries()) holdingsFrom[index + 1] = holdingsFrom[index]! + holdings.length
  const all = held.flat()
  return {
    holdingsFrom,
    holdingAsset: Uint16Array.from(all, ({ asset }) => indexOf.get(asset)!),
    holdingQuantity: Float64Array.from(all, ({ quantity }) => quantity),
  }
}

function driftLines(model: ModelPortfolio, multiplier: number, maximumWeight: number): readonly DriftLine[] {
  return model.lines.map((line) => {
    const band = toleranceBand(line.band, line.target, multiplier)
    const { low, high } = cutBand(band, line.asset === CASH ? 1 : maximumWeight)
    return { asset: line.asset, target: line.target, low, high }
  })
}
