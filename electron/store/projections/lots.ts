import { type Amount, add, amount, formatAmount, negate, prorate, subtract, ZERO } from '../../../core/amount.ts'
import { assert } from '../../../core/assert.ts'
import { HOUSE, OMNIBUS } from '../../../core/client-book.ts'
import { isSettlementAsset, splitMarketKey } from '../../../core/instruments.ts'
import type { FactPayloads } from '../../../core/journal.ts'
import type { VenueTrade } from '../../../core/order.ts'
import type { Millis } from '../../../core/units.ts'
import type { CreateProjection } from './projection.ts'
import { createSubAccounts } from './sub-accounts.ts'

/** Where lots lie. */
interface Pile {
  readonly subAccount: string
  readonly venue: string
  readonly asset: string
}

/**
 * Purchases with cost and date, per client book, venue and asset. Sales and fees consume the oldest lot first (FIFO).
 * Settlement currencies and HOUSE have no lots. The lots of a client book sum to its holding once every fill is allocated.
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
  const shrink = database.prepare('UPDATE lot SET quantity = ? WHERE lot_id = ?')
  const drop = database.prepare('DELETE FROM lot WHERE lot_id = ?')

  const hasLots = ({ subAccount, asset }: Pile): boolean => subAccount !== HOUSE && !isSettlementAsset(asset)

  const open = (pile: Pile, quantity: Amount, unitCostUsd: Amount | null, acquiredAt: Millis): void => {
    const cost = unitCostUsd === null ? null : formatAmount(unitCostUsd)
    insert.run(pile.subAccount, pile.venue, pile.asset, formatAmount(quantity), cost, acquiredAt)
  }

  const consume = (pile: Pile, quantity: Amount): void => {
    for (let left = quantity; left > ZERO; ) {
      const lot = oldest.get(pile.subAccount, pile.venue, pile.asset) as { id: number; quantity: string } | undefined
      assert(
        lot !== undefined,
        `the lots of ${pile.asset} of ${pile.subAccount} on ${pile.venue} are ${formatAmount(left)} short of ${formatAmount(quantity)}`,
      )
      const rest = subtract(amount(lot.quantity), left)
      if (rest > ZERO) shrink.run(formatAmount(rest), lot.id)
      else drop.run(lot.id)
      left = negate(rest)
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
   * base. A fee in a third asset reduces that asset's lots and is not part of the cost.
   */
  const allocate = (payload: FactPayloads['fills-allocated'], at: Millis): void => {
    const { venue, base, quote, side, quotePriceUsd } = payload
    for (const { bookId: subAccount, quantity, cost, fee, feeAsset } of payload.allocations) {
      const feeIn = (asset: string): Amount => (feeAsset === asset ? fee : ZERO)
      const signed = side === 'buy' ? quantity : negate(quantity)
      const received = subtract(signed, feeIn(base))
      const paid = side === 'buy' ? add(cost, feeIn(quote)) : subtract(feeIn(quote), cost)
      const unitCostUsd = received > ZERO ? prorate(paid, quotePriceUsd, received) : null
      change({ subAccount, venue, asset: base }, received, unitCostUsd, at)
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
    apply(fact, _sequence, at) {
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
          allocate(fact.payload, at)
          break
      }
    },
  }
}
