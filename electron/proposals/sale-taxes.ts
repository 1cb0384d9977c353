import { toFloat } from '../../core/amount.ts'
import type { Lot } from '../../core/client-book.ts'
import { reliefOrder, taxPerUnit } from '../../core/decisions/lot-relief.ts'
import { CASH, type VenueId } from '../../core/instruments.ts'
import type { TaxTerms } from '../../core/tax-terms.ts'
import type { Millis } from '../../core/units.ts'
import { type CostCurve, routedShares } from '../../workers/microstructure/index.ts'
import type { SaleTax } from '../../workers/optimizer/index.ts'
import type { BookPosition, PositionLine } from './book-position.ts'

interface TaxInputs {
  readonly lots: readonly Lot[]
  readonly terms: TaxTerms
  readonly now: Millis
  /** By a rule a loss is no reason to trade: no tax is below zero then, loss lots still go first. */
  readonly mayHarvest: boolean
}

/** Lots of one venue in the order in which sales use them up. */
interface Pile {
  readonly venue: VenueId
  readonly lots: readonly { readonly size: number; readonly slope: number }[]
  readonly weight: number
}

/** The way to the target is what the mix is asked for; at least this part of the book, as where costs are fitted. */
const SMALLEST_RANGE = 0.01
/** In weight: less of a lot than this is none. */
const ROUNDING = 1e-15

/**
 * Tax on selling each line as the optimiser knows it: fractions of the book sold, in the order in which lots go, and
 * the tax on each at the price that a unit brings after the line's linear cost,
 *
 *     slope = rate·((1 − c⁻) − unit cost ÷ price)
 *
 * Basis is per wallet, and where a book sells is the router's choice, who looks at price and not at tax: the way to the
 * target is taken side by side from the venues in the proportions in which the router would sell it, what lies beyond
 * in those of what is left there. Slopes fall where cheap lots lie on the venue that is sold last; there the dearer
 * slope goes on: more tax than will be due, never less. Exact amounts become float64 here and do not come back.
 */
export const saleTaxes = (
  position: BookPosition,
  sell: readonly (CostCurve | null)[],
  inputs: TaxInputs,
): readonly SaleTax[] =>
  position.lines.flatMap((line, asset) => {
    const curve = sell[asset] ?? null
    const cost = curve?.linearCost ?? 0
    const piles = line.asset === CASH ? [] : pilesOf(line, position.valueUsd, cost, inputs)
    if (piles.length === 0) return []
    const first = firstParts(line, position.valueUsd, curve, piles)
    const walk = new PileWalk(piles)
    const segments = [
      ...walk.sideBySide(first),
      ...walk.sideBySide(piles.map(({ weight }, v) => Math.max(0, weight - first[v]!))),
    ]
    let least = Number.NEGATIVE_INFINITY
    const slopes = segments.map(({ slope }) => {
      least = Math.max(least, inputs.mayHarvest ? slope : Math.max(0, slope))
      return least
    })
    return [{ asset, size: Float64Array.from(segments, ({ size }) => size), slope: Float64Array.from(slopes) }]
  })

function pilesOf(line: PositionLine, valueUsd: number, cost: number, { lots, terms, now }: TaxInputs): readonly Pile[] {
  const byVenue = new Map<VenueId, Lot[]>()
  for (const lot of lots) if (lot.asset === line.asset) byVenue.set(lot.venue, [...(byVenue.get(lot.venue) ?? []), lot])
  const price = line.priceUsd * (1 - cost)
  return [...byVenue].map(([venue, held]) => {
    const ordered = reliefOrder(held, price, now, terms).map((lot) => ({
      size: (toFloat(lot.quantity) * line.priceUsd) / valueUsd,
      slope: taxPerUnit(lot, price, now, terms) / line.priceUsd,
    }))
    return { venue, lots: ordered, weight: ordered.reduce((sum, { size }) => sum + size, 0) }
  })
}

/** Weight sold of each pile on the way to the target; all of it where the router knows no venue of theirs. */
function firstParts(
  { weight, target }: PositionLine,
  valueUsd: number,
  curve: CostCurve | null,
  piles: readonly Pile[],
): readonly number[] {
  const reach = Math.min(weight, Math.max(weight - target, SMALLEST_RANGE))
  const routed = new Map(curve === null ? [] : routedShares(curve, reach * valueUsd))
  const parts = piles.map((pile) => Math.min(pile.weight, (routed.get(pile.venue) ?? 0) / valueUsd))
  return parts.some((part) => part > 0) ? parts : piles.map((pile) => pile.weight)
}

/** Uses piles up from their tops. */
class PileWalk {
  readonly #piles: readonly Pile[]
  readonly #lot: Int32Array
  /** Weight left of each pile's present lot. */
  readonly #left: Float64Array

  constructor(piles: readonly Pile[]) {
    this.#piles = piles
    this.#lot = new Int32Array(piles.length)
    this.#left = Float64Array.from(piles, ({ lots }) => lots[0]!.size)
  }

  /** Takes so much of each, all of them at a pace that ends together. */
  sideBySide(parts: readonly number[]): { readonly size: number; readonly slope: number }[] {
    const total = parts.reduce((sum, part) => sum + part, 0)
    const segments: { readonly size: number; readonly slope: number }[] = []
    if (total === 0) return segments
    for (let done = 0; done < 1; ) {
      // up to the first end of a lot
      let step = 1 - done
      let slope = 0
      parts.forEach((part, v) => {
        if (part === 0) return
        slope += (part / total) * this.#piles[v]!.lots[this.#lot[v]!]!.slope
        if (!this.#isLast(v)) step = Math.min(step, this.#left[v]! / part)
      })
      segments.push({ size: step * total, slope })
      done += step
      parts.forEach((part, v) => {
        this.#left[v]! -= step * part
        if (part > 0 && this.#left[v]! <= ROUNDING && !this.#isLast(v)) {
          this.#lot[v]!++
          this.#left[v] = this.#piles[v]!.lots[this.#lot[v]!]!.size
        }
      })
    }
    return segments
  }

  #isLast = (v: number): boolean => this.#lot[v] === this.#piles[v]!.lots.length - 1
}
