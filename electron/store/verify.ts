import type { ChainReport, StoreError } from '../../core/contracts/store.ts'
import type { JournalEntry } from '../../core/journal.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { canonicalJson } from './codec/canonical-json.ts'
import { decodeFact, encodePayload, versionOf } from './codec/payload-codec.ts'
import { GENESIS_HASH, hashEntry, type Journal } from './journal.ts'
import { type Migration, migrate } from './migrations.ts'
import { createProjections } from './projections/all-projections.ts'
import { type Database, errorText, type SqliteLibrary } from './sqlite.ts'

/**
 * Checks the chain entry by entry, rebuilds every projection from it into memory and compares table by table.
 * Errors: chain-broken (which entry, and how), projection-differs (which table and row first).
 */
export function verifyStore(
  sqlite: SqliteLibrary,
  database: Database,
  journal: Journal,
  migrations: readonly Migration[],
): Result<ChainReport, StoreError> {
  const rebuilt = new sqlite(':memory:')
  try {
    migrate(rebuilt, migrations)
    rebuilt.pragma('foreign_keys = ON')
    const projections = createProjections(rebuilt)
    rebuilt.exec('BEGIN')
    let head = { sequence: 0, hash: GENESIS_HASH }
    for (const entry of journal.entries()) {
      const wrong = findBreak(entry, head)
      if (wrong !== null) return fail('chain-broken', `entry ${entry.sequence}: ${wrong}`)
      try {
        projections.apply(decodeFact(entry.type, entry.version, entry.payload), entry.sequence, entry.at)
      } catch (error) {
        return fail('projection-differs', `entry ${entry.sequence} can't be replayed: ${errorText(error)}`)
      }
      head = { sequence: entry.sequence, hash: entry.hash }
    }
    const tables = projectionTables(rebuilt)
    for (const table of tables) {
      const difference = findDifference(table, database, rebuilt)
      if (difference !== null) return fail('projection-differs', `table ${table}: ${difference}`)
    }
    return ok({ entries: head.sequence, headHash: head.hash, tablesCompared: tables.length })
  } finally {
    rebuilt.close()
  }
}

function findBreak(entry: JournalEntry, head: { sequence: number; hash: string }): string | null {
  if (entry.sequence !== head.sequence + 1) return `it follows entry ${head.sequence}`
  if (entry.previousHash !== head.hash) return `its previous hash is not that of entry ${head.sequence}`
  try {
    const { type, payload } = decodeFact(entry.type, entry.version, entry.payload)
    // An old version reads as the current one, whose text differs: its own canonical form has to do.
    const canonical =
      entry.version === versionOf(entry.type) ? encodePayload(type, payload) : canonicalJson(JSON.parse(entry.payload))
    if (canonical !== entry.payload) return 'its payload is not in canonical form'
  } catch (error) {
    return `its payload can't be read: ${errorText(error)}`
  }
  return hashEntry(entry.previousHash, entry) === entry.hash ? null : 'its content does not give its hash'
}

const OUTSIDE_THE_JOURNAL = ['journal', 'setting']

/** Every table that is a projection: those of the schema less the journal and what stands beside it. */
export const projectionTables = (database: Database): readonly string[] =>
  (
    database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .all() as { name: string }[]
  )
    .map((row) => row.name)
    .filter((name) => !OUTSIDE_THE_JOURNAL.includes(name))

function findDifference(table: string, stored: Database, rebuilt: Database): string | null {
  const key = (rebuilt.pragma(`table_info(${table})`) as { name: string; pk: number }[])
    .filter((column) => column.pk > 0)
    .sort((a, b) => a.pk - b.pk)
    .map((column) => column.name)
  const query = `SELECT * FROM ${table} ORDER BY ${key.join(', ')}`
  const actual = stored.prepare(query).all() as Record<string, unknown>[]
  const expected = rebuilt.prepare(query).all() as Record<string, unknown>[]
  const nameOf = (row: Record<string, unknown>): string => key.map((column) => `${column} ${row[column]}`).join(', ')
  const stray = (row: Record<string, unknown>): string => `row with ${nameOf(row)} does not follow from the journal`
  for (const [index, should] of expected.entries()) {
    const is = actual[index]
    if (is === undefined) return `row with ${nameOf(should)} is missing`
    for (const column of Object.keys(should)) {
      if (is[column] === should[column]) continue
      // Rows are sorted by their key: two keys that differ are a row too many or too few.
      if (key.includes(column))
        return isBefore(is[column], should[column]) ? stray(is) : `row with ${nameOf(should)} is missing`
      return `${column} of the row with ${nameOf(is)} is ${is[column]}, the journal says ${should[column]}`
    }
  }
  const extra = actual[expected.length]
  return extra === undefined ? null : stray(extra)
}

const isBefore = (a: unknown, b: unknown): boolean =>
  typeof a === 'number' && typeof b === 'number' ? a < b : String(a) < String(b)
