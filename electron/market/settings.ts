/** When an order book's age matters. Age counts from its last update or from a snapshot that confirmed it. */
export interface MarketDataSettings {
  /** A market silent for longer is asked over REST whether it has really not changed. */
  readonly probeAfterMs: number
  /** How often silence is looked for; 0: never. */
  readonly probeEveryMs: number
  /** How long the stream may lag behind a REST answer before it counts as muted. */
  readonly streamGraceMs: number
  /** Shown as slow. */
  readonly amberMs: number
  /** Stale: there is no order book any more. */
  readonly redMs: number
  /** How long a snapshot that was asked for may take before it is asked for again. */
  readonly snapshotTimeoutMs: number
}

export const DEFAULT_MARKET_DATA_SETTINGS: MarketDataSettings = {
  probeAfterMs: 1_200,
  probeEveryMs: 250,
  streamGraceMs: 300,
  amberMs: 5_000,
  redMs: 20_000,
  snapshotTimeoutMs: 2_000,
}

/**
 * Lockstep: the market stands still between two barriers and streams speak only then, so that age by the wall clock
 * means nothing and REST may be ahead of the streams. The barrier itself says when an order book is up to date.
 */
export const LOCKSTEP_MARKET_DATA_SETTINGS: MarketDataSettings = {
  ...DEFAULT_MARKET_DATA_SETTINGS,
  probeEveryMs: 0,
  amberMs: Number.POSITIVE_INFINITY,
  redMs: Number.POSITIVE_INFINITY,
}
