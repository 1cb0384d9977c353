/** What the sandbox knows about an asset: enough for a plausible market in it. */
export interface AssetProfile {
  readonly asset: string
  /** US dollars at the start of a generated market. */
  readonly price: number
  /** Annual volatility of a generated market, as a fraction. */
  readonly volatility: number
  /** Sensitivity to the common factor; the rest of the variance is the asset's own. */
  readonly beta: number
  readonly liquidity: LiquidityClass
}

export interface LiquidityClass {
  /** Binance's figures, calm weekday. */
  readonly halfSpreadBps: number
  /** Quote currency within 10 basis points, a side. */
  readonly depth10Usd: number
  /** Distance between levels near the touch. */
  readonly levelBps: number
  /** Traded a day, both sides. */
  readonly volumeDayUsd: number
  /** Time in which a bit less than two thirds of taken liquidity is back. */
  readonly refillSeconds: number
}

const largest: LiquidityClass = {
  halfSpreadBps: 0.05,
  depth10Usd: 2_000_000,
  levelBps: 0.25,
  volumeDayUsd: 2e9,
  refillSeconds: 45,
}
const large: LiquidityClass = {
  halfSpreadBps: 0.1,
  depth10Usd: 1_200_000,
  levelBps: 0.3,
  volumeDayUsd: 1e9,
  refillSeconds: 60,
}
const middle: LiquidityClass = {
  halfSpreadBps: 0.7,
  depth10Usd: 500_000,
  levelBps: 0.7,
  volumeDayUsd: 3e8,
  refillSeconds: 90,
}
const small: LiquidityClass = {
  halfSpreadBps: 2.5,
  depth10Usd: 150_000,
  levelBps: 1.5,
  volumeDayUsd: 5e7,
  refillSeconds: 150,
}
const peg: LiquidityClass = {
  halfSpreadBps: 0.5,
  depth10Usd: 1_500_000,
  levelBps: 1,
  volumeDayUsd: 3e8,
  refillSeconds: 60,
}

const profile = (
  asset: string,
  price: number,
  volatility: number,
  beta: number,
  liquidity: LiquidityClass,
): AssetProfile => ({ asset, price, volatility, beta, liquidity })

/** Crypto assets, the order of the columns of a price file. */
export const CRYPTO: readonly AssetProfile[] = [
  profile('BTC', 95_000, 0.5, 1, largest),
  profile('ETH', 3_400, 0.65, 1.15, large),
  profile('XRP', 2.2, 0.85, 1.1, middle),
  profile('LTC', 105, 0.75, 1.05, small),
  profile('BNB', 690, 0.55, 0.9, middle),
  profile('ADA', 0.95, 0.85, 1.2, small),
  profile('DOGE', 0.34, 0.95, 1.3, middle),
  profile('LINK', 21, 0.85, 1.25, small),
  profile('MATIC', 0.47, 0.9, 1.25, small),
  profile('SOL', 195, 0.8, 1.25, middle),
  profile('DOT', 7, 0.8, 1.15, small),
  profile('AVAX', 37, 0.85, 1.25, small),
]

/** Coins that are meant to be worth a dollar and are not quite. */
export const PEGGED: readonly AssetProfile[] = [profile('USDT', 1, 0.01, 0, peg), profile('USDC', 1, 0.008, 0, peg)]

export const ALL_ASSETS: readonly AssetProfile[] = [...CRYPTO, ...PEGGED]

export function profileOf(asset: string): AssetProfile {
  const found = ALL_ASSETS.find((profile) => profile.asset === asset)
  if (!found) throw new Error(`no profile of ${asset}`)
  return found
}
