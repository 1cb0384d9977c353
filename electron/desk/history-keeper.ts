import { toFloat, ZERO } from '../../core/amount.ts'
import { halfWidth } from '../../core/band.ts'
import type { ClientBook, ClientBookId, Holding } from '../../core/client-book.ts'
import type { WeightHistory } from '../../core/contracts/client-book-view.ts'
import { type AssetId, type Bar, CASH, isSettlementAsset } from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import type { RiskTerms } from '../../core/risk-profile.ts'
import type { PriceBoard } from '../proposals/book-position.ts'

/** One moment of prices, in market time. */
interface PriceSample {
  readonly at: number
  readonly prices: ReadonlyMap<AssetId, number>
}
interface HoldingsSince {
  readonly from: number
  /** As the world has it: one array per book and moment, none of them copied. */
  readonly holdings: readonly Holding[]
}

const SAMPLE_MS = 5 * 60_000
const MOST_SAMPLES = 20_000

/**
 * What is needed to draw a weight against its band over time: hourly bars from before the desk watched, price samples
 * since, the holdings of each book whenever they changed, the multiplier whenever it changed. All in market time.
 */
export class HistoryKeeper {
  readonly #bars = new Map<AssetId, readonly { readonly at: number; readonly price: number }[]>()
  #samples: PriceSample[] = []
  readonly #holdings = new Map<ClientBookId, HoldingsSince[]>()
  readonly #rebalances = new Map<ClientBookId, number[]>()
  readonly #multipliers: { readonly from: number; readonly multiplier: number }[] = []
  #recordedFrom = Number.POSITIVE_INFINITY

  /** Closed hourly bars in the quote currency; `quoteUsd` turns them into USD. */
  setBars(asset: AssetId, bars: readonly Bar[], quoteUsd: number): void {
    this.#bars.set(
      asset,
      bars.map((bar) => ({ at: bar.openTime + 3_600_000, price: bar.close * quoteUsd })),
    )
  }

  sample(marketTime: number, prices: PriceBoard): void {
    const last = this.#samples.at(-1)
    if (last !== undefined && marketTime - last.at < SAMPLE_MS) return
    this.#recordedFrom = Math.min(this.#recordedFrom, marketTime)
    const now = new Map<AssetId, number>()
    for (const [asset, price] of prices) if (price.fresh) now.set(asset, price.priceUsd)
    this.#samples.push({ at: marketTime, prices: now })
    if (this.#samples.length > MOST_SAMPLES) this.#samples = this.#samples.slice(MOST_SAMPLES / 4)
  }

  setMultiplier(marketTime: number, multiplier: number): void {
    if (this.#multipliers.at(-1)?.multiplier !== multiplier) this.#multipliers.push({ from: marketTime, multiplier })
  }

  setHoldings(marketTime: number, bookId: ClientBookId, holdings: readonly Holding[]): void {
    const list = this.#holdings.get(bookId)
    if (list === undefined) this.#holdings.set(bookId, [{ from: marketTime, holdings }])
    else list.push({ from: marketTime, holdings })
  }

  rebalanced(marketTime: number, bookId: ClientBookId): void {
    this.#rebalances.set(bookId, [...(this.#rebalances.get(bookId) ?? []), marketTime])
  }

  /** Weights and bands of one line over the last `days`, oldest first; the bands are those of today's risk terms. */
  weights(
    book: ClientBook,
    { model, terms }: { readonly model: ModelPortfolio; readonly terms: RiskTerms },
    asset: AssetId,
    days: number,
    now: number,
  ): WeightHistory {
    const line = model.lines.find((candidate) => candidate.asset === asset)
    const target = line?.target ?? 0
    const half = line === undefined ? 0 : terms.bandFactor * halfWidth(line.band, target)
    const most = asset === CASH ? 1 : terms.maximumWeight
    const times: number[] = []
    const [weights, lows, highs]: [number[], number[], number[]] = [[], [], []]
    for (const { at, prices } of this.#moments(now - days * 86_400_000)) {
      const weight = weightAt(asset, this.#holdingsAt(book.id, at), prices)
      if (Number.isNaN(weight)) continue
      const multiplier = this.#multiplierAt(at)
      times.push(at)
      weights.push(weight)
      lows.push(Math.max(0, Math.min(most, target - multiplier * half)))
      highs.push(Math.min(most, target + multiplier * half))
    }
    return {
      asset,
      times: Float64Array.from(times),
      weights: Float64Array.from(weights),
      lows: Float64Array.from(lows),
      highs: Float64Array.from(highs),
      target,
      recordedFrom: this.#recordedFrom,
      rebalances: this.#rebalances.get(book.id) ?? [],
    }
  }

  *#moments(from: number): Generator<PriceSample> {
    const hours = new Map<number, Map<AssetId, number>>()
    for (const [asset, bars] of this.#bars)
      for (const { at, price } of bars) {
        if (at < from || at >= this.#recordedFrom) continue
        const prices = hours.get(at)
        if (prices === undefined) hours.set(at, new Map([[asset, price]]))
        else prices.set(asset, price)
      }
    for (const at of [...hours.keys()].sort((a, b) => a - b)) yield { at, prices: hours.get(at)! }
    for (const sample of this.#samples) if (sample.at >= from) yield sample
  }

  #holdingsAt(bookId: ClientBookId, at: number): readonly Holding[] {
    const list = this.#holdings.get(bookId) ?? []
    // before the first record: today's knowledge of the past is the first holdings known
    let found = list[0]?.holdings ?? []
    for (const entry of list) if (entry.from <= at) found = entry.holdings
    return found
  }

  #multiplierAt(at: number): number {
    let found = this.#multipliers[0]?.multiplier ?? 1
    for (const entry of this.#multipliers) if (entry.from <= at) found = entry.multiplier
    return found
  }
}

/** NaN where a price that the book needs is missing at that moment. Settlement currencies without a bar count as 1. */
function weightAt(asset: AssetId, held: readonly Holding[], prices: ReadonlyMap<AssetId, number>): number {
  let [total, part] = [0, 0]
  for (const { asset: name, quantity: exact } of held) {
    if (exact === ZERO) continue
    const quantity = toFloat(exact)
    const price = prices.get(name) ?? (isSettlementAsset(name) ? 1 : Number.NaN)
    total += quantity * price
    if (asset === CASH ? isSettlementAsset(name) : name === asset) part += quantity * price
  }
  return total > 0 ? part / total : Number.NaN
}
