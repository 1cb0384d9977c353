import { type Amount, add, amount, formatAmount, negate, ZERO } from '../../../core/amount.ts'
import { assert } from '../../../core/assert.ts'
import { HOUSE, OMNIBUS } from '../../../core/client-book.ts'
import { splitMarketKey } from '../../../core/instruments.ts'
import type { FactPayloads } from '../../../core/journal.ts'
import type { VenueTrade } from '../../../core/order.ts'
import type { CreateProjection } from './projection.ts'
import { createSubAccounts } from './sub-accounts.ts'

/**
 * What every sub-account owns of every asset in every venue account. A trade lands in HOUSE (in the book itself where
 * segregated) the moment the venue reports it, so that the account's sum equals the venue's balance at once;
 * the allocation then moves it to the books. HOUSE may therefore be below zero in between; a client book never.
 */
export const createHoldingsProjection: CreateProjection = (database) => {
  const { landingPlace, accountOf } = createSubAccounts(database)
  const read = database.prepare(
    'SELECT quantity FROM holding WHERE sub_account = ? AND venue = ? AND account = ? AND asset = ?',
  )
  const write = database.prepare(
    `INSERT INTO holding (sub_account, venue, account, asset, quantity) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET quantity = excluded.quantity`,
  )
  const drop = database.prepare('DELETE FROM holding WHERE sub_account = ? AND venue = ? AND account = ? AND asset = ?')

  const move = (subAccount: string, venue: string, account: string, asset: string, by: Amount): void => {
    if (by === ZERO) return
    const row = read.get(subAccount, venue, account, asset) as { quantity: string } | undefined
    const quantity = add(row ? amount(row.quantity) : ZERO, by)
    if (quantity === ZERO) drop.run(subAccount, venue, account, asset)
    else write.run(subAccount, venue, account, asset, formatAmount(quantity))
  }

  const bookTrade = (trade: VenueTrade): void => {
    const { venue, account, side, quantity, cost, fee, feeAsset } = trade
    const { base, quote } = splitMarketKey(trade.market)
    const place = landingPlace(account)
    move(place, venue, account, base, side === 'buy' ? quantity : negate(quantity))
    move(place, venue, account, quote, side === 'buy' ? negate(cost) : cost)
    move(place, venue, account, feeAsset, negate(fee))
  }

  const allocate = (payload: FactPayloads['fills-allocated']): void => {
    const { venue, account, base, quote, side } = payload
    for (const { bookId, quantity, cost, fee, feeAsset } of payload.allocations) {
      // A part for HOUSE itself is a residue: it is there already.
      if (bookId === HOUSE) continue
      assert(accountOf(bookId) === account, `client book ${bookId} is not kept in account ${account}`)
      if (account !== OMNIBUS) continue
      const transfer = (asset: string, toBook: Amount): void => {
        move(HOUSE, venue, account, asset, negate(toBook))
        move(bookId, venue, account, asset, toBook)
      }
      transfer(base, side === 'buy' ? quantity : negate(quantity))
      transfer(quote, side === 'buy' ? negate(cost) : cost)
      transfer(feeAsset, negate(fee))
    }
  }

  return {
    apply(fact) {
      switch (fact.type) {
        case 'holdings-opened': {
          const { subAccount, account, lots } = fact.payload
          if (subAccount !== HOUSE) {
            assert(accountOf(subAccount) === account, `client book ${subAccount} is not kept in account ${account}`)
          }
          for (const lot of lots) {
            assert(lot.quantity > 0n, `an opening lot of ${lot.asset} holds ${formatAmount(lot.quantity)}`)
            move(subAccount, lot.venue, account, lot.asset, lot.quantity)
          }
          break
        }
        case 'cash-flow-booked': {
          const { subAccount, venue, account, asset, quantity } = fact.payload
          if (subAccount !== HOUSE) {
            assert(accountOf(subAccount) === account, `client book ${subAccount} is not kept in account ${account}`)
          }
          move(subAccount, venue, account, asset, quantity)
          break
        }
        case 'trade-recorded':
          bookTrade(fact.payload.trade)
          break
        case 'fills-allocated':
          allocate(fact.payload)
          break
      }
    },
  }
}
