import type { CreateProjection } from './projection.ts'

/** Active, reducing or halted: of the desk, a venue, a client book. */
export const createTradingStatesProjection: CreateProjection = (database) => {
  const set = database.prepare(
    `INSERT INTO trading_state (scope, id, state, why) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state, why = excluded.why`,
  )
  return {
    apply(fact) {
      if (fact.type !== 'trading-state-changed') return
      const { scope, state, why } = fact.payload
      const id = scope.kind === 'venue' ? scope.venue : scope.kind === 'client-book' ? scope.bookId : ''
      set.run(scope.kind, id, state, why)
    },
  }
}
