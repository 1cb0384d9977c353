import { hash } from 'node:crypto'
import type { Actor, Fact, JournalEntry } from '../../core/journal.ts'
import type { Millis } from '../../core/units.ts'
import { canonicalJson } from './codec/canonical-json.ts'
import { encodePayload, versionOf } from './codec/payload-codec.ts'
import type { Database, Statement } from './sqlite.ts'

/** What stands before the first entry. */
export const GENESIS_HASH = '0'.repeat(64)

type Content = Omit<JournalEntry, 'previousHash' | 'hash'>

/** SHA-256 over the previous hash and the canonical text of the entry, the payload nested in it as it is stored. */
export function hashEntry(previousHash: string, entry: Content): string {
  const { sequence, type, version, at, actor, payload } = entry
  const text = `{"actor":${canonicalJson(actor)},"at":${at},"payload":${payload},"sequence":${sequence},"type":${canonicalJson(type)},"version":${version}}`
  return hash('sha256', previousHash + text)
}

const COLUMNS = 'sequence, type, version, at, actor, payload, previous_hash AS previousHash, hash'

/** The append-only log. It knows its head; transactions are the caller's. */
export class Journal {
  readonly #database: Database
  readonly #insert: Statement
  #head: { sequence: number; hash: string }

  constructor(database: Database) {
    this.#database = database
    this.#insert = database.prepare(
      'INSERT INTO journal (sequence, type, version, at, actor, payload, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#head = this.#readHead()
  }

  get headSequence(): number {
    return this.#head.sequence
  }

  append(fact: Fact, actor: Actor, at: Millis): JournalEntry {
    const previousHash = this.#head.hash
    const content: Content = {
      sequence: this.#head.sequence + 1,
      type: fact.type,
      version: versionOf(fact.type),
      at,
      actor,
      payload: encodePayload(fact.type, fact.payload),
    }
    const entry: JournalEntry = { ...content, previousHash, hash: hashEntry(previousHash, content) }
    this.#insert.run(
      entry.sequence,
      entry.type,
      entry.version,
      at,
      actor,
      entry.payload,
      entry.previousHash,
      entry.hash,
    )
    this.#head = { sequence: entry.sequence, hash: entry.hash }
    return entry
  }

  /** After a rollback: what was appended is gone. */
  rewind(): void {
    this.#head = this.#readHead()
  }

  entries(): IterableIterator<JournalEntry> {
    return this.#database
      .prepare(`SELECT ${COLUMNS} FROM journal ORDER BY sequence`)
      .iterate() as IterableIterator<JournalEntry>
  }

  entry(sequence: number): JournalEntry | undefined {
    return this.#database.prepare(`SELECT ${COLUMNS} FROM journal WHERE sequence = ?`).get(sequence) as
      | JournalEntry
      | undefined
  }

  #readHead(): { sequence: number; hash: string } {
    const row = this.#database.prepare('SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1').get()
    return (row as { sequence: number; hash: string } | undefined) ?? { sequence: 0, hash: GENESIS_HASH }
  }
}
