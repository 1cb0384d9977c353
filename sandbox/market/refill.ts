/** Upper edges of the distance classes, basis points from the touch; the last one is open. */
const EDGES = [1, 2, 4, 7, 11, 16, 23, 32, 45, 65, 95, 140, 210, 320, 500]
const CLASSES = EDGES.length + 1
/** However much was taken, a little comes back at once: a side is never empty for longer than a step. */
const LEAST = 0.03

/**
 * What clients took from one side of a market, by distance from the touch, and how it comes back:
 * the missing share decays as e^(−t/τ).
 */
export class RefillState {
  readonly #missing = new Float64Array(CLASSES)
  readonly #nominal = new Float64Array(CLASSES)

  /** Share of the usual liquidity that stands at a distance now. */
  available(distanceBps: number): number {
    return Math.max(LEAST, 1 - this.#missing[classOf(distanceBps)]!)
  }

  /** The usual liquidity by class in lots, for what follows. */
  setNominal(levels: readonly { readonly distanceBps: number; readonly lots: number }[]): void {
    this.#nominal.fill(0)
    for (const level of levels) this.#nominal[classOf(level.distanceBps)]! += level.lots
  }

  taken(distanceBps: number, lots: number): void {
    const index = classOf(distanceBps)
    const nominal = this.#nominal[index]!
    if (nominal > 0) this.#missing[index] = Math.min(1, this.#missing[index]! + lots / nominal)
  }

  recover(seconds: number, refillSeconds: number): void {
    const stay = Math.exp(-seconds / refillSeconds)
    for (let i = 0; i < CLASSES; i++) this.#missing[i]! *= stay
  }
}

function classOf(distanceBps: number): number {
  for (let i = 0; i < EDGES.length; i++) if (distanceBps < EDGES[i]!) return i
  return EDGES.length
}
