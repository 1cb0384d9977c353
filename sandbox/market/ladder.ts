/** The shape of one side's liquidity: where levels stand and how much a calm market would offer there. */
export interface LadderShape {
  readonly midTicks: number
  readonly tickSize: number
  readonly stepSize: number
  readonly halfSpreadBps: number
  /** Quote currency within 10 bps of the touch. */
  readonly depth10: number
  readonly levelBps: number
}

export interface LadderLevel {
  readonly ticks: number
  /** Basis points from the touch. */
  readonly distanceBps: number
  /** Quote currency that stands here in a calm market, before the level's own noise. */
  readonly value: number
}

/** Levels by zone: spacing grows with distance. 220 a side. */
const ZONES: readonly { readonly levels: number; readonly factor: number }[] = [
  { levels: 80, factor: 1 },
  { levels: 80, factor: 4 },
  { levels: 60, factor: 16 },
]
const DEPTH_EXPONENT = 0.9

/** Cumulative quote currency within x bps of the touch: D(x) = depth10 · (x / 10)^0.9. */
export const cumulativeDepth = (depth10: number, distanceBps: number): number =>
  depth10 * (distanceBps / 10) ** DEPTH_EXPONENT

/** Best prices of both sides in ticks, at least a tick apart and above zero. */
export function touchTicks(shape: LadderShape): { bid: number; ask: number } {
  const half = (shape.midTicks * shape.halfSpreadBps) / 1e4
  const bid = Math.max(1, Math.floor(shape.midTicks - half))
  return { bid, ask: Math.max(bid + 1, Math.ceil(shape.midTicks + half)) }
}

/**
 * Levels of a side, touch first: the touch itself, then prices on a fixed grid, so that a small move of the mid adds
 * and removes a few levels and leaves the rest standing.
 */
export function ladderLevels(side: 'buy' | 'sell', touch: number, shape: LadderShape): LadderLevel[] {
  const away = side === 'buy' ? -1 : 1
  const spacing = gridSpacing(shape)
  const levels: LadderLevel[] = []
  let ticks = touch
  let reached = 0
  const bpsOf = (other: number): number => (Math.abs(other - touch) / touch) * 1e4
  for (const zone of ZONES) {
    const step = spacing * zone.factor
    for (let i = 0; i < zone.levels && ticks > 0; i++) {
      const next = away > 0 ? (Math.floor(ticks / step) + 1) * step : (Math.ceil(ticks / step) - 1) * step
      const outer = bpsOf(next)
      const value = cumulativeDepth(shape.depth10, outer) - cumulativeDepth(shape.depth10, reached)
      levels.push({ ticks, distanceBps: reached, value })
      reached = outer
      ticks = next
    }
  }
  return levels
}

/** Ticks between levels near the touch: 1, 2 or 5 times a power of ten, so that it seldom changes with the price. */
function gridSpacing(shape: LadderShape): number {
  const wanted = (shape.midTicks * shape.levelBps) / 1e4
  if (wanted <= 1) return 1
  const decade = 10 ** Math.floor(Math.log10(wanted))
  const lead = wanted / decade
  return decade * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1)
}
