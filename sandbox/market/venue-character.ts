import { hash32 } from '../../core/random.ts'
import type { LiquidityClass } from './assets.ts'
import { smoothNoise } from './noise.ts'

/** How a venue differs from the reference liquidity (Binance's), and how its mid strays from the common path. */
export interface VenueCharacter {
  readonly spreadFactor: number
  /** Added to every half-spread. */
  readonly extraHalfSpreadBps: number
  readonly depthFactor: number
  readonly volumeShare: number
}

export const BINANCE_CHARACTER: VenueCharacter = {
  spreadFactor: 1,
  extraHalfSpreadBps: 0,
  depthFactor: 1,
  volumeShare: 1,
}
export const KRAKEN_CHARACTER: VenueCharacter = {
  spreadFactor: 1.6,
  extraHalfSpreadBps: 0.2,
  depthFactor: 0.35,
  volumeShare: 0.08,
}

const LEAD_SPACING_MS = 20_000
const LEAD_MS = 900
const STRAY_SPACING_MS = 2_500

/** Milliseconds by which a venue's prices are ahead of (or behind) the common path: it changes sides now and then. */
export function leadMillis(seed: number, venue: string, time: number): number {
  return LEAD_MS * smoothNoise(seed, hash32(`lead ${venue}`), time, LEAD_SPACING_MS)
}

/** Relative distance of a venue's mid from the common path, a small part of the spread and never much. */
export function strayFraction(
  seed: number,
  venue: string,
  asset: string,
  liquidity: LiquidityClass,
  time: number,
): number {
  const bps = 0.15 + 0.25 * liquidity.halfSpreadBps
  return 1e-4 * bps * smoothNoise(seed, hash32(`stray ${venue} ${asset}`), time, STRAY_SPACING_MS)
}
