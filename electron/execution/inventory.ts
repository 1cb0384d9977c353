import { type Amount, add, maximum, multiply, subtract, ZERO } from '../../core/amount.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { type AssetId, splitMarketKey, type VenueId } from '../../core/instruments.ts'
import type { ChildOrder, Side } from '../../core/order.ts'

/**
 * What client books can still spend per venue and asset: holdings less what their own live and unknown orders may take.
 * Holdings contain settled proceeds only, so a buy can never be paid with a sale that is not settled (invariant 10).
 * The same object serves all parents of a round: what one reserves the next does not see.
 */
export class FreeInventory {
  readonly #store: Pick<DeskStore, 'holdingsOf'>
  readonly #free = new Map<string, Amount>()
  readonly #read = new Set<ClientBookId>()
  readonly #reserved = new Map<string, Amount>()

  constructor(store: Pick<DeskStore, 'holdingsOf'>) {
    this.#store = store
  }

  /** Never below zero. */
  free(bookId: ClientBookId, venue: VenueId, asset: AssetId): Amount {
    if (!this.#read.has(bookId)) {
      this.#read.add(bookId)
      for (const holding of this.#store.holdingsOf(bookId)) {
        this.#free.set(keyOf(bookId, holding.venue, holding.asset), holding.quantity)
      }
    }
    const key = keyOf(bookId, venue, asset)
    return maximum(ZERO, subtract(this.#free.get(key) ?? ZERO, this.#reserved.get(key) ?? ZERO))
  }

  reserve(bookId: ClientBookId, venue: VenueId, asset: AssetId, quantity: Amount): void {
    const key = keyOf(bookId, venue, asset)
    this.#reserved.set(key, add(this.#reserved.get(key) ?? ZERO, quantity))
  }

  /**
   * Reserves what a child may take from each of its books when it fills whole at its limit. For a child of an earlier
   * round too, however much of it is filled: its books are charged when it is settled, all at once.
   */
  reserveChild(child: ChildOrder, takerFee: Amount, cushion: Amount): void {
    const { base, quote } = splitMarketKey(child.market)
    for (const { bookId, quantity } of child.participants) {
      if (child.side === 'sell') this.reserve(bookId, child.venue, base, quantity)
      else this.reserve(bookId, child.venue, quote, buyCost(quantity, child.limitPrice, takerFee, cushion))
    }
  }
}

const keyOf = (bookId: ClientBookId, venue: VenueId, asset: AssetId): string => `${venue}|${asset}|${bookId}`

const ONE_UNIT = 1n as Amount
const whole = 10n ** 12n

/** Quote currency that buying a quantity takes at most: quantity × price × (1 + fee), rounded up, plus the cushion. */
export function buyCost(quantity: Amount, price: Amount, takerFee: Amount, cushion: Amount): Amount {
  const cost = add(multiply(quantity, price), ONE_UNIT)
  return add(add(add(cost, multiply(cost, takerFee)), ONE_UNIT), cushion)
}

/** Largest quantity whose `buyCost` stays within the cash; zero when not even the cushion is there. */
export function affordableQuantity(cash: Amount, price: Amount, takerFee: Amount, cushion: Amount): Amount {
  const spendable = cash - cushion - 3n
  if (spendable <= 0n) return ZERO
  // quantity ≤ spendable ÷ (price × (1 + fee)), in one division, cut towards zero
  return ((spendable * whole * whole) / (price * (whole + takerFee))) as Amount
}

/** What a book can trade on a venue at most, in base units. */
export function bookLimit(
  inventory: FreeInventory,
  order: {
    readonly bookId: ClientBookId
    readonly venue: VenueId
    readonly side: Side
    readonly base: AssetId
    readonly quote: AssetId
    readonly price: Amount
    readonly takerFee: Amount
    readonly cushion: Amount
  },
): Amount {
  if (order.side === 'sell') return inventory.free(order.bookId, order.venue, order.base)
  const cash = inventory.free(order.bookId, order.venue, order.quote)
  return affordableQuantity(cash, order.price, order.takerFee, order.cushion)
}
