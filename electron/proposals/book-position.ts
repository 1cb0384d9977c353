import { type Amount, add, toFloat, ZERO } from '../../core/amount.ts'
import { type Band, cutBand, toleranceBand } from '../../core/band.ts'
import type { Holding } from '../../core/client-book.ts'
import { type AssetId, CASH, isSettlementAsset } from '../../core/instruments.ts'
import type { BandRule, ModelPortfolio } from '../../core/model-portfolio.ts'
import type { RiskTerms } from '../../core/risk-profile.ts'

/** USD mid of an asset over the fresh venues. */
export interface AssetPrice {
  /** NaN where no venue states one. */
  readonly priceUsd: number
  readonly fresh: boolean
  readonly ageMs: number
  readonly why: string | null
}
export type PriceBoard = ReadonlyMap<AssetId, AssetPrice>

/** One line of a book: its model's target and band, and what is held. Weights are fractions of the book's value. */
export interface PositionLine {
  readonly asset: AssetId
  readonly target: number
  readonly rule: BandRule
  /** Tolerance band with the regime multiplier. */
  readonly band: Band
  /** NaN for CASH and where no venue states a price. */
  readonly priceUsd: number
  readonly valueUsd: number
  readonly weight: number
  /** Units over all venues; zero for CASH, whose parts are in `holdings`. */
  readonly quantity: Amount
}

/** A client book at the prices of one moment. The last line is CASH: every settlement currency at its own price. */
export interface BookPosition {
  readonly valueUsd: number
  readonly lines: readonly PositionLine[]
  readonly holdings: readonly Holding[]
  /** Sentence naming the first price that is stale or missing; null where the book can be checked. */
  readonly unableWhy: string | null
}

/** What an asset that the model does not name is held against: sell it, but not for ever in dust. */
const foreignRule = (dustWeight: number): BandRule => ({ kind: 'absolute', halfWidth: dustWeight })

/** Assets a book has lines for: those of the model in its order, then what else it holds, then CASH. */
export function lineAssets(model: ModelPortfolio, holdings: readonly Holding[]): readonly AssetId[] {
  const assets = model.lines.map((line) => line.asset).filter((asset) => asset !== CASH)
  const foreign = holdings
    .filter((held) => held.quantity !== ZERO && !isSettlementAsset(held.asset) && !assets.includes(held.asset))
    .map((held) => held.asset)
  return [...assets, ...[...new Set(foreign)].sort(), CASH]
}

/** The position of a book under its risk terms: they widen, narrow and cut its bands. */
export const boundPosition = (
  book: { readonly model: ModelPortfolio; readonly holdings: readonly Holding[]; readonly terms: RiskTerms },
  market: { readonly prices: PriceBoard; readonly multiplier: number },
  settings: { readonly dustWeight: number },
): BookPosition =>
  positionOf(
    book.model,
    book.holdings,
    market.prices,
    market.multiplier * book.terms.bandFactor,
    settings.dustWeight,
    book.terms.maximumWeight,
  )

/** `multiplier` is that of the regime times the book's band factor; `maximumWeight` cuts the bands of all but cash. */
export function positionOf(
  model: ModelPortfolio,
  holdings: readonly Holding[],
  prices: PriceBoard,
  multiplier: number,
  dustWeight: number,
  maximumWeight = 1,
): BookPosition {
  const byAsset = new Map(model.lines.map((line) => [line.asset, line]))
  let unableWhy: string | null = null
  const valueOf = (asset: AssetId, quantity: number, needed: boolean): number => {
    const price = prices.get(asset)
    if ((quantity !== 0 || needed) && (price === undefined || !price.fresh || !(price.priceUsd > 0))) {
      unableWhy ??= price?.why ?? `no price for ${asset}`
      return 0
    }
    return quantity === 0 ? 0 : quantity * price!.priceUsd
  }
  const drafts = lineAssets(model, holdings).map((asset) => {
    const line = byAsset.get(asset)
    const target = line?.target ?? 0
    const parts = holdings.filter((held) => (asset === CASH ? isSettlementAsset(held.asset) : held.asset === asset))
    let valueUsd = 0
    // cash needs the prices of the currencies held, an asset its own as soon as the model wants it
    const wanted = target > 0 && asset !== CASH
    for (const part of parts) valueUsd += valueOf(part.asset, toFloat(part.quantity), wanted)
    if (parts.length === 0 && wanted) valueOf(asset, 0, true)
    const quantity = asset === CASH ? ZERO : parts.reduce((total, part) => add(total, part.quantity), ZERO)
    const priceUsd = prices.get(asset)?.priceUsd ?? Number.NaN
    return { asset, target, rule: line?.band ?? foreignRule(dustWeight), priceUsd, valueUsd, quantity }
  })
  const valueUsd = drafts.reduce((total, line) => total + line.valueUsd, 0)
  if (!(valueUsd > 0)) unableWhy ??= 'the value of the client book is not above zero'
  return {
    valueUsd,
    holdings,
    unableWhy,
    lines: drafts.map((draft) => ({
      ...draft,
      band: cutBand(toleranceBand(draft.rule, draft.target, multiplier), draft.asset === CASH ? 1 : maximumWeight),
      weight: valueUsd > 0 ? draft.valueUsd / valueUsd : 0,
    })),
  }
}
