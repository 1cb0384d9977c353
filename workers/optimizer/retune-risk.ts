/** Factors beyond these are no retuning: costs then decide alone, or not at all. */
const LARGEST_FACTOR = 1024
const MAXIMUM_STEPS = 60

/**
 * The factor on every risk aversion at which the mean tracking error is what it was before prices changed.
 * `meanAt` falls as the factor rises. By false position on log(factor) (Illinois), so that a batch is solved
 * a handful of times; 1 where the change of prices moved nothing, the nearest end where no factor reaches the mean.
 */
export function retuneRisk(meanAt: (factor: number) => number, wanted: number, tolerance: number): number {
  const missAt = (logFactor: number): number => meanAt(Math.exp(logFactor)) - wanted
  const close = (miss: number): boolean => Math.abs(miss) <= tolerance * wanted
  let a = 0
  let missA = missAt(a)
  if (close(missA)) return 1
  const direction = Math.sign(missA)
  let b = a
  let missB = missA
  for (let step = Math.log(2); Math.sign(missB) === direction; step *= 2) {
    if (Math.abs(b) >= Math.log(LARGEST_FACTOR)) return Math.exp(b)
    a = b
    missA = missB
    b = direction * Math.min(Math.log(LARGEST_FACTOR), Math.abs(b) + step)
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
