import { join } from 'node:path'
import { systemClock } from '../../core/clock.ts'
import type { ChainReport, DeskStore, StoreError } from '../../core/contracts/store.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { Journal } from './journal.ts'
import { readMigrations, schemaVersion } from './migrations.ts'
import { STORE_FILE } from './open-store.ts'
import { type Database, errorText, loadSqlite } from './sqlite.ts'
import { createDeskStore } from './sqlite-desk-store.ts'
import { verifyStore } from './verify.ts'

/** A second, read-only connection to a store that this process has opened, and so has checked, already. */
export interface OpenedReader {
  /** What writes of it throws. */
  readonly store: DeskStore
  /** Everything read in `work` is of one moment. */
  inOneLook<T>(work: () => T): T
  verify(): Result<ChainReport, StoreError>
}

export function openReader(folder: string, migrationsDir: string): Result<OpenedReader, StoreError> {
  const sqlite = loadSqlite()
  if (!sqlite.ok) return sqlite
  const path = join(folder, STORE_FILE)
  const migrations = readMigrations(migrationsDir)
  let database: Database | null = null
  try {
    const open = new sqlite.value(path, { fileMustExist: true, readonly: true })
    database = open
    const version = schemaVersion(open)
    if (version !== migrations.length)
      return fail('cannot-open', `${path} has schema ${version}, the reader knows ${migrations.length}`)
    const onClose = (): void => void open.close()
    const store = createDeskStore({ sqlite: sqlite.value, database: open, migrations, clock: systemClock, onClose })
    database = null
    return ok({
      store,
      inOneLook: (work) => open.transaction(work).deferred(),
      // its own view of the journal: one made earlier would remember an older head
      verify: () => verifyStore(sqlite.value, open, new Journal(open), migrations),
    })
  } catch (error) {
    return fail('cannot-open', `can't read ${path}: ${errorText(error)}`)
  } finally {
    database?.close()
  }
}
