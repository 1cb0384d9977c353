// AssemblyScript, compiled by scripts/build-wasm.mjs. What it computes, in which order and with which error is stated
// and proved in ../filter-margin.ts: change both together.

/** The host refuses another number: a file left from before does not fit the memory layout. */
export const VERSION: i32 = 1

const IN: u8 = 0
const OUT: u8 = 2
const UNABLE: u8 = 3
/** Too near to an edge for float32, or marked by a NaN: float64 decides. */
const UNDECIDED: u8 = 4

/**
 * Verdicts of books [from, to). Addresses are bytes:
 * quantities  f32[books × 4·vectors], ≥ 0; NaN in the first lane marks a book that only float64 may judge
 * prices      f32[4·vectors]; 0 in the padding and where the price is missing
 * bandOf      u32[books], row of `bands`
 * bands       per row and vector of lines f32x4 low, f32x4 high; the last vector is CASH, four times
 * gaps        0, or u32[4·vectors], all ones where the price is missing
 * needy       with gaps: u8[rows], 1 where a line of the row with a target has no price
 * told        u8[books]: bit 1 out, bit 0 unable, as last told
 * verdicts    u8[books], written
 * queue       u32[books], written: books that are undecided or not as told
 * counts      u32[2], added to: books out, books unable
 * Answers the length of the queue.
 */
export function classify(
  from: u32,
  to: u32,
  riskyVectors: u32,
  cashVectors: u32,
  quantities: usize,
  prices: usize,
  bandOf: usize,
  bands: usize,
  gaps: usize,
  needy: usize,
  told: usize,
  verdicts: usize,
  queue: usize,
  counts: usize,
  widen: f32,
): u32 {
  const riskyBytes: usize = (<usize>riskyVectors) << 4
  const rowBytes: usize = (<usize>riskyVectors + cashVectors) << 4
  const bandBytes: usize = (<usize>riskyVectors + 1) << 5
  const widened: v128 = f32x4.splat(widen)
  let row: usize = quantities + <usize>from * rowBytes
  let queued: u32 = 0
  let outs: u32 = 0
  let unables: u32 = 0
  for (let book: u32 = from; book < to; book++, row += rowBytes) {
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

    const bandRow: usize = load<u32>(bandOf + ((<usize>book) << 2))
    const band: usize = bands + bandRow * bandBytes
    const cashEdges: usize = band + (riskyBytes << 1)
    let inside: v128 = v128.and(
      f32x4.ge(cashes, f32x4.mul(v128.load(cashEdges), totals)),
      f32x4.le(cashes, f32x4.mul(v128.load(cashEdges, 16), totals)),
    )
    for (let at: usize = 0; at < riskyBytes; at += 16) {
      const value: v128 = f32x4.mul(v128.load(row + at), v128.load(prices + at))
      const edges: usize = band + (at << 1)
      inside = v128.and(
        inside,
        v128.and(
          f32x4.ge(value, f32x4.mul(v128.load(edges), totals)),
          f32x4.le(value, f32x4.mul(v128.load(edges, 16), totals)),
        ),
      )
    }

    let verdict: u8 = IN
    if (total != total) {
      verdict = UNDECIDED
    } else if (total == 0 || (gaps != 0 && needsMissing(row, rowBytes, gaps, load<u8>(needy + bandRow)))) {
      verdict = UNABLE
    } else if (!v128.all_true<u32>(inside)) {
      const widenedTotals: v128 = f32x4.mul(totals, widened)
      let outside: v128 = v128.or(
        f32x4.lt(f32x4.mul(cashes, widened), f32x4.mul(v128.load(cashEdges), totals)),
        f32x4.gt(cashes, f32x4.mul(v128.load(cashEdges, 16), widenedTotals)),
      )
      for (let at: usize = 0; at < riskyBytes; at += 16) {
        const value: v128 = f32x4.mul(v128.load(row + at), v128.load(prices + at))
        const edges: usize = band + (at << 1)
        outside = v128.or(
          outside,
          v128.or(
            f32x4.lt(f32x4.mul(value, widened), f32x4.mul(v128.load(edges), totals)),
            f32x4.gt(value, f32x4.mul(v128.load(edges, 16), widenedTotals)),
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
  store<u32>(counts, load<u32>(counts) + outs)
  store<u32>(counts, load<u32>(counts, 4) + unables, 4)
  return queued
}

function needsMissing(row: usize, rowBytes: usize, gaps: usize, needy: u8): bool {
  let held: v128 = i32x4.splat(0)
  const zero: v128 = f32x4.splat(0)
  for (let at: usize = 0; at < rowBytes; at += 16) {
    held = v128.or(held, v128.and(f32x4.ne(v128.load(row + at), zero), v128.load(gaps + at)))
  }
  return needy != 0 || v128.any_true(held)
}
