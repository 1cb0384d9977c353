import type { Band } from '../../core/band.ts'
import type { Restriction } from '../../core/client-book.ts'
import { CASH } from '../../core/instruments.ts'
import type { PositionLine } from './book-position.ts'

/** What one weight may be whatever becomes of its band. */
export interface HardLimits extends Band {
  /** Two limits that never give way and can't both hold; null where they can. */
  readonly clash: string | null
}

const percent = (weight: number): string => `${(100 * weight).toFixed(2)} %`

/**
 * Limits of a line that never give way: the cash reserve with the costs that are paid from it, and the restrictions in
 * force. `settled` is the line's settle band: a line that trades to its band's edge only may stop on the way there,
 * and goes no further. A line is not sold below the weight `kept`, but for a restriction that asks for less.
 */
export function hardLimits(
  line: PositionLine,
  restrictions: readonly Restriction[],
  settled: Band,
  reserve: { readonly weight: number; readonly costWeight: number },
  kept: number,
): HardLimits {
  const { asset, weight } = line
  let floor = asset === CASH ? reserve.weight + reserve.costWeight : 0
  let ceiling = 1
  let keeps = `reserve of ${percent(reserve.weight)}`
  let may = ''
  let edge: Band | null = null
  const stay = (reason: string): void => {
    if (weight <= floor) return
    floor = weight
    keeps = reason
  }
  for (const restriction of restrictions) {
    const { kind, reason } = restriction
    if (kind === 'keep') continue
    if (kind === 'at-most') {
      if (restriction.weight >= ceiling) continue
      ceiling = Math.max(0, restriction.weight)
      may = `may be at most ${percent(ceiling)} (${reason})`
    } else if (kind === 'band-edge') {
      const [low, high] = weight > line.band.high ? [settled.high, weight] : [weight, settled.low]
      edge = weight < line.band.low || weight > line.band.high ? { low, high } : { low: weight, high: weight }
    } else if (kind === 'no-buy') ceiling = Math.min(ceiling, weight)
    else stay(kind === 'no-sell' ? `must not be sold (${reason})` : `must not be traded (${reason})`)
    if (kind === 'no-trade') ceiling = Math.min(ceiling, weight)
  }
  const clash = may !== '' && floor > ceiling ? `${asset} ${keeps} and ${may}: it weighs ${percent(weight)}` : null
  floor = Math.max(floor, Math.min(kept, weight, ceiling))
  const hard = { low: floor, high: Math.max(floor, ceiling) }
  return { ...(edge === null ? hard : cutBand(edge, hard)), clash }
}

/** The part of a band within limits; the limit next to it where they have nothing in common. */
export const cutBand = (band: Band, limits: Band): Band => ({
  low: Math.min(Math.max(band.low, limits.low), limits.high),
  high: Math.max(Math.min(band.high, limits.high), limits.low),
})
