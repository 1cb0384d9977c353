import { ensureNever } from './assert.ts'
import type { BandRule } from './model-portfolio.ts'

/** Limits on one weight, both inclusive, fractions of the book's value. */
export interface Band {
  readonly low: number
  readonly high: number
}

/** Base half-width of the rule at a target, before the regime multiplier. */
export function halfWidth(rule: BandRule, target: number): number {
  switch (rule.kind) {
    case 'absolute':
      return rule.halfWidth
    case 'relative':
      return rule.ofTarget * target
    case 'hybrid':
      return Math.max(rule.ofTarget * target, rule.floor)
    default:
      return ensureNever(rule)
  }
}

/** The tolerance band `[t − m·b, t + m·b]`, cut to [0, 1]. A weight outside it is a breach. */
export function toleranceBand(rule: BandRule, target: number, multiplier: number): Band {
  const half = multiplier * halfWidth(rule, target)
  return { low: Math.max(0, target - half), high: Math.min(1, target + half) }
}

/** The part of a band that a limit on the weight leaves. */
export const cutBand = (band: Band, maximumWeight: number): Band =>
  band.high <= maximumWeight ? band : { low: Math.min(band.low, maximumWeight), high: maximumWeight }

/**
 * What a rebalance aims at: each edge moved inwards by the largest of 10 % of its half-width, two venue steps
 * (as a weight) and the estimated cost (as a weight). A trade to the very edge would end outside again.
 * An inset never crosses the target.
 */
export function settleBand(band: Band, target: number, stepWeight: number, costWeight: number): Band {
  const inset = (width: number): number => Math.min(width, Math.max(0.1 * width, 2 * stepWeight, costWeight))
  return {
    low: band.low + inset(Math.max(0, target - band.low)),
    high: band.high - inset(Math.max(0, band.high - target)),
  }
}

/** Where a rebalance ends: where the optimiser finds it best, or where a rule says. */
export const SETTLE_RULES = ['optimal', 'band-edge', 'half-band'] as const
export type SettleRule = (typeof SETTLE_RULES)[number]

/** The settle band of a rule: 'half-band' goes back to half of each half-width, the others to just inside the edge. */
export function settleBandOf(
  rule: SettleRule,
  band: Band,
  target: number,
  stepWeight: number,
  costWeight: number,
): Band {
  const settle = settleBand(band, target, stepWeight, costWeight)
  if (rule !== 'half-band') return settle
  return {
    low: Math.max(settle.low, (band.low + target) / 2),
    high: Math.min(settle.high, (band.high + target) / 2),
  }
}

/** Signed distance from the target in half-widths of the side it is on: beyond ±1 is outside. */
export function bandPosition(weight: number, target: number, band: Band): number {
  const drift = weight - target
  const width = drift >= 0 ? band.high - target : target - band.low
  if (drift === 0) return 0
  return width > 0 ? drift / width : Math.sign(drift) * Number.POSITIVE_INFINITY
}
