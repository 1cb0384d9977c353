import type { CreateProjection } from './projection.ts'

/** Every change of the regime. */
export const createRegimesProjection: CreateProjection = (database) => {
  const insert = database.prepare('INSERT INTO regime (sequence, at, regime, multiplier, why) VALUES (?, ?, ?, ?, ?)')
  return {
    apply(fact, sequence, at) {
      if (fact.type !== 'regime-changed') return
      insert.run(sequence, at, fact.payload.to, fact.payload.multiplier, fact.payload.why)
    },
  }
}
