/**
 * Where the parts of a band bar stand. Relative form: x in half-widths of the side it is on; the band always fills the
 * middle half of the box, so its edges make two straight lines down a column. Points form: one scale in weight points
 * for all lines of a client book, centred on the target.
 */
export type BandState = 'in' | 'near' | 'out'

/** From this part of the half-width on, a weight is near its edge. */
const NEAR_FROM = 0.8
/** Beyond this many half-widths the bar is broken: its length is no longer to scale. */
const CLAMP = 1.9

export function bandState(position: number): BandState {
  const size = Math.abs(position)
  return size > 1 ? 'out' : size >= NEAR_FROM ? 'near' : 'in'
}

/** Per cent of the box for a position in half-widths. */
export const placeOf = (position: number): number => 50 + 25 * Math.max(-CLAMP, Math.min(CLAMP, position))

export interface ExcessBar {
  /** Per cent (relative form) or pixels (points form) from the left. */
  readonly left: number
  readonly width: number
  readonly high: boolean
  readonly broken: boolean
}

/** The part beyond the band; null when inside. */
export function excessOf(position: number): ExcessBar | null {
  if (!(Math.abs(position) > 1)) return null
  const place = placeOf(position)
  const high = position > 0
  return { left: high ? 75 : place, width: high ? place - 75 : 25 - place, high, broken: Math.abs(position) > CLAMP }
}

/** What a screen reader says in place of the drawing. */
export function describeBand(position: number, after?: number): string {
  if (Number.isNaN(position)) return 'cannot be checked'
  const words = { in: 'inside', near: 'near the edge', out: 'outside' } as const
  const side = position < 0 ? 'below' : 'above'
  const where = `${words[bandState(position)]}, ${formatHalfWidths(position)} half-widths ${side} target`
  return after === undefined ? where : `${where}; after the trades ${formatHalfWidths(after)}`
}
const formatHalfWidths = (position: number): string =>
  Number.isFinite(position) ? Math.abs(position).toFixed(2) : 'infinitely many'

/** Pixel scale of the points form: `points` weight points to either side of the target over `width` pixels. */
export interface PointScale {
  readonly width: number
  readonly points: number
}
export function pixelOf(scale: PointScale, drift: number): number {
  const clamped = Math.max(-scale.points, Math.min(scale.points, drift * 100))
  return scale.width / 2 + (clamped * scale.width) / (2 * scale.points)
}

/** An edge at the very end of the box would not be seen. */
const ROOM = 1.05

/**
 * Half the range of the points form: the smallest step up to 100 that shows every band with its edges and nine tenths
 * of the drifts, so that one runaway line does not flatten the others.
 */
export function pointRange(bandHalves: readonly number[], drifts: readonly number[]): number {
  const sizes = drifts.map(Math.abs).sort((a, b) => a - b)
  const common = sizes[Math.floor((sizes.length - 1) * 0.9)] ?? 0
  const needed = 100 * Math.max(common, ...bandHalves, 0)
  return [2, 4, 6, 8, 10, 15, 20, 30, 40].find((range) => needed * ROOM <= range) ?? 100
}
