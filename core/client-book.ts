import type { Amount } from './amount.ts'
import type { AssetId, VenueId } from './instruments.ts'
import type { TaxTerms } from './tax-terms.ts'
import type { Millis } from './units.ts'

export type ClientBookId = string
export type Tier = 'standard' | 'premium'

/** Residues and anything unexplained on the firm's own accounts. It is a sub-account like a client book, never traded. */
export const HOUSE = 'house'
export type SubAccountId = ClientBookId | typeof HOUSE

/** The firm's one account per venue. A segregated client book has an account of its own name instead. */
export const OMNIBUS = 'omnibus'
export type VenueAccountId = string

export type Custody = { readonly kind: 'omnibus' } | { readonly kind: 'segregated'; readonly account: VenueAccountId }

export type Restriction =
  | { readonly kind: 'no-buy'; readonly asset: AssetId; readonly reason: string; readonly until?: Millis }
  | { readonly kind: 'no-sell'; readonly asset: AssetId; readonly reason: string; readonly until?: Millis }
  /** Override: neither bought nor sold. */
  | { readonly kind: 'no-trade'; readonly asset: AssetId; readonly reason: string; readonly until?: Millis }
  /** Override: traded only when out of band, to just inside its edge and no further. */
  | { readonly kind: 'band-edge'; readonly asset: AssetId; readonly reason: string; readonly until?: Millis }
  | {
      readonly kind: 'at-most'
      readonly asset: AssetId
      readonly weight: number
      readonly reason: string
      readonly until?: Millis
    }
  /** Not sold below this part of its target, from 0 to 1, whatever book and model say. */
  | {
      readonly kind: 'keep'
      readonly asset: AssetId
      readonly share: number
      readonly reason: string
      readonly until?: Millis
    }

/** What a premium client book may do unasked. Beyond any limit it falls back to approval, with the reason. */
export interface Mandate {
  /** Largest one-way turnover of one automatic rebalance, as a fraction of the book. */
  readonly maximumTurnover: number
  /** Largest estimated cost of one automatic rebalance, in bps of the book. */
  readonly maximumCostBps: number
  /** Largest tax told of one automatic rebalance, in bps of the book; left out: none, so that gains are asked for. */
  readonly maximumTaxBps?: number | undefined
}

/** A client's portfolio under management. Holdings live in the ledger. */
export interface ClientBook {
  readonly id: ClientBookId
  readonly clientId: string
  readonly clientName: string
  readonly tier: Tier
  readonly modelId: string
  readonly custody: Custody
  /** Part of the value that stays in cash whatever happens. */
  readonly cashReserve: number
  /** γ of a book that has no risk profile. */
  readonly riskAversion: number
  readonly mandate: Mandate | null
  readonly restrictions: readonly Restriction[]
  /** Automatic execution and triggers are held until then. */
  readonly pausedUntil: Millis | null
  /** Why, in the words of who paused it; left out while it is not. */
  readonly pausedWhy?: string
  /** Whether opposite flows may be crossed inside the firm at mid. */
  readonly mayCross: boolean
  /** Part of its target that no asset of this book is sold below; without it the model's holds. */
  readonly keptShare?: number | undefined
  /** What selling its lots costs in tax; left out: tax is no concern of this book, and sales use up the oldest lot. */
  readonly taxTerms?: TaxTerms | undefined
}

export const accountOf = (book: Pick<ClientBook, 'custody'>): VenueAccountId =>
  book.custody.kind === 'omnibus' ? OMNIBUS : book.custody.account

/** What one sub-account owns of one asset on one venue. */
export interface Holding {
  readonly subAccount: SubAccountId
  readonly venue: VenueId
  readonly asset: AssetId
  readonly quantity: Amount
}

/** One purchase, kept per venue because tax basis is per wallet. */
export interface Lot {
  readonly id: number
  readonly subAccount: SubAccountId
  readonly venue: VenueId
  readonly asset: AssetId
  readonly quantity: Amount
  /** Cost in US dollars per unit at the time of purchase; null where the import did not state one. */
  readonly unitCostUsd: Amount | null
  readonly acquiredAt: Millis
}
