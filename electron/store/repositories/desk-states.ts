import { z } from 'zod'
import type { Reconciliation, RegimeRecord } from '../../../core/contracts/store.ts'
import type { VenueId } from '../../../core/instruments.ts'
import type { TradingState } from '../../../core/order.ts'
import { millis } from '../../../core/units.ts'
import { balanceDifference } from '../codec/entity-schemas.ts'
import { decodeEntity } from '../codec/payload-codec.ts'
import type { Database } from '../sqlite.ts'

/** Trading states, the last reconciliations, the regime. */
export function createDeskStateRepository(database: Database) {
  const states = database.prepare('SELECT scope, id, state, why FROM trading_state')
  const reconciliations = database.prepare(
    'SELECT venue, account, at, differences FROM reconciliation ORDER BY account, venue',
  )
  const regimes = database.prepare('SELECT at, regime, multiplier, why FROM regime ORDER BY sequence DESC LIMIT ?')
  return {
    tradingState() {
      let all: TradingState = 'active'
      let reason: string | null = null
      const venues = new Map<VenueId, TradingState>()
      const clientBooks = new Map<string, TradingState>()
      type Row = { scope: string; id: string; state: TradingState; why: string }
      for (const { scope, id, state, why } of states.all() as Row[]) {
        if (scope === 'all') [all, reason] = [state, why]
        else if (scope === 'venue') venues.set(id as VenueId, state)
        else clientBooks.set(id, state)
      }
      return { all, why: reason, venues, clientBooks }
    },
    reconciliations: (): readonly Reconciliation[] =>
      (reconciliations.all() as { venue: VenueId; account: string; at: number; differences: string }[]).map((row) => ({
        venue: row.venue,
        account: row.account,
        at: millis(row.at),
        differences: decodeEntity(z.array(balanceDifference), row.differences),
      })),
    /** Newest first. */
    regimes: (newest: number): readonly RegimeRecord[] =>
      (regimes.all(newest) as { at: number; regime: string; multiplier: number; why: string }[]).map((row) => ({
        ...row,
        at: millis(row.at),
      })),
  }
}
