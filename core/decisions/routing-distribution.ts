import { byRemainder } from './apportion.ts'

/**
 * Who trades how much where, in whole units: rows are client books, columns venues.
 * `wanted[b]` bounds a row's sum, `available[b][v]` each cell.
 */
export interface Inventory {
  readonly wanted: readonly bigint[]
  readonly available: readonly (readonly bigint[])[]
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const positive = (a: bigint): bigint => (a > 0n ? a : 0n)
const total = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n)

/**
 * The most that the books can trade on each set of venues together (bit v of the index is venue v):
 * `f(S) = Σ_b min(wanted_b, Σ_{v∈S} available_bv)`. Quantities per venue are possible exactly when every set keeps
 * within it (max-flow min-cut), which makes them a polymatroid: taking the cheapest unit that fits is optimal.
 */
export function reachOfSets({ wanted, available }: Inventory, venues: number): bigint[] {
  return Array.from({ length: 1 << venues }, (_, set) =>
    total(
      wanted.map((want, book) => least(want, total(available[book]!.filter((_, venue) => (set & (1 << venue)) !== 0)))),
    ),
  )
}

/** How much more the venue can take, given what all take already. */
export function slackOf(venue: number, taken: readonly bigint[], reach: readonly bigint[]): bigint {
  let slack: bigint | undefined
  for (const [set, most] of reach.entries()) {
    if ((set & (1 << venue)) === 0) continue
    const used = total(taken.filter((_, other) => (set & (1 << other)) !== 0))
    if (slack === undefined || most - used < slack) slack = most - used
  }
  return positive(slack ?? 0n)
}

/**
 * Splits the venues' quantities over the books. Each book's part of a venue lies as far between the least it must and
 * the most it can take there as every other book's, so that identical books get the same mix; whatever is not placed
 * is shared the same way. Sums per venue are exact; `taken` must be within reach.
 */
export function distribute(inventory: Inventory, taken: readonly bigint[]): bigint[][] {
  const { wanted, available } = inventory
  const parts = wanted.map(() => taken.map(() => 0n))
  const notPlaced = total(wanted) - total(taken)
  const rest = spread(
    notPlaced,
    wanted.map((want, book) => positive(want - total(available[book]!))),
    wanted,
  ).map((left, book) => wanted[book]! - left)
  for (const [venue, quantity] of taken.entries()) {
    const elsewhere = (book: number): bigint => total(available[book]!.slice(venue + 1))
    const most = rest.map((left, book) => least(left, available[book]![venue]!))
    const must = rest.map((left, book) => least(most[book]!, positive(left - elsewhere(book))))
    for (const [book, part] of spread(quantity, must, most).entries()) {
      parts[book]![venue] = part
      rest[book]! -= part
    }
  }
  repair(inventory, taken, parts)
  return parts
}

/** Σ exactly `quantity` where Σ lows ≤ quantity ≤ Σ highs: each the same way between its low and high. Else as near. */
function spread(quantity: bigint, lows: readonly bigint[], highs: readonly bigint[]): bigint[] {
  const [low, high] = [total(lows), total(highs)]
  if (quantity >= high) return [...highs]
  const [from, room, amount] =
    quantity >= low
      ? [lows, highs.map((most, i) => most - lows[i]!), quantity - low]
      : [lows.map(() => 0n), lows, quantity]
  const width = total(room)
  const shares = room.map((free, i) => from[i]! + (amount * free) / width)
  let left = quantity - total(shares)
  for (const index of byRemainder(
    room.map((free) => (amount * free) % width),
    0,
  )) {
    if (left === 0n) break
    shares[index]! += 1n
    left -= 1n
  }
  return shares
}

/**
 * Venues that are still short take along an augmenting path: a book with room trades more on one venue, others move
 * from there to the next, until the short one is reached.
 */
function repair({ wanted, available }: Inventory, taken: readonly bigint[], parts: bigint[][]): void {
  const free = (book: number, venue: number): bigint => available[book]![venue]! - parts[book]![venue]!
  const unused = (book: number): bigint => wanted[book]! - total(parts[book]!)
  const books = wanted.map((_, book) => book)
  const columnTotal = (venue: number): bigint => total(parts.map((row) => row[venue]!))

  for (const target of taken.keys()) {
    for (let short = taken[target]! - columnTotal(target); short > 0n; ) {
      // Breadth-first from the target back to a venue on which some book can trade more.
      const next = new Map<number, { to: number; book: number } | null>([[target, null]])
      let start: { venue: number; book: number } | undefined
      for (const venue of next.keys()) {
        const giver = books.find((book) => unused(book) > 0n && free(book, venue) > 0n)
        if (giver !== undefined) {
          start = { venue, book: giver }
          break
        }
        for (const from of taken.keys()) {
          if (next.has(from)) continue
          const mover = books.find((book) => parts[book]![from]! > 0n && free(book, venue) > 0n)
          if (mover !== undefined) next.set(from, { to: venue, book: mover })
        }
      }
      if (start === undefined) throw new Error(`venue ${target} is short by ${short} units that no book can trade`)
      let amount = least(short, least(unused(start.book), free(start.book, start.venue)))
      for (let v = start.venue, hop = next.get(v); hop; v = hop.to, hop = next.get(v)) {
        amount = least(amount, least(parts[hop.book]![v]!, free(hop.book, hop.to)))
      }
      parts[start.book]![start.venue]! += amount
      for (let v = start.venue, hop = next.get(v); hop; v = hop.to, hop = next.get(v)) {
        parts[hop.book]![v]! -= amount
        parts[hop.book]![hop.to]! += amount
      }
      short -= amount
    }
  }
}
