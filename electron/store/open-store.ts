import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import type { DeskStore, StoreError } from '../../core/contracts/store.ts'
import { fact } from '../../core/journal.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { lockFolder } from './folder-lock.ts'
import { APPLICATION_ID, type Migration, migrate, readMigrations, schemaVersion } from './migrations.ts'
import { rebuildProjections } from './rebuild.ts'
import { type Database, errorCode, errorText, loadSqlite, type SqliteLibrary } from './sqlite.ts'
import { createDeskStore } from './sqlite-desk-store.ts'

export const STORE_FILE = 'trimtab.sqlite'

export interface StoreOptions {
  readonly folder: string
  readonly clock: Clock
  /** Gives the random epoch of a new folder. */
  readonly epochSource: () => string
  /** For a new folder: the firm's name and its IANA time zone. */
  readonly firm?: { readonly name: string; readonly zone: string }
  /** Reads beside a running desk; `record` and `saveSetting` throw. */
  readonly readOnly?: boolean
  /** In a bundled build, where the migrations don't lie beside this file. */
  readonly migrationsDir?: string
  /** For tests of the refusal. */
  readonly nodeVersion?: string
}

/**
 * Opens the data folder, or makes a new one. One desk per folder. Nothing is written to a file that is not sound.
 * Errors: wrong-node, cannot-open, locked (names the process), corrupt, newer-schema.
 */
export function openStore(options: StoreOptions): Result<DeskStore, StoreError> {
  const sqlite = loadSqlite(options.nodeVersion)
  if (!sqlite.ok) return sqlite
  const migrations = readMigrations(options.migrationsDir ?? join(import.meta.dirname, 'migrations'))
  if (options.readOnly) return openFile(sqlite.value, migrations, options, () => {})
  try {
    mkdirSync(options.folder, { recursive: true })
  } catch (error) {
    return fail('cannot-open', `can't make the data folder ${options.folder}: ${errorText(error)}`)
  }
  const lock = lockFolder(sqlite.value, options.folder)
  if (!lock.ok) return lock
  const store = openFile(sqlite.value, migrations, options, () => lock.value.release())
  if (!store.ok) lock.value.release()
  return store
}

/**
 * Whether a desk may start on this folder: for whoever must not touch anything of a folder in use. It may be taken the
 * moment after; openStore is what decides. Errors: wrong-node, cannot-open, locked (names the process).
 */
export function checkFolderFree(folder: string): Result<null, StoreError> {
  if (!existsSync(folder)) return ok(null)
  const sqlite = loadSqlite()
  if (!sqlite.ok) return sqlite
  const lock = lockFolder(sqlite.value, folder)
  if (!lock.ok) return lock
  lock.value.release()
  return ok(null)
}

function openFile(
  sqlite: SqliteLibrary,
  migrations: readonly Migration[],
  options: StoreOptions,
  release: () => void,
): Result<DeskStore, StoreError> {
  const { folder, clock, readOnly = false } = options
  const path = join(folder, STORE_FILE)
  let database: Database | undefined
  try {
    if (!existsSync(path)) {
      if (existsSync(`${path}-wal`)) return corrupt(path, 'it is gone, but its write-ahead log is there')
      if (readOnly) return fail('cannot-open', `there is no ${STORE_FILE} in ${folder}`)
      createFile(sqlite, migrations, options, path)
    }
    const unsound = inspectFile(sqlite, migrations, path)
    if (unsound) return { ok: false, error: unsound }
    database = new sqlite(path, { fileMustExist: true, readonly: readOnly })
    configure(database)
    if (schemaVersion(database) < migrations.length) {
      if (readOnly) return fail('cannot-open', `${path} has an older schema: open it with the desk once`)
      upgrade(database, migrations, clock)
    }
    const open = database
    database = undefined
    const onClose = (): void => {
      open.close()
      release()
    }
    return ok(createDeskStore({ sqlite, database: open, migrations, clock, onClose }))
  } catch (error) {
    if (isDamage(error)) return corrupt(path, errorText(error))
    return fail('cannot-open', `can't open ${path}: ${errorText(error)}`)
  } finally {
    database?.close()
  }
}

function configure(database: Database): void {
  if (!database.readonly) database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
}

/** A new file gets its name only when it is whole, so that a file under that name was never half made. */
function createFile(
  sqlite: SqliteLibrary,
  migrations: readonly Migration[],
  { clock, epochSource, firm = { name: 'Firm', zone: 'UTC' } }: StoreOptions,
  path: string,
): void {
  const draft = `${path}.new`
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(draft + ending, { force: true })
  const database = new sqlite(draft)
  try {
    database.pragma('synchronous = FULL')
    database.transaction(() => migrate(database, migrations)).immediate()
    const opened = fact('ledger-opened', {
      epoch: epochSource(),
      firm: firm.name,
      mode: 'simulation',
      zone: firm.zone,
    })
    createDeskStore({ sqlite, database, migrations, clock, onClose: () => {} }).record([opened], 'desk')
  } finally {
    database.close()
  }
  renameSync(draft, path)
}

/** Looks without writing: is it ours, sound, and not from a newer version? */
function inspectFile(sqlite: SqliteLibrary, migrations: readonly Migration[], path: string): StoreError | null {
  if (statSync(path).size === 0) return corrupt(path, 'it is empty').error
  const database = new sqlite(path, { readonly: true, fileMustExist: true })
  try {
    const applicationId = database.pragma('application_id', { simple: true })
    if (applicationId !== APPLICATION_ID) return corrupt(path, 'it is not a file of this program').error
    const version = schemaVersion(database)
    if (version > migrations.length) {
      const message = `${path} has schema ${version}, this version knows up to ${migrations.length}: update the program`
      return { code: 'newer-schema', message }
    }
    const found = database.pragma('integrity_check(1)', { simple: true })
    return found === 'ok' ? null : corrupt(path, String(found)).error
  } catch (error) {
    if (isDamage(error)) return corrupt(path, errorText(error)).error
    throw error
  } finally {
    database.close()
  }
}

/** Keeps a copy of the file as it was, then migrates and rebuilds the projections in one transaction. */
function upgrade(database: Database, migrations: readonly Migration[], clock: Clock): void {
  const copy = `${database.name}.before-${String(migrations.length).padStart(4, '0')}-${clock.now()}`
  database.prepare('VACUUM INTO ?').run(copy)
  database
    .transaction(() => {
      migrate(database, migrations)
      rebuildProjections(database)
    })
    .immediate()
}

const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(errorCode(error))

const corrupt = (path: string, what: string) =>
  fail(
    'corrupt',
    `the data file ${path} is damaged (${what}). Nothing was changed. Move it and its -wal file aside for inspection and put a backup in its place`,
  )
