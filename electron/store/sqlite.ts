import { createRequire } from 'node:module'
import type Sqlite from 'better-sqlite3'
import type { StoreError } from '../../core/contracts/store.ts'
import { fail, ok, type Result } from '../../core/result.ts'

export type Database = Sqlite.Database
export type Statement<Parameters extends unknown[] = unknown[], Row = unknown> = Sqlite.Statement<Parameters, Row>
export type SqliteLibrary = typeof Sqlite

const OLDEST_NODE = 22

/**
 * Loads better-sqlite3, once the Node version is known to be one it can run on: under an older one it loads
 * without complaint and then takes the process down at the first database.
 */
export function loadSqlite(nodeVersion: string = process.versions.node): Result<SqliteLibrary, StoreError> {
  if (Number.parseInt(nodeVersion, 10) < OLDEST_NODE) {
    return fail('wrong-node', `Node is ${nodeVersion}, the store needs ${OLDEST_NODE} or later: start through npm`)
  }
  return ok(createRequire(import.meta.url)('better-sqlite3') as SqliteLibrary)
}

/** SQLite's own code of an error ("SQLITE_CORRUPT"), or Node's ("EACCES"). */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
