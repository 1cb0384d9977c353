/**
 * Which client books are out of their bands, from the words of the definition and no code of the engine's: one book
 * at a time, one asset at a time. The order of the additions is the one the engine promises (risky assets as loaded,
 * then settlement currencies as loaded), so that both round alike and may be compared to the last bit.
 */
export interface PlainBook {
  readonly id: string
  /** By asset; an asset that is not there is not held. */
  readonly quantities: Map<string, number>
  /** By asset or CASH. */
  lines: Map<string, PlainLine>
}

export interface PlainLine {
  readonly target: number
  readonly low: number
  readonly high: number
}

export interface PlainUniverse {
  /** In the order loaded. */
  readonly risky: readonly string[]
  readonly settlement: readonly string[]
  readonly unlistedWeight: number
}

export interface PlainVerdict {
  status: 'in' | 'out' | 'unable'
  value: number
  /** Lines beyond their limits; the line furthest from its target in half-widths, those beyond first. */
  breached: number
  worst: string
  worstPosition: number
  turnover: number
  cashWeight: number
  /** Smallest distance of a weight from a limit that is not 0 or 1. */
  margin: number
}

/** `prices` holds the usable prices only. */
export function judge(book: PlainBook, prices: ReadonlyMap<string, number>, universe: PlainUniverse): PlainVerdict {
  const { risky, settlement, unlistedWeight } = universe
  const verdict: PlainVerdict = {
    status: 'unable',
    value: Number.NaN,
    breached: 0,
    worst: '',
    worstPosition: -1,
    turnover: 0,
    cashWeight: Number.NaN,
    margin: 1,
  }
  let value = 0
  for (const asset of risky) {
    const quantity = book.quantities.get(asset)
    const price = prices.get(asset)
    if (price === undefined && (quantity || book.lines.get(asset)?.target)) return verdict
    if (quantity) value += quantity * price!
  }
  let cash = 0
  for (const asset of settlement) {
    const quantity = book.quantities.get(asset)
    const price = prices.get(asset)
    if (price === undefined && quantity) return verdict
    if (quantity) {
      value += quantity * price!
      cash += quantity * price!
    }
  }
  if (!(value > 0 && Number.isFinite(value))) return verdict
  verdict.status = 'in'
  verdict.value = value
  verdict.cashWeight = cash / value
  for (const asset of risky) {
    const quantity = book.quantities.get(asset)
    const line = book.lines.get(asset)
    if (!quantity && line === undefined) continue
    look(verdict, asset, quantity ? (quantity * prices.get(asset)!) / value : 0, line, unlistedWeight)
  }
  look(verdict, 'CASH', cash / value, book.lines.get('CASH'), unlistedWeight)
  return verdict
}

function look(
  verdict: PlainVerdict,
  asset: string,
  weight: number,
  line: PlainLine | undefined,
  unlisted: number,
): void {
  const target = line?.target ?? 0
  const low = line?.low ?? -unlisted
  const high = line?.high ?? unlisted
  verdict.turnover += Math.abs(weight - target) / 2
  for (const edge of [low, high]) {
    if (edge > 0 && edge < 1) verdict.margin = Math.min(verdict.margin, Math.abs(weight - edge) / edge)
  }
  const side = weight > target ? high - target : target - low
  const position = weight === target ? 0 : Math.abs(weight - target) / side
  const isOut = weight > high || weight < low
  if (isOut) {
    if (verdict.breached === 0) verdict.worstPosition = -1
    verdict.breached++
    verdict.status = 'out'
  }
  if ((isOut || verdict.breached === 0) && position > verdict.worstPosition) {
    verdict.worst = asset
    verdict.worstPosition = position
  }
}
