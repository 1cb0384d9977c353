/**
 * Whole numbers that add up to `total`, as near as they can be to `total × weight ÷ Σ weights`: largest remainder first.
 * Equal remainders are served in the order of the list, beginning at `rotation`. Off the exact share by less than 1.
 * Weights are not negative; a negative total is shared like its magnitude. With no weight at all: all zeros.
 */
export function apportion(total: bigint, weights: readonly bigint[], rotation: number): bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n)
  if (sum === 0n) return weights.map(() => 0n)
  const magnitude = total < 0n ? -total : total
  const shares = weights.map((weight) => (magnitude * weight) / sum)
  let left = magnitude - shares.reduce((a, b) => a + b, 0n)
  for (const index of byRemainder(
    weights.map((weight) => (magnitude * weight) % sum),
    rotation,
  )) {
    if (left === 0n) break
    shares[index]! += 1n
    left -= 1n
  }
  return total < 0n ? shares.map((share) => -share) : shares
}

/** Indices by falling remainder; ties in list order, rotated. */
export function byRemainder(remainders: readonly bigint[], rotation: number): number[] {
  const count = remainders.length
  const turn = (index: number): number => (((index - rotation) % count) + count) % count
  return remainders
    .map((_, index) => index)
    .sort((a, b) => {
      const [x, y] = [remainders[a]!, remainders[b]!]
      return x === y ? turn(a) - turn(b) : x > y ? -1 : 1
    })
}
