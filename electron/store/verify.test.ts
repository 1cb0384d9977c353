import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChainReport, StoreError } from '../../core/contracts/store.ts'
import { fact, type JournalEntry } from '../../core/journal.ts'
import { type Result, unwrap } from '../../core/result.ts'
import { GENESIS_HASH, hashEntry } from './journal.ts'
import { STORE_FILE } from './open-store.ts'
import { type Database, loadSqlite } from './sqlite.ts'
import { openingFacts, openTestStore, sentFacts, tradeOf } from './test-support/example-firm.ts'
import { exampleProposal } from './test-support/example-proposal.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-verify-'))
  const store = openTestStore(folder)
  store.record([...openingFacts(), fact('proposal-made', { proposal: exampleProposal('p1', 'anna') })], 'import')
  store.record(
    [...sentFacts(), fact('trade-recorded', { trade: tradeOf('t1', '0.2', '95000'), childId: 'child-1' })],
    'desk',
  )
  store.close()
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Changes the file behind the store's back, then asks. */
function verifyAfter(tamper: (database: Database) => void): Result<ChainReport, StoreError> {
  const database = new (unwrap(loadSqlite()))(join(folder, STORE_FILE))
  tamper(database)
  database.close()
  const store = openTestStore(folder)
  try {
    return store.verify()
  } finally {
    store.close()
  }
}
const withoutTriggers =
  (sql: string) =>
  (database: Database): void => {
    for (const name of ['journal_is_never_updated', 'journal_is_never_deleted', 'journal_only_grows_at_its_end'])
      database.exec(`DROP TRIGGER ${name}`)
    database.exec(sql)
  }

test('an untouched store is whole', () => {
  const result = verifyAfter(() => {})
  expect(result).toMatchObject({ ok: true, value: { entries: 13, headHash: expect.stringMatching(/^[0-9a-f]{64}$/) } })
  expect(unwrap(result).tablesCompared).toBeGreaterThan(15)
})

test('the hash is SHA-256 over the previous hash and sorted JSON: anybody can check it without us', () => {
  const rows: JournalEntry[] = []
  verifyAfter((database) => void rows.push(...(database.prepare('SELECT * FROM journal').all() as JournalEntry[])))
  let previous = '0'.repeat(64)
  for (const { actor, at, payload, sequence, type, version, hash } of rows) {
    const text = JSON.stringify({ actor, at, payload: JSON.parse(payload), sequence, type, version })
    previous = createHash('sha256')
      .update(previous + text)
      .digest('hex')
    expect(hash).toBe(previous)
  }
  expect(rows).toHaveLength(13)
})

describe('the journal', () => {
  test.each([
    'UPDATE journal SET actor = actor',
    'DELETE FROM journal WHERE sequence = 1',
    "INSERT OR REPLACE INTO journal SELECT 2, type, version, at, 'desk', payload, previous_hash, hash FROM journal WHERE sequence = 2",
    'INSERT INTO journal SELECT 77, type, version, at, actor, payload, previous_hash, hash FROM journal WHERE sequence = 2',
  ])('refuses %s', (sql) => {
    verifyAfter((database) => expect(() => database.exec(sql)).toThrow(/append-only|only grows at its end/))
  })

  test.each([
    ["UPDATE journal SET payload = replace(payload, '0.6', '0.7') WHERE sequence = 6", 6, 'does not give its hash'],
    ["UPDATE journal SET actor = 'advisor:eve' WHERE sequence = 9", 9, 'does not give its hash'],
    ['UPDATE journal SET at = at + 1 WHERE sequence = 1', 1, 'does not give its hash'],
    ["UPDATE journal SET payload = '{}' WHERE sequence = 3", 3, "payload can't be read"],
    ["UPDATE journal SET payload = payload || ' ' WHERE sequence = 3", 3, 'not in canonical form'],
    ["UPDATE journal SET type = 'moon-landed' WHERE sequence = 3", 3, 'not a type of fact'],
    [`UPDATE journal SET previous_hash = '${GENESIS_HASH}' WHERE sequence = 4`, 4, 'not that of entry 3'],
    ['DELETE FROM journal WHERE sequence = 5', 6, 'it follows entry 4'],
  ])('%s: found at entry %i', (sql, sequence, what) => {
    const result = verifyAfter(withoutTriggers(sql))
    expect(result).toMatchObject({ ok: false, error: { code: 'chain-broken' } })
    const { message } = (result as { error: StoreError }).error
    expect(message).toContain(`entry ${sequence}: `)
    expect(message).toContain(what)
  })

  test('a cut-off tail has a sound chain, but its tables say more than it', () => {
    expect(verifyAfter(withoutTriggers('DELETE FROM journal WHERE sequence = 13'))).toMatchObject({
      ok: false,
      error: { code: 'projection-differs' },
    })
  })

  test('a chain that was forged anew from a changed entry on differs from the tables', () => {
    const forge = (database: Database): void => {
      withoutTriggers("UPDATE journal SET payload = replace(payload, '50000', '90000') WHERE sequence = 6")(database)
      let previous = GENESIS_HASH
      for (const row of database.prepare('SELECT * FROM journal ORDER BY sequence').all() as JournalEntry[]) {
        const hash = hashEntry(previous, row)
        database
          .prepare('UPDATE journal SET previous_hash = ?, hash = ? WHERE sequence = ?')
          .run(previous, hash, row.sequence)
        previous = hash
      }
    }
    const result = verifyAfter(forge)
    expect(result).toEqual({
      ok: false,
      error: {
        code: 'projection-differs',
        message:
          'table holding: quantity of the row with sub_account anna, venue binance, account omnibus, asset USDT is 50000, the journal says 90000',
      },
    })
  })
})

describe('tables', () => {
  test.each([
    [
      "UPDATE holding SET quantity = '2' WHERE sub_account = 'anna' AND asset = 'BTC'",
      'table holding: quantity of the row',
    ],
    ['DELETE FROM lot WHERE lot_id = 1', 'table lot: row with lot_id 1 is missing'],
    [
      "INSERT INTO lot VALUES (99, 'anna', 'kraken', 'DOT', '1', NULL, 0)",
      'table lot: row with lot_id 99 does not follow from the journal',
    ],
    [
      "INSERT INTO last_rebalance VALUES ('aaron', 1)",
      'table last_rebalance: row with book_id aaron does not follow from the journal',
    ],
    [
      "UPDATE child_order SET state = 'dead', finished = 1",
      'table child_order: state of the row with child_id child-1 is dead, the journal says sent',
    ],
    [
      "INSERT INTO regime VALUES (99, 0, 'calm', 1, '')",
      'table regime: row with sequence 99 does not follow from the journal',
    ],
    [
      'DELETE FROM trade',
      'table trade: row with venue binance, account omnibus, market binance:BTC/USDT, trade_id t1 is missing',
    ],
    ["UPDATE ledger SET epoch = 'x'", 'table ledger: row with epoch epoch-of-the-test is missing'],
    ["UPDATE proposal SET state = 'approved'", 'table proposal: state'],
  ])('%s', (sql, message) => {
    expect(verifyAfter((database) => database.exec(sql))).toMatchObject({
      ok: false,
      error: { code: 'projection-differs', message: expect.stringContaining(message) },
    })
  })

  test('a setting is not a fact', () => {
    expect(verifyAfter((database) => database.exec("INSERT INTO setting VALUES ('a', 'b')")).ok).toBe(true)
  })
})
