import { type AssetId, type Market, type MarketKey, splitMarketKey } from '../../core/instruments.ts'
import type { Millis } from '../../core/units.ts'
import { type AssetPrice, type PriceInputs, priceInOrder, priceOf, pricingOrder } from './mids.ts'

export interface AssetPricesParts extends Pick<PriceInputs, 'orderBook' | 'maximumAgeMs'> {
  readonly now: () => Millis
}

/** The latest price of every asset, taken anew as a whole or kept up tick by tick: the same figures either way. */
export class AssetPrices {
  readonly #parts: AssetPricesParts
  #markets: readonly Market[] = []
  #order: ReadonlyMap<AssetId, readonly Market[]> = new Map()
  /** Assets that have a market in this currency. */
  #quotedIn: ReadonlyMap<AssetId, ReadonlySet<AssetId>> = new Map()
  #prices = new Map<AssetId, AssetPrice>()

  constructor(parts: AssetPricesParts) {
    this.#parts = parts
  }

  get(asset: AssetId): AssetPrice | undefined {
    return this.#prices.get(asset)
  }

  /** Every asset that one of these markets prices, at this moment: order books grow old without a tick. */
  takeAll(markets: readonly Market[]): ReadonlyMap<AssetId, AssetPrice> {
    this.#arrange(markets)
    this.#prices = priceInOrder(this.#order, this.#inputs())
    return this.#prices
  }

  /** What the order book of this market prices: its asset and, where that is a currency, all that is quoted in it. */
  tick(market: MarketKey): readonly AssetId[] {
    const { base } = splitMarketKey(market)
    const changed = [base, ...(this.#quotedIn.get(base) ?? [])].filter((asset) => this.#order.has(asset))
    const inputs = this.#inputs()
    for (const asset of changed)
      this.#prices.set(asset, priceOf(asset, this.#prices, { ...inputs, markets: this.#order.get(asset)! }))
    return changed
  }

  #inputs(): Omit<PriceInputs, 'markets'> {
    const { orderBook, now, maximumAgeMs } = this.#parts
    return { orderBook, now: now(), maximumAgeMs, previous: this.#prices }
  }

  #arrange(markets: readonly Market[]): void {
    if (markets === this.#markets) return
    this.#markets = markets
    this.#order = pricingOrder(markets)
    const quotedIn = new Map<AssetId, Set<AssetId>>()
    for (const { base, quote } of markets) quotedIn.set(quote, (quotedIn.get(quote) ?? new Set()).add(base))
    this.#quotedIn = quotedIn
  }
}
