import { decodeFact } from './codec/payload-codec.ts'
import { Journal } from './journal.ts'
import { createProjections } from './projections/all-projections.ts'
import type { Database } from './sqlite.ts'
import { projectionTables } from './verify.ts'

/** Empties every projection and replays the journal into it: what a migration of the tables is followed by. */
export function rebuildProjections(database: Database): void {
  // Order would matter to foreign keys; deferred to the end of the transaction it does not.
  database.pragma('defer_foreign_keys = ON')
  for (const table of projectionTables(database)) database.exec(`DELETE FROM ${table}`)
  database.exec('DELETE FROM sqlite_sequence')
  const projections = createProjections(database)
  const journal = new Journal(database)
  // Read ahead entry by entry: a statement that iterates keeps its connection from writing.
  for (let sequence = 1; sequence <= journal.headSequence; sequence++) {
    const entry = journal.entry(sequence)
    if (entry) projections.apply(decodeFact(entry.type, entry.version, entry.payload), sequence, entry.at)
  }
}
