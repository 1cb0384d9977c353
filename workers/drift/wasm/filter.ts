// AssemblyScript, compiled by scripts/build-wasm.mjs. What it computes, in which order and with which error is stated
// and proved in ../filter-margin.ts: change both together. Addresses are bytes.

/** The host refuses another number: a file left from before does not fit the memory layout. */
export const VERSION: i32 = 2

// Of a column set: u32 risky vectors V in the first of 16 bytes; then, four bytes per lane, W = V + cash vectors:
// 16W places (addresses of a price; gaps stand `gapsBeyond` after their price), 16W prices f32, 16W gaps u32, which are
// all ones where the price is missing.
// Of a row of bands: u32 address of its set, u32 1 where a line with a target has no price (with gaps only); then per
// vector of lines f32x4 low, f32x4 high, the last of CASH, four times.
const HEADER: usize = 16

const IN: u8 = 0
const OUT: u8 = 2
const UNABLE: u8 = 3
/** Too near to an edge for float32, or marked by a NaN: float64 decides. */
const UNDECIDED: u8 = 4

/** Fetches the prices of a column set, and its gaps. */
export function gather(set: usize, cashVectors: u32, gapsBeyond: usize): void {
  const bytes: usize = (<usize>(load<u32>(set) + cashVectors)) << 4
  const prices: usize = set + HEADER + bytes
  const gaps: usize = prices + bytes
  for (let at: usize = 0; at < bytes; at += 4) {
    const place: usize = load<u32>(set + HEADER + at)
    store<f32>(prices + at, load<f32>(place))
    store<u32>(gaps + at, load<u32>(place + gapsBeyond))
  }
}

/**
 * Verdicts of all books.
 * bookAt    u32[books], address of f32[4W] quantities ≥ 0, or NaN where only float64 may judge the book
 * bandAt    u32[books], address of the row of bands
 * hasGaps   1 where some price is missing
 * told      u8[books]: 2 out, plus 1 unable, as last told
 * verdicts  u8[books], written
 * queue     u32[books], written: books that are undecided or not as told
 * counts    u32[2], written: books out, books unable
 * Answers the length of the queue.
 */
export function classify(
  books: u32,
  cashVectors: u32,
  bookAt: usize,
  bandAt: usize,
  hasGaps: u32,
  told: usize,
  verdicts: usize,
  queue: usize,
  counts: usize,
  widen: f32,
): u32 {
  const cashBytes: usize = (<usize>cashVectors) << 4
  const widened: v128 = f32x4.splat(widen)
  let queued: u32 = 0
  let outs: u32 = 0
  let unables: u32 = 0
  for (let book: u32 = 0; book < books; book++) {
    const row: usize = load<u32>(bookAt + ((<usize>book) << 2))
    const band: usize = load<u32>(bandAt + ((<usize>book) << 2))
    const set: usize = load<u32>(band)
    const riskyBytes: usize = (<usize>load<u32>(set)) << 4
    const rowBytes: usize = riskyBytes + cashBytes
    const prices: usize = set + HEADER + rowBytes
    const edges: usize = band + HEADER

    let sum: v128 = f32x4.splat(0)
    for (let at: usize = 0; at < riskyBytes; at += 16) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(row + at), v128.load(prices + at)))
    }
    let cash: v128 = f32x4.splat(0)
    for (let at: usize = riskyBytes; at < rowBytes; at += 16) {
      cash = f32x4.add(cash, f32x4.mul(v128.load(row + at), v128.load(prices + at)))
    }
    sum = f32x4.add(sum, cash)
    // Both sums across their lanes at once: lane 0 becomes the value of the book, lane 2 its cash.
    let both: v128 = f32x4.add(v128.shuffle<f32>(sum, cash, 0, 1, 4, 5), v128.shuffle<f32>(sum, cash, 2, 3, 6, 7))
    both = f32x4.add(both, v128.shuffle<f32>(both, both, 1, 0, 3, 2))
    const total: f32 = f32x4.extract_lane(both, 0)
    const totals: v128 = v128.shuffle<f32>(both, both, 0, 0, 0, 0)
    const cashes: v128 = v128.shuffle<f32>(both, both, 2, 2, 2, 2)

    const cashEdges: usize = edges + (riskyBytes << 1)
    let inside: v128 = v128.and(
      f32x4.ge(cashes, f32x4.mul(v128.load(cashEdges), totals)),
      f32x4.le(cashes, f32x4.mul(v128.load(cashEdges, 16), totals)),
    )
    for (let at: usize = 0; at < riskyBytes; at += 16) {
      const value: v128 = f32x4.mul(v128.load(row + at), v128.load(prices + at))
      const own: usize = edges + (at << 1)
      inside = v128.and(
        inside,
        v128.and(
          f32x4.ge(value, f32x4.mul(v128.load(own), totals)),
          f32x4.le(value, f32x4.mul(v128.load(own, 16), totals)),
        ),
      )
    }

    let verdict: u8 = IN
    if (total != total) {
      verdict = UNDECIDED
    } else if (total == 0 || (hasGaps != 0 && needsMissing(row, rowBytes, prices + rowBytes, load<u32>(band, 4)))) {
      verdict = UNABLE
    } else if (!v128.all_true<u32>(inside)) {
      const widenedTotals: v128 = f32x4.mul(totals, widened)
      let outside: v128 = v128.or(
        f32x4.lt(f32x4.mul(cashes, widened), f32x4.mul(v128.load(cashEdges), totals)),
        f32x4.gt(cashes, f32x4.mul(v128.load(cashEdges, 16), widenedTotals)),
      )
      for (let at: usize = 0; at < riskyBytes; at += 16) {
        const value: v128 = f32x4.mul(v128.load(row + at), v128.load(prices + at))
        const own: usize = edges + (at << 1)
        outside = v128.or(
          outside,
          v128.or(
            f32x4.lt(f32x4.mul(value, widened), f32x4.mul(v128.load(own), totals)),
            f32x4.gt(value, f32x4.mul(v128.load(own, 16), widenedTotals)),
          ),
        )
      }
      verdict = v128.any_true(outside) ? OUT : UNDECIDED
    }
    store<u8>(verdicts + book, verdict)
    outs += <u32>(verdict == OUT)
    unables += <u32>(verdict == UNABLE)
    const before: u8 = load<u8>(told + book)
    if (verdict == UNABLE ? (before & 1) == 0 : verdict != before) {
      store<u32>(queue + ((<usize>queued) << 2), book)
      queued++
    }
  }
  store<u32>(counts, outs)
  store<u32>(counts, unables, 4)
  return queued
}

function needsMissing(row: usize, rowBytes: usize, gaps: usize, needy: u32): bool {
  let held: v128 = i32x4.splat(0)
  const zero: v128 = f32x4.splat(0)
  for (let at: usize = 0; at < rowBytes; at += 16) {
    held = v128.or(held, v128.and(f32x4.ne(v128.load(row + at), zero), v128.load(gaps + at)))
  }
  return needy != 0 || v128.any_true(held)
}
