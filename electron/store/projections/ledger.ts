import type { CreateProjection } from './projection.ts'

/** Whose folder this is. */
export const createLedgerProjection: CreateProjection = (database) => {
  const open = database.prepare('INSERT INTO ledger (epoch, firm, mode, zone) VALUES (?, ?, ?, ?)')
  return {
    apply(fact) {
      if (fact.type !== 'ledger-opened') return
      const { epoch, firm, mode, zone } = fact.payload
      open.run(epoch, firm, mode, zone)
    },
  }
}
