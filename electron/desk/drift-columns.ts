import { toFloat } from '../../core/amount.ts'
import { cutBand, toleranceBand } from '../../core/band.ts'
import type { ClientBookId, Holding } from '../../core/client-book.ts'
import { type AssetId, CASH } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import type { DriftBands, DriftHolding, DriftLine } from '../../workers/drift/index.ts'
import type { World } from './world.ts'

/** Every asset named: the engine leaves alone what is not, and the ledger has no line for what was sold whole. */
export function everyHolding(world: World, bookId: ClientBookId, assets: readonly AssetId[]): readonly DriftHolding[] {
  const held = driftHoldings(world.holdingsOf(bookId))
  return assets.map((asset) => ({ asset, quantity: held.get(asset) ?? 0 }))
}

/** The holdings of all books, one after the other, as `DriftColumnLoad` wants them. */
export function holdingColumns(world: World, assets: readonly AssetId[]) {
  const indexOf = new Map(assets.map((asset, index) => [asset, index]))
  const most = world.books.reduce((sum, book) => sum + world.holdingsOf(book.id).length, 0)
  const holdingsFrom = new Uint32Array(world.books.length + 1)
  const holdingAsset = new Uint16Array(most)
  const holdingQuantity = new Float64Array(most)
  let entry = 0
  world.books.forEach((book, index) => {
    for (const [asset, quantity] of driftHoldings(world.holdingsOf(book.id))) {
      holdingAsset[entry] = indexOf.get(asset)!
      holdingQuantity[entry++] = quantity
    }
    holdingsFrom[index + 1] = entry
  })
  return {
    holdingsFrom,
    holdingAsset: holdingAsset.slice(0, entry),
    holdingQuantity: holdingQuantity.slice(0, entry),
  }
}

/** The lines of every model portfolio under every set of risk terms in use, and which book follows which. */
export function driftBands(world: World, multiplier: number): DriftBands {
  const indexOf = new Map<ModelPortfolio, Map<string, number>>()
  const bands: (readonly DriftLine[])[] = []
  const bandOf = Uint32Array.from(world.books, (book) => {
    const model = world.modelOf(book)
    const { bandFactor, maximumWeight } = world.termsOf(book)
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

/** Exact holdings over all venues, as the engine's float64. */
function driftHoldings(holdings: readonly Holding[]): ReadonlyMap<AssetId, number> {
  const totals = new Map<AssetId, bigint>()
  for (const held of holdings) totals.set(held.asset, (totals.get(held.asset) ?? 0n) + held.quantity)
  return new Map([...totals].map(([asset, quantity]) => [asset, toFloat(quantity as Holding['quantity'])]))
}

const driftLines = (model: ModelPortfolio, multiplier: number, maximumWeight: number): readonly DriftLine[] =>
  model.lines.map((line) => {
    const band = toleranceBand(line.band, line.target, multiplier)
    const { low, high } = cutBand(band, line.asset === CASH ? 1 : maximumWeight)
    return { asset: line.asset, target: line.target, low, high }
  })
