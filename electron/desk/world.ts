import { ensureDefined } from '../../core/assert.ts'
import { accountOf, type ClientBook, type ClientBookId, HOUSE, type Holding, type Lot } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import {
  type AssetId,
  isSettlementAsset,
  type Market,
  type MarketKey,
  VENUES,
  type VenueId,
} from '../../core/instruments.ts'
import type { ModelPortfolio } from '../../core/model-portfolio.ts'
import {
  type BookRisk,
  type RiskProfile,
  type RiskProfileId,
  type RiskTerms,
  termsInForce,
} from '../../core/risk-profile.ts'

/**
 * The firm as the desk works with it: client books in a fixed order (the row numbers of every frame), their models and
 * holdings. A mirror of the store, read again where facts have changed it; never written by itself.
 */
export class World {
  readonly #store: DeskStore
  #books: readonly ClientBook[] = []
  #rowOf = new Map<ClientBookId, number>()
  #models = new Map<string, ModelPortfolio>()
  #holdings = new Map<ClientBookId, readonly Holding[]>()
  /** Of the books that were asked for theirs. */
  #lots = new Map<ClientBookId, readonly Lot[]>()
  #profiles = new Map<RiskProfileId, RiskProfile>()
  #risks = new Map<ClientBookId, BookRisk>()
  #terms = new Map<ClientBookId, RiskTerms>()
  #markets = new Map<MarketKey, Market>()
  #marketList: readonly Market[] = []
  #marketsOf = new Map<AssetId, readonly Market[]>()
  #changes = 0
  #assetsInUse: readonly AssetId[] = []

  constructor(store: DeskStore) {
    this.#store = store
    this.reload()
  }

  /** Everything again: after books were added or models changed. */
  reload(): void {
    this.#books = [...this.#store.clientBooks()].sort((a, b) => (a.id < b.id ? -1 : 1))
    this.#rowOf = new Map(this.#books.map((book, row) => [book.id, row]))
    this.#models = new Map(this.#store.models().map((model) => [model.id, model]))
    this.reloadRisk()
    this.#lots.clear()
    this.#holdings = new Map(this.#books.map((book) => [book.id, []]))
    const byBook = new Map<ClientBookId, Holding[]>()
    for (const held of this.#store.holdings()) {
      if (held.subAccount === HOUSE) continue
      const list = byBook.get(held.subAccount)
      if (list === undefined) byBook.set(held.subAccount, [held])
      else list.push(held)
    }
    for (const [bookId, held] of byBook) this.#holdings.set(bookId, held)
    this.#assetsInUse = this.#findAssets()
    this.#changes++
  }

  /** The holdings of these books again: after their fills or cash flows. */
  refreshHoldings(bookIds: Iterable<ClientBookId>): void {
    for (const bookId of bookIds) {
      const held = this.#store.holdingsOf(bookId)
      this.#lots.delete(bookId)
      this.#holdings.set(bookId, held)
      if (held.some(({ asset }) => !this.#assetsInUse.includes(asset)))
        this.#assetsInUse = [...new Set([...this.#assetsInUse, ...held.map(({ asset }) => asset)])].sort()
    }
    this.#changes++
  }

  /** The settings of one book again: paused, restricted. */
  refreshBook(book: ClientBook): void {
    const row = ensureDefined(this.#rowOf.get(book.id), `client book ${book.id}`)
    this.#books = this.#books.with(row, book)
    this.#terms.delete(book.id)
    this.#changes++
  }

  /** Risk profiles and which book has which again: after one was saved, given, overridden. */
  reloadRisk(): void {
    this.#profiles = new Map(this.#store.riskProfiles().map(({ profile }) => [profile.id, profile]))
    this.#risks = new Map(this.#store.bookRisks().map((risk) => [risk.bookId, risk]))
    this.#terms.clear()
    this.#changes++
  }

  setMarkets(markets: readonly Market[]): void {
    this.#marketList = markets
    this.#markets = new Map(markets.map((market) => [`${market.venue}:${market.symbol}`, market]))
    const byAsset = new Map<AssetId, Market[]>()
    for (const market of markets) {
      if (!isSettlementAsset(market.quote) || isSettlementAsset(market.base)) continue
      byAsset.set(market.base, [...(byAsset.get(market.base) ?? []), market])
    }
    this.#marketsOf = byAsset
  }

  /** Grows with every change of books, models or holdings: what is derived from all of them is old then. */
  get changes(): number {
    return this.#changes
  }
  get books(): readonly ClientBook[] {
    return this.#books
  }
  book(bookId: ClientBookId): ClientBook | undefined {
    const row = this.#rowOf.get(bookId)
    return row === undefined ? undefined : this.#books[row]
  }
  rowOf(bookId: ClientBookId): number {
    return ensureDefined(this.#rowOf.get(bookId), `client book ${bookId}`)
  }
  modelOf(book: ClientBook): ModelPortfolio {
    return ensureDefined(this.#models.get(book.modelId), `model portfolio ${book.modelId}`)
  }
  /** The risk profile given to a book; undefined where none was. */
  riskOf(bookId: ClientBookId): BookRisk | undefined {
    return this.#risks.get(bookId)
  }
  get risks(): ReadonlyMap<ClientBookId, BookRisk> {
    return this.#risks
  }
  profile(id: RiskProfileId): RiskProfile | undefined {
    return this.#profiles.get(id)
  }
  get profiles(): readonly RiskProfile[] {
    return [...this.#profiles.values()]
  }
  /** The terms that hold for a book until the next fact about it: an override ends by a fact, not by the clock alone. */
  termsOf(book: ClientBook): RiskTerms {
    let terms = this.#terms.get(book.id)
    if (terms === undefined) {
      const risk = this.#risks.get(book.id)
      terms = termsInForce(book, risk && this.#profiles.get(risk.profileId), risk?.override ?? null)
      this.#terms.set(book.id, terms)
    }
    return terms
  }
  get models(): readonly ModelPortfolio[] {
    return [...this.#models.values()]
  }
  holdingsOf(bookId: ClientBookId): readonly Holding[] {
    return this.#holdings.get(bookId) ?? []
  }
  /** Per venue and asset, oldest first. */
  lotsOf(bookId: ClientBookId): readonly Lot[] {
    let lots = this.#lots.get(bookId)
    if (lots === undefined) {
      lots = this.#store.lotsOf(bookId)
      this.#lots.set(bookId, lots)
    }
    return lots
  }
  market(key: MarketKey): Market | undefined {
    return this.#markets.get(key)
  }
  /** The same array until they are set again. */
  get markets(): readonly Market[] {
    return this.#marketList
  }
  /** Every market that trades the asset against a settlement currency. */
  readonly marketsOf = (asset: AssetId): readonly Market[] => this.#marketsOf.get(asset) ?? []

  marketOn(venue: VenueId, asset: AssetId): Market | undefined {
    return this.marketsOf(asset).find((market) => market.venue === venue)
  }

  /** Venue accounts in use: what has to be open at each venue. */
  venueAccounts(): readonly { readonly venue: VenueId; readonly account: string }[] {
    const accounts = new Set(this.#books.map(accountOf))
    for (const account of this.#store.venueAccounts()) accounts.add(account)
    return VENUES.flatMap((venue) => [...accounts].sort().map((account) => ({ venue, account })))
  }

  /** Assets whose price any book needs: those of models and holdings. What was sold whole stays until `reload`. */
  assetsInUse(): readonly AssetId[] {
    return this.#assetsInUse
  }

  #findAssets(): readonly AssetId[] {
    const assets = new Set<AssetId>()
    for (const model of this.#models.values())
      for (const line of model.lines) if (line.asset !== 'CASH') assets.add(line.asset)
    for (const holdings of this.#holdings.values()) for (const held of holdings) assets.add(held.asset)
    return [...assets].sort()
  }
}
