/**
 * Tax on selling one asset: its lots in the order they are used up, which is that of rising tax per unit of value
 * sold, loss lots first (their slopes are negative). What is sold beyond all lots is taxed like the last one.
 */
export interface SaleTax {
  readonly asset: number
  /** Of every lot, fraction of the book's value, at least 0. */
  readonly size: Float64Array
  /** Tax per unit of value sold, of every lot; rising. */
  readonly slope: Float64Array
}

/** The same as a function of the amount sold: slope[j] from end[j−1] (or 0) to end[j] (or without end). */
export interface TaxCurve {
  /** Where the slope rises, in weight sold: positive and rising, one fewer than slopes. */
  readonly end: Float64Array
  readonly slope: Float64Array
}

export function checkSaleTaxes(taxes: readonly SaleTax[], n: number): string | null {
  const seen = new Set<number>()
  for (const [t, { asset, size, slope }] of taxes.entries()) {
    const name = `taxes[${t}]`
    if (!Number.isInteger(asset) || asset < 0 || asset >= n)
      return `${name}.asset is ${asset}, assets are 0 to ${n - 1}`
    if (seen.has(asset)) return `${name} is the second for asset ${asset}`
    seen.add(asset)
    if (size.length !== slope.length) return `${name} has ${size.length} sizes and ${slope.length} slopes`
    for (let j = 0; j < size.length; j++) {
      if (!(size[j]! >= 0 && Number.isFinite(size[j]!)))
        return `${name}.size[${j}] is ${size[j]}, it must be finite and at least 0`
      if (!Number.isFinite(slope[j]!)) return `${name}.slope[${j}] is ${slope[j]}`
      if (j > 0 && slope[j]! < slope[j - 1]!)
        return `${name}.slope[${j}] is ${slope[j]}, below the ${slope[j - 1]} before it: lots go in order of rising tax`
    }
  }
  return null
}

const known = new WeakMap<readonly SaleTax[], readonly (TaxCurve | null)[] | null>()

/**
 * Per asset, null where a sale costs no tax; null as a whole where none does. Empty and equal lots are merged. Made
 * once per array of taxes, which therefore must not be written to afterwards.
 */
export function taxCurves(taxes: readonly SaleTax[], n: number): readonly (TaxCurve | null)[] | null {
  if (taxes.length === 0) return null
  let curves = known.get(taxes)
  if (curves === undefined || (curves !== null && curves.length !== n)) {
    curves = makeCurves(taxes, n)
    known.set(taxes, curves)
  }
  return curves
}

function makeCurves(taxes: readonly SaleTax[], n: number): readonly (TaxCurve | null)[] | null {
  const curves: (TaxCurve | null)[] = Array.from({ length: n }, () => null)
  for (const { asset, size, slope } of taxes) {
    const ends: number[] = []
    const slopes: number[] = []
    let sold = 0
    for (let j = 0; j < size.length; j++) {
      if (size[j] === 0 && j < size.length - 1) continue
      if (slopes.length === 0 || slope[j]! > slopes.at(-1)!) {
        if (slopes.length > 0) ends.push(sold)
        slopes.push(slope[j]!)
      }
      sold += size[j]!
    }
    if (slopes.some((value) => value !== 0))
      curves[asset] = { end: Float64Array.from(ends), slope: Float64Array.from(slopes) }
  }
  return curves.some((curve) => curve !== null) ? curves : null
}

/** The same lots where a loss saves nothing: what has to be sold is sold as cheaply, and nothing for a loss's sake. */
export const withoutHarvest = (taxes: readonly SaleTax[]): readonly SaleTax[] =>
  taxes.map((tax) => ({ ...tax, slope: tax.slope.map((slope) => Math.max(0, slope)) }))

/** Tax on selling `sold` ≥ 0. */
export function taxOf({ end, slope }: TaxCurve, sold: number): number {
  let tax = 0
  let from = 0
  for (let j = 0; j < end.length && sold > end[j]!; j++) {
    tax += slope[j]! * (end[j]! - from)
    from = end[j]!
  }
  return tax + slope[passedLots(end, sold)]! * (sold - from)
}

/** How many ends lie below `sold`: the index of the slope on its left. */
export function passedLots(end: Float64Array, sold: number): number {
  let passed = 0
  while (passed < end.length && sold > end[passed]!) passed++
  return passed
}
