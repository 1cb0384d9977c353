import type { Random } from '../core/random.ts'
import type { DriftColumnLoad, DriftLine } from '../workers/drift/index.ts'

const MODELS = 40
const RISKY = 198
const SETTLEMENT = ['USD', 'USDT']
const HELD = 20
const CASH_TARGET = 0.04
const HALF_WIDTH = 0.3

/** A firm on 200 prices: every client book holds 20 assets and both settlement currencies. */
export interface DriftFirm {
  readonly load: DriftColumnLoad
  readonly prices: Float64Array
}

/**
 * Books follow 40 model portfolios; weights stand anywhere in their bands, a few beyond. One book in ten has bands of
 * its own, one in fifty holds something that its model doesn't list, one in a thousand is short of something.
 * `ownBands`: every book has bands of its own, the worst case for a sweep.
 */
export function makeFirm(random: Random, books: number, ownBands: boolean): DriftFirm {
  const assets = [...Array.from({ length: RISKY }, (_, i) => `A${i}`), ...SETTLEMENT]
  const prices = Float64Array.from(assets, (_, i) => (i < RISKY ? 10 ** random.between(-3, 5) : 1))
  const models = Array.from({ length: MODELS }, () => makeModel(random))
  const bands: (readonly DriftLine[])[] = models.map((model) => linesOf(model, assets, HALF_WIDTH))
  const width = HELD + SETTLEMENT.length
  const bandOf = new Uint32Array(books)
  const holdingsFrom = new Uint32Array(books + 1)
  const holdingAsset = new Uint16Array(books * (width + 1))
  const holdingQuantity = new Float64Array(books * (width + 1))
  let entry = 0
  const hold = (asset: number, valueUsd: number): void => {
    holdingAsset[entry] = asset
    holdingQuantity[entry++] = valueUsd / prices[asset]!
  }
  for (let book = 0; book < books; book++) {
    const model = models[book % MODELS]!
    const isOwn = ownBands || random.next() < 0.1
    bandOf[book] = isOwn ? bands.length : book % MODELS
    if (isOwn) bands.push(linesOf(model, assets, HALF_WIDTH * random.between(0.8, 1.2)))
    const valueUsd = 10 ** random.between(3, 7)
    const short = random.next() < 0.001 ? random.integer(HELD) : -1
    for (let j = 0; j < HELD; j++) {
      const weight = model.weights[j]! * (1 + 0.7 * HALF_WIDTH * random.between(-1, 1)) * (j === short ? -1 : 1)
      hold(model.columns[j]!, valueUsd * weight)
    }
    const cash = valueUsd * CASH_TARGET * (1 + 0.7 * HALF_WIDTH * random.between(-1, 1))
    const share = random.next()
    hold(RISKY, cash * share)
    hold(RISKY + 1, cash * (1 - share))
    if (random.next() < 0.02) hold(random.integer(RISKY), valueUsd * 0.0005 * random.next())
    holdingsFrom[book + 1] = entry
  }
  const load: DriftColumnLoad = {
    assets,
    bookIds: Array.from({ length: books }, (_, book) => `book-${book}`),
    holdingsFrom,
    holdingAsset: holdingAsset.slice(0, entry),
    holdingQuantity: holdingQuantity.slice(0, entry),
    bands,
    bandOf,
  }
  return { load, prices }
}

interface Model {
  readonly columns: readonly number[]
  readonly weights: readonly number[]
}

function makeModel(random: Random): Model {
  const columns = new Set<number>()
  while (columns.size < HELD) columns.add(random.integer(RISKY))
  const raw = Array.from({ length: HELD }, () => random.between(0.3, 1))
  const total = raw.reduce((sum, weight) => sum + weight, 0)
  return { columns: [...columns].sort((a, b) => a - b), weights: raw.map((w) => ((1 - CASH_TARGET) * w) / total) }
}

const linesOf = (model: Model, assets: readonly string[], halfWidth: number): readonly DriftLine[] => [
  ...model.columns.map((column, j) => lineOf(assets[column]!, model.weights[j]!, halfWidth)),
  lineOf('CASH', CASH_TARGET, halfWidth),
]
const lineOf = (asset: string, target: number, halfWidth: number): DriftLine => ({
  asset,
  target,
  low: target * (1 - halfWidth),
  high: target * (1 + halfWidth),
})
