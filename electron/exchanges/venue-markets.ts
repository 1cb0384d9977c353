import type { Amount } from '../../core/amount.ts'
import { parseAmount } from '../../core/amount.ts'
import { keyOf, type Market, type MarketKey, marketKey, type VenueId } from '../../core/instruments.ts'

/** A market with the names that the venue itself gives it; the first is the one to send. */
export interface ListedMarket {
  readonly market: Market
  readonly names: readonly [string, ...string[]]
}

/** The venue's markets by our key and by any of the venue's names. */
export class VenueMarkets {
  readonly #venue: VenueId
  readonly #byKey = new Map<MarketKey, ListedMarket>()
  readonly #byName = new Map<string, ListedMarket>()

  constructor(venue: VenueId, listed: readonly ListedMarket[]) {
    this.#venue = venue
    for (const entry of listed) {
      this.#byKey.set(keyOf(entry.market), entry)
      for (const name of entry.names) this.#byName.set(name, entry)
    }
  }

  all(): readonly Market[] {
    return [...this.#byKey.values()].map((entry) => entry.market)
  }

  market(key: MarketKey): Market | undefined {
    return this.#byKey.get(key)?.market
  }

  /** The name to send, or undefined for a market this venue doesn't list. */
  nameOf(key: MarketKey): string | undefined {
    return this.#byKey.get(key)?.names[0]
  }

  byName(name: string): Market | undefined {
    return this.#byName.get(name)?.market
  }

  /** Our key for the venue's name; a market outside our list (another quote currency) keeps the venue's name. */
  keyOfName(name: string): MarketKey {
    const market = this.byName(name)
    return market ? keyOf(market) : marketKey(this.#venue, name)
  }
}

/** Exact amounts of a record of texts, or the name of the first that is no decimal. */
export function parseAmounts<K extends string>(
  texts: Readonly<Record<K, string>>,
): { readonly ok: true; readonly value: Record<K, Amount> } | { readonly ok: false; readonly bad: string } {
  const amounts = {} as Record<K, Amount>
  for (const [name, text] of Object.entries(texts) as [K, string][]) {
    const parsed = parseAmount(text)
    if (!parsed.ok) return { ok: false, bad: `${name} was "${text}"` }
    amounts[name] = parsed.value
  }
  return { ok: true, value: amounts }
}
