import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../core/clock.ts'
import type { StoreError } from '../../core/contracts/store.ts'
import { fact } from '../../core/journal.ts'
import { unwrap } from '../../core/result.ts'
import { readMigrations } from './migrations.ts'
import { openStore, STORE_FILE, type StoreOptions } from './open-store.ts'
import { loadSqlite } from './sqlite.ts'
import { openingFacts, openTestStore, START } from './test-support/example-firm.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-open-'))
  path = join(folder, STORE_FILE)
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (changes: Partial<StoreOptions> = {}) =>
  openStore({ folder, clock: new ManualClock(START), epochSource: () => 'epoch', ...changes })
const refused = (changes: Partial<StoreOptions> = {}): StoreError => {
  const result = open(changes)
  if (result.ok) result.value.close()
  expect(result.ok).toBe(false)
  return (result as { error: StoreError }).error
}
const fill = (): void => {
  const store = openTestStore(folder)
  store.record(openingFacts(), 'import')
  store.close()
}
const sqlite = unwrap(loadSqlite())

describe('a new folder', () => {
  test('gets an epoch and a first fact; nothing half made lies about', () => {
    folder = join(folder, 'deep', 'down')
    const store = unwrap(open({ firm: { name: 'Holm & Co', zone: 'Europe/Oslo' } }))
    expect(store.epoch).toBe('epoch')
    expect(store.verify()).toMatchObject({ ok: true, value: { entries: 1 } })
    store.close()
    expect(readdirSync(folder).sort()).toEqual(['trimtab.lock', STORE_FILE])
    const again = unwrap(open({ epochSource: () => 'another' }))
    expect(again.epoch).toBe('epoch')
    again.close()
    folder = join(folder, '..', '..')
  })

  test('a draft that a killed process left behind is thrown away', () => {
    writeFileSync(`${path}.new`, 'half')
    const store = unwrap(open())
    expect(existsSync(`${path}.new`)).toBe(false)
    store.close()
  })

  test('a folder that can not be made', () => {
    writeFileSync(join(folder, 'file'), '')
    folder = join(folder, 'file', 'below')
    const error = refused()
    folder = join(folder, '..', '..')
    expect(error).toMatchObject({ code: 'cannot-open', message: expect.stringContaining(join('file', 'below')) })
  })
})

describe('refusals', () => {
  test('an old Node, by name, before anything is loaded or written', () => {
    expect(refused({ nodeVersion: '20.19.4' })).toEqual({
      code: 'wrong-node',
      message: 'Node is 20.19.4, the store needs 22 or later: start through npm',
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test('a second desk on the folder, naming the process; free again after close, and after a refusal', () => {
    const store = unwrap(open())
    expect(refused()).toEqual({
      code: 'locked',
      message: `${folder} is in use by process ${process.pid}: one desk per data folder`,
    })
    store.close()
    unwrap(open()).close()
    writeFileSync(path, 'garbage')
    expect(refused().code).toBe('corrupt')
    expect(refused().code).toBe('corrupt')
  })

  test('a newer schema', () => {
    fill()
    const database = new sqlite(path)
    database.pragma('user_version = 99')
    database.close()
    expect(refused()).toMatchObject({ code: 'newer-schema', message: expect.stringContaining('has schema 99') })
  })
})

describe('a damaged file is named, and left as it is', () => {
  const damage: readonly (readonly [string, () => void, string])[] = [
    [
      'no database at all',
      () => writeFileSync(path, 'not a database, but long enough to look like one '.repeat(40)),
      'not a database',
    ],
    ['empty', () => truncateSync(path, 0), 'it is empty'],
    ['cut off', () => truncateSync(path, 20_000), ''],
    ['pages overwritten', () => overwrite(8_192, 4_096 * 8), ''],
    ['another program’s database', () => replaceByForeignDatabase(), 'not a file of this program'],
    ['gone, its write-ahead log still there', () => renameSync(path, `${path}-wal`), 'it is gone'],
  ]
  const overwrite = (from: number, length: number): void => {
    const bytes = readFileSync(path)
    bytes.fill(0xa5, from, from + length)
    writeFileSync(path, bytes)
  }
  const replaceByForeignDatabase = (): void => {
    rmSync(path)
    const database = new sqlite(path)
    database.exec('CREATE TABLE journal (sequence INTEGER PRIMARY KEY)')
    database.close()
  }

  test.each(damage)('%s', (_, spoil, message) => {
    fill()
    spoil()
    const before = existsSync(path) ? readFileSync(path) : null
    const error = refused()
    expect(error.code).toBe('corrupt')
    expect(error.message).toContain(`the data file ${path} is damaged`)
    expect(error.message).toContain('Nothing was changed')
    expect(error.message).toContain(message)
    expect(existsSync(path) ? readFileSync(path) : null).toEqual(before)
    expect(refused({ readOnly: true }).code).toMatch(/corrupt|cannot-open/)
  })
})

describe('reading beside a desk', () => {
  test('sees what is recorded, writes nothing, takes no lock', () => {
    const store = unwrap(open())
    const reader = unwrap(open({ readOnly: true }))
    store.record(openingFacts(), 'import')
    expect(reader.clientBooks()).toHaveLength(3)
    expect(reader.verify().ok).toBe(true)
    expect(() => reader.record(openingFacts(), 'import')).toThrow('readonly')
    expect(() => reader.saveSetting('a', 'b')).toThrow('readonly')
    reader.close()
    store.close()
  })

  test('a folder without a file', () => {
    expect(refused({ readOnly: true })).toMatchObject({
      code: 'cannot-open',
      message: `there is no ${STORE_FILE} in ${folder}`,
    })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a migration', () => {
  const NEWEST = readMigrations(join(import.meta.dirname, 'migrations')).length
  const migrationsDir = (): string => join(folder, 'migrations')
  const addMigration = (sql: string): void => {
    mkdirSync(migrationsDir())
    cpSync(join(import.meta.dirname, 'migrations'), migrationsDir(), { recursive: true })
    writeFileSync(join(migrationsDir(), `${String(NEWEST + 1).padStart(4, '0')}-holdings-with-a-note.sql`), sql)
  }

  test('keeps a copy, rebuilds the projections from the journal, leaves the journal alone', () => {
    fill()
    const before = new sqlite(path)
    const journal = before.prepare('SELECT * FROM journal').all()
    // What a projection holds beside the journal's truth is gone after a rebuild.
    before.exec("UPDATE holding SET quantity = '7' WHERE asset = 'BTC'")
    before.close()
    addMigration("ALTER TABLE holding ADD COLUMN note TEXT NOT NULL DEFAULT 'new'")
    const store = unwrap(open({ migrationsDir: migrationsDir() }))
    expect(store.holdingsOf('anna').find((held) => held.asset === 'BTC')?.quantity).toBe(10n ** 12n)
    expect(store.lotsOf('anna').map((lot) => lot.id)).toEqual([2, 1])
    expect(store.verify()).toMatchObject({ ok: true })
    store.record([fact('regime-changed', { from: 'a', to: 'b', multiplier: 1, why: '' })], 'desk')
    store.close()
    const after = new sqlite(path)
    expect(after.prepare('SELECT * FROM journal LIMIT ?').all(journal.length)).toEqual(journal)
    after.close()
    const copies = readdirSync(folder).filter((name) => name.includes('.before-'))
    expect(copies).toEqual([`${STORE_FILE}.before-${String(NEWEST + 1).padStart(4, '0')}-${START}`])
    copyFileSync(join(folder, copies[0]!), path)
    for (const ending of ['-wal', '-shm']) rmSync(path + ending, { force: true })
    const restored = new sqlite(path, { readonly: true })
    expect(restored.pragma('user_version', { simple: true })).toBe(NEWEST)
    restored.close()
    // The older program refuses what the newer one has migrated, not the copy.
    unwrap(open()).close()
  })

  test('that fails changes nothing', () => {
    fill()
    addMigration('ALTER TABLE holding ADD COLUMN note TEXT; SELECT nonsense')
    expect(refused({ migrationsDir: migrationsDir() })).toMatchObject({
      code: 'cannot-open',
      message: expect.stringContaining('nonsense'),
    })
    const store = unwrap(open())
    expect(store.verify().ok).toBe(true)
    store.close()
  })

  test('is refused beside a desk', () => {
    fill()
    addMigration('ALTER TABLE holding ADD COLUMN note TEXT')
    expect(refused({ readOnly: true, migrationsDir: migrationsDir() }).message).toContain('older schema')
  })
})

test('a write-ahead log that a killed process left is part of the file', () => {
  const store = unwrap(open())
  store.record(openingFacts(), 'import')
  const [database, log] = [readFileSync(path), readFileSync(`${path}-wal`)]
  store.close()
  writeFileSync(path, database)
  writeFileSync(`${path}-wal`, log)
  // The end of a transaction that was being written: it never happened.
  appendFileSync(`${path}-wal`, Buffer.alloc(3000, 1))
  const again = unwrap(open())
  expect(again.clientBooks()).toHaveLength(3)
  expect(again.verify().ok).toBe(true)
  again.close()
})
