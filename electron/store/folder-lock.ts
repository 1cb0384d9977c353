import { join } from 'node:path'
import type { StoreError } from '../../core/contracts/store.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { type Database, errorCode, errorText, type SqliteLibrary } from './sqlite.ts'

export interface FolderLock {
  release(): void
}

/**
 * One desk per data folder. The lock is a write lock held on a small SQLite file of its own: the operating system
 * drops it with the process however it dies, so no lock is ever stale and no pid is ever trusted. The pid inside is
 * only for the message.
 */
export function lockFolder(sqlite: SqliteLibrary, folder: string): Result<FolderLock, StoreError> {
  const path = join(folder, 'trimtab.lock')
  let database: Database | undefined
  try {
    database = new sqlite(path, { timeout: 0 })
    database.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL)')
    database.exec('BEGIN IMMEDIATE; DELETE FROM holder')
    database.prepare('INSERT INTO holder (pid) VALUES (?)').run(process.pid)
    // Between the two another desk may slip in: then the second BEGIN fails and names it.
    database.exec('COMMIT; BEGIN IMMEDIATE')
    const held = database
    return ok({ release: () => held.close() })
  } catch (error) {
    const taken = errorCode(error).startsWith('SQLITE_BUSY')
    const pid = taken && database ? readHolder(database) : null
    database?.close()
    if (taken) {
      const holder = pid === null ? 'another process' : `process ${pid}`
      return fail('locked', `${folder} is in use by ${holder}: one desk per data folder`)
    }
    return fail('cannot-open', `can't lock ${folder}: ${errorText(error)}`)
  }
}

function readHolder(database: Database): number | null {
  try {
    const row = database.prepare('SELECT pid FROM holder').get() as { pid: number } | undefined
    return row?.pid ?? null
  } catch {
    return null
  }
}
