import type { Fact } from '../../../core/journal.ts'
import type { Millis } from '../../../core/units.ts'
import type { Database } from '../sqlite.ts'

/**
 * Turns facts into rows. It runs in the transaction that appends the fact and, unchanged, when the state is rebuilt:
 * it may read nothing but the fact and other projections. It throws where a fact contradicts the state.
 */
export interface Projection {
  apply(fact: Fact, sequence: number, at: Millis): void
}

export type CreateProjection = (database: Database) => Projection
