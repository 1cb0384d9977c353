/** A larger factor is no retuning: costs count for nothing then. */
const LARGEST_FACTOR = 1024
/** An average price is two thirds of one's own marginal price at least: nothing lower is called for. */
const SMALLEST_FACTOR = 0.5
const MAXIMUM_STEPS = 60

/**
 * The factor on every risk aversion at which the mean tracking error is what it was before prices changed.
 * `meanAt` falls as the factor rises. By false position on log(factor) (Illinois), so that a batch is solved a handful
 * of times. 1 where the change of prices moved nothing, and where the mean is below what is wanted and no factor in
 * reason raises it: what trades is then forced, and its risk came out lower by itself.
 */
export function retuneRisk(meanAt: (factor: number) => number, wanted: number, tolerance: number): number {
  const missAt = (logFactor: number): number => meanAt(Math.exp(logFactor)) - wanted
  const close = (miss: number): boolean => Math.abs(miss) <= tolerance * wanted
  let a = 0
  let missA = missAt(a)
  if (close(missA)) return 1
  const isAbove = missA > 0
  const end = Math.log(isAbove ? LARGEST_FACTOR : SMALLEST_FACTOR)
  let b = a
  let missB = missA
  for (let reach = Math.log(2); missB > 0 === isAbove; reach *= 2) {
    if (b === end) return isAbove ? LARGEST_FACTOR : 1
    a = b
    missA = missB
    b = isAbove ? Math.min(end, b + reach) : Math.max(end, b - reach)
    missB = missAt(b)
    if (close(missB)) return Math.exp(b)
  }
  for (let step = 0; step < MAXIMUM_STEPS && Math.abs(b - a) > 1e-13; step++) {
    const middle = (a * missB - b * missA) / (missB - missA)
    const miss = missAt(middle)
    if (close(miss)) return Math.exp(middle)
    if (Math.sign(miss) === Math.sign(missB)) missA /= 2
    else {
      a = b
      missA = missB
    }
    b = middle
    missB = miss
  }
  return Math.exp(b)
}
