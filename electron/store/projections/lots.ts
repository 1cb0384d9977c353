import {
  type Amount,
  add,
  amount,
  formatAmount,
  multiply,
  negate,
  prorate,
  subtract,
  ZERO,
} from '../../../core/amount.ts'
import { assert } from '../../../core/assert.ts'
import { HOUSE, OMNIBUS } from '../../../core/client-book.ts'
import { relieveLots, type Sale, type SoldLot } from '../../../core/decisions/lot-relief.ts'
import { isSettlementAsset, splitMarketKey } from '../../../core/instruments.ts'
import type { FactPayloads } from '../../../core/journal.ts'
import type { VenueTrade } from '../../../core/order.ts'
import type { TaxTerms } from '../../../core/tax-terms.ts'
import { type Millis, millis } from '../../../core/units.ts'
import { createLotSaleRows } from './lot-sale-rows.ts'
import type { CreateProjection } from './projection.ts'
import { createSubAccounts } from './sub-accounts.ts'

/** Where lots lie. */
interface Pile {
  readonly subAccount: string
  readonly venue: string
  readonly asset: string
}
interface PiledLot {
  readonly id: number
  readonly quantity: Amount
  readonly unitCostUsd: Amount | null
  readonly acquiredAt: Millis
}

/**
 * Purchases with cost and date, per client book, venue and asset. Sales of a book with tax terms consume lots in order
 * of rising tax at the fill's own price; those of all others, fees and what leaves otherwise the oldest lot first (FIFO).
 * What a sale took from which lot is kept, with its gain. Settlement currencies and HOUSE have no lots. The lots of a
 * client book sum to its holding once every fill is allocated.
 */
export const createLotsProjection: CreateProjection = (database) => {
  const { landingPlace } = createSubAccounts(database)
  const insert = database.prepare(
    'INSERT INTO lot (sub_account, venue, asset, quantity, unit_cost_usd, acquired_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const oldest = database.prepare(
    `SELECT lot_id AS id, quantity FROM lot WHERE sub_account = ? AND venue = ? AND asset = ?
     ORDER BY acquired_at, lot_id LIMIT 1`,
  )
  const byAge = database.prepare(
    `SELECT lot_id AS id, quantity, unit_cost_usd AS cost, acquired_at AS acquiredAt FROM lot
     WHERE sub_account = ? AND venue = ? AND asset = ? ORDER BY acquired_at, lot_id`,
  )
  const taxTerms = database.prepare(
    `SELECT json_extract(content, '$.taxTerms') AS terms FROM client_book WHERE book_id = ?`,
  )
  const note = createLotSaleRows(database)
  const shrink = database.prepare('UPDATE lot SET quantity = ? WHERE lot_id = ?')
  const drop = database.prepare('DELETE FROM lot WHERE lot_id = ?')

  const hasLots = ({ subAccount, asset }: Pile): boolean => subAccount !== HOUSE && !isSettlementAsset(asset)

  const open = (pile: Pile, quantity: Amount, unitCostUsd: Amount | null, acquiredAt: Millis): void => {
    const cost = unitCostUsd === null ? null : formatAmount(unitCostUsd)
    insert.run(pile.subAccount, pile.venue, pile.asset, formatAmount(quantity), cost, acquiredAt)
  }

  const take = (lot: { readonly id: number; readonly quantity: Amount }, quantity: Amount): void => {
    const rest = subtract(lot.quantity, quantity)
    if (rest > ZERO) shrink.run(formatAmount(rest), lot.id)
    else drop.run(lot.id)
  }

  const short = (pile: Pile, missing: Amount, quantity: Amount): string =>
    `the lots of ${pile.asset} of ${pile.subAccount} on ${pile.venue} are ${formatAmount(missing)} short of ${formatAmount(quantity)}`

  const termsOf = (subAccount: string): TaxTerms | null => {
    const stored = (taxTerms.get(subAccount) as { terms: string | null } | undefined)?.terms ?? null
    return stored === null ? null : (JSON.parse(stored) as TaxTerms)
  }

  const lotsOf = (pile: Pile): readonly PiledLot[] =>
    (
      byAge.all(pile.subAccount, pile.venue, pile.asset) as {
        id: number
        quantity: string
        cost: string | null
        acquiredAt: number
      }[]
    ).map(({ id, quantity, cost, acquiredAt }) => ({
      id,
      quantity: amount(quantity),
      unitCostUsd: cost === null ? null : amount(cost),
      acquiredAt: millis(acquiredAt),
    }))

  /** Answers what each lot gave, in the order in which they were used up. */
  const sell = (pile: Pile, sale: Sale): readonly SoldLot<PiledLot>[] => {
    if (!hasLots(pile)) return []
    const { parts, missing } = relieveLots(lotsOf(pile), sale, termsOf(pile.subAccount))
    assert(missing === ZERO, short(pile, missing, sale.quantity))
    for (const { lot, quantity } of parts) take(lot, quantity)
    return parts
  }

  const consume = (pile: Pile, quantity: Amount): void => {
    for (let left = quantity; left > ZERO; ) {
      const lot = oldest.get(pile.subAccount, pile.venue, pile.asset) as { id: number; quantity: string } | undefined
      assert(lot !== undefined, short(pile, left, quantity))
      const held = amount(lot.quantity)
      take({ id: lot.id, quantity: held }, left)
      left = subtract(left, held)
    }
  }

  /** @param costUsd what the whole quantity cost; null where nobody said. */
  const change = (pile: Pile, by: Amount, unitCostUsd: Amount | null, at: Millis): void => {
    if (!hasLots(pile) || by === ZERO) return
    if (by > ZERO) open(pile, by, unitCostUsd, at)
    else consume(pile, negate(by))
  }

  /**
   * Unit cost in USD of a purchase: (cost + fee in the quote currency) × USD per quote ÷ base received after a fee in
   * base. A fee in a third asset reduces that asset's lots and is not part of the cost. A sale brings (cost − fee in the
   * quote currency) × USD per quote, for what was sold and a fee in base together.
   */
  const allocate = (payload: FactPayloads['fills-allocated'], sequence: number, at: Millis): void => {
    const { childId, venue, base, quote, side, quotePriceUsd } = payload
    let position = 0
    for (const { bookId: subAccount, quantity, cost, fee, feeAsset } of payload.allocations) {
      const feeIn = (asset: string): Amount => (feeAsset === asset ? fee : ZERO)
      const signed = side === 'buy' ? quantity : negate(quantity)
      const received = subtract(signed, feeIn(base))
      const paid = side === 'buy' ? add(cost, feeIn(quote)) : subtract(feeIn(quote), cost)
      const unitCostUsd = received > ZERO ? prorate(paid, quotePriceUsd, received) : null
      const pile = { subAccount, venue, asset: base }
      if (side === 'buy' || quantity === ZERO) change(pile, received, unitCostUsd, at)
      else {
        const sale = { quantity: negate(received), proceedsUsd: multiply(negate(paid), quotePriceUsd), at }
        for (const part of sell(pile, sale)) note({ ...pile, sequence, position: position++, childId, at }, part)
      }
      change({ subAccount, venue, asset: quote }, negate(paid), quotePriceUsd, at)
      if (feeAsset !== base && feeAsset !== quote) change({ subAccount, venue, asset: feeAsset }, negate(fee), null, at)
    }
  }

  /** A trade that is not ours on a segregated account: no allocation will follow, and nobody states the quote's price. */
  const bookExternal = (trade: VenueTrade): void => {
    const { venue, side, quantity, cost, fee, feeAsset, at } = trade
    const { base, quote } = splitMarketKey(trade.market)
    const subAccount = landingPlace(trade.account)
    change({ subAccount, venue, asset: base }, side === 'buy' ? quantity : negate(quantity), null, at)
    change({ subAccount, venue, asset: quote }, side === 'buy' ? negate(cost) : cost, null, at)
    change({ subAccount, venue, asset: feeAsset }, negate(fee), null, at)
  }

  return {
    apply(fact, sequence, at) {
      switch (fact.type) {
        case 'holdings-opened': {
          const { subAccount, lots } = fact.payload
          for (const { venue, asset, quantity, unitCostUsd, acquiredAt } of lots) {
            change({ subAccount, venue, asset }, quantity, unitCostUsd, acquiredAt)
          }
          break
        }
        case 'cash-flow-booked': {
          const { subAccount, venue, asset, quantity } = fact.payload
          change({ subAccount, venue, asset }, quantity, null, at)
          break
        }
        case 'trade-recorded':
          if (fact.payload.childId === null && fact.payload.trade.account !== OMNIBUS) bookExternal(fact.payload.trade)
          break
        case 'fills-allocated':
          allocate(fact.payload, sequence, at)
          break
      }
    },
  }
}
