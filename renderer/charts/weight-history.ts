import type { WeightHistory } from '../../core/contracts/client-book-view.ts'

/** What the chart draws, worked out from the history: pure, in indexes of its columns and weights as fractions. */
export interface BandStep {
  /** First index with these limits, and the index at which they end (the last one, or where the next step begins). */
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number
}

/** Runs of equal limits: the band changes in steps, with the regime or the model. */
export function bandSteps(lows: Float64Array, highs: Float64Array): BandStep[] {
  const steps: { from: number; to: number; low: number; high: number }[] = []
  for (let i = 0; i < lows.length; i++) {
    const last = steps.at(-1)
    const same = last && Math.abs(last.low - lows[i]!) < 1e-9 && Math.abs(last.high - highs[i]!) < 1e-9
    if (last) last.to = i
    if (!same) steps.push({ from: i, to: i, low: lows[i]!, high: highs[i]! })
  }
  return steps
}

/** A point between samples: index with a fraction, and weight. */
export type Point = readonly [index: number, weight: number]

/** The parts of the line outside the band, beginning and ending on its edge. */
export function excursions(history: Pick<WeightHistory, 'weights' | 'lows' | 'highs'>): Point[][] {
  const { weights, lows, highs } = history
  const side = (i: number): -1 | 0 | 1 => (weights[i]! > highs[i]! ? 1 : weights[i]! < lows[i]! ? -1 : 0)
  const edge = (i: number, of: -1 | 1): number => (of > 0 ? highs[i]! : lows[i]!)
  const parts: Point[][] = []
  let part: Point[] | null = null
  for (let i = 0; i < weights.length; i++) {
    const here = side(i)
    const before = i > 0 ? side(i - 1) : 0
    if (here !== before) {
      if (before !== 0 && part) {
        part.push(crossing(weights, i, edge(i, before)))
        part = null
      }
      if (here !== 0) {
        part = i > 0 ? [crossing(weights, i, edge(i, here))] : []
        parts.push(part)
      }
    }
    if (here !== 0) part?.push([i, weights[i]!])
  }
  return parts
}

/** Where the line between samples i − 1 and i meets a level; at the nearer end when the level itself has jumped. */
function crossing(weights: Float64Array, i: number, level: number): Point {
  const from = weights[i - 1]!
  const to = weights[i]!
  const share = to === from ? 0 : Math.max(0, Math.min(1, (level - from) / (to - from)))
  return [i - 1 + share, from + (to - from) * share]
}

/** When the present excursion began; null when the line is inside its band now. */
export function outsideSince(history: WeightHistory): number | null {
  const last = history.weights.length - 1
  const part = excursions(history).at(-1)
  if (last < 0 || !part || part.at(-1)![0] !== last) return null
  const start = part[0]![0]
  const index = Math.floor(start)
  const next = Math.min(last, index + 1)
  return history.times[index]! + (history.times[next]! - history.times[index]!) * (start - index)
}

/** When a band of this half-width would have been left for good; null when the line is inside it now. */
export function wouldHaveLeft(history: WeightHistory, half: number): number | null {
  const count = history.weights.length
  return outsideSince({
    ...history,
    lows: new Float64Array(count).fill(history.target - half),
    highs: new Float64Array(count).fill(history.target + half),
  })
}

/** Keeps what is in order of time: the chart refuses equal or falling times. */
export function inOrder(history: WeightHistory): WeightHistory {
  const kept: number[] = []
  let last = Number.NEGATIVE_INFINITY
  for (let i = 0; i < history.times.length; i++) {
    const second = Math.floor(history.times[i]! / 1000)
    if (second <= last || !Number.isFinite(history.weights[i]!)) continue
    last = second
    kept.push(i)
  }
  if (kept.length === history.times.length) return history
  const pick = (column: Float64Array): Float64Array => Float64Array.from(kept, (i) => column[i]!)
  return {
    ...history,
    times: pick(history.times),
    weights: pick(history.weights),
    lows: pick(history.lows),
    highs: pick(history.highs),
  }
}
