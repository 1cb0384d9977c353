import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '../../core/assert.ts'
import type { Database } from './sqlite.ts'

/** "Trim": tells our files from any other SQLite database. */
export const APPLICATION_ID = 0x5472696d

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
}

/** The migrations of a folder in order; their numbers run from 1 without a gap. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
  names.sort()
  assert(names.length > 0, `${folder} holds no migrations`)
  return names.map((name, index) => {
    const number = Number(name.slice(0, 4))
    assert(number === index + 1, `migration ${name} should have number ${index + 1}`)
    return { number, name, sql: readFileSync(join(folder, name), 'utf8') }
  })
}

export const schemaVersion = (database: Database): number => database.pragma('user_version', { simple: true }) as number

/** Brings the schema up to the newest migration. To be run inside a transaction; returns the names applied. */
export function migrate(database: Database, migrations: readonly Migration[]): readonly string[] {
  const from = schemaVersion(database)
  const pending = migrations.filter((migration) => migration.number > from)
  for (const { sql, number } of pending) {
    database.exec(sql)
    database.pragma(`user_version = ${number}`)
  }
  if (pending.length > 0) database.pragma(`application_id = ${APPLICATION_ID}`)
  return pending.map((migration) => migration.name)
}
