import { assert } from '../../../core/assert.ts'
import type { VenueAccountId } from '../../../core/client-book.ts'
import type { VenueId } from '../../../core/instruments.ts'
import type { Fact } from '../../../core/journal.ts'
import type { VenueTrade } from '../../../core/order.ts'
import { venueTrade } from '../codec/entity-schemas.ts'
import { decodeEntity } from '../codec/payload-codec.ts'
import type { Database } from '../sqlite.ts'

type TradeName = Pick<VenueTrade, 'venue' | 'account' | 'market' | 'id'>

/** The trades of every venue account by the venue's own id: the ledger is this set. */
export function createTradeRepository(database: Database) {
  const find = database.prepare(
    'SELECT content FROM trade WHERE venue = ? AND account = ? AND market = ? AND trade_id = ?',
  )
  const ids = database.prepare("SELECT market || ' ' || trade_id AS key FROM trade WHERE venue = ? AND account = ?")
  const count = database.prepare('SELECT count(*) AS count FROM trade')
  const findEntry = database.prepare('SELECT 1 FROM cash_flow WHERE venue = ? AND account = ? AND venue_entry_id = ?')

  const read = (trade: TradeName): unknown => find.get(trade.venue, trade.account, trade.market, trade.id)
  const known = (trade: VenueTrade): boolean => {
    const row = read(trade) as { content: string } | undefined
    if (!row) return false
    const other = decodeEntity(venueTrade, row.content)
    const same = other.side === trade.side && other.quantity === trade.quantity && other.price === trade.price
    assert(
      same,
      `trade id ${trade.id} of ${trade.account} in ${trade.market} names two trades: ${other.side} and ${trade.side}`,
    )
    return true
  }

  return {
    hasTrade: (trade: TradeName): boolean => read(trade) !== undefined,
    tradeKeys: (venue: VenueId, account: VenueAccountId): ReadonlySet<string> =>
      new Set((ids.all(venue, account) as { key: string }[]).map((row) => row.key)),
    tradeCount: (): number => (count.get() as { count: number }).count,
    /** True for what a venue has told us before: a trade or a ledger entry of its own by id. */
    isRepeated(fact: Fact): boolean {
      if (fact.type === 'trade-recorded') return known(fact.payload.trade)
      if (fact.type !== 'cash-flow-booked' || fact.payload.venueEntryId === null) return false
      const { venue, account, venueEntryId } = fact.payload
      return findEntry.get(venue, account, venueEntryId) !== undefined
    },
  }
}
