import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import { ManualClock } from '../../core/clock.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { fact } from '../../core/journal.ts'
import { unwrap } from '../../core/result.ts'
import { usd } from '../../core/units.ts'
import { type EngineThread, startEngine } from '../../workers/thread-link/index.ts'
import { readClientBook, readOrder, readOrders } from './history-reader/history-records.ts'
import { type HistoryReader, type HistoryReaderOptions, startHistoryReader } from './history-reader.ts'
import { STORE_FILE } from './open-store.ts'
import { bookOf, childOf, openingFacts, openTestStore, parentOf, START, tradeOf } from './test-support/example-firm.ts'
import { exampleProposal } from './test-support/example-proposal.ts'
import type { GatedEngine } from './test-support/gated-reader/gated-engine.ts'

const migrationsDir = join(import.meta.dirname, 'migrations')
let folder: string
let store: DeskStore
let readers: HistoryReader[]
let failures: string[]
let recovered: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-reader-'))
  store = openTestStore(folder, new ManualClock(START))
  store.record(openingFacts(), 'import')
  readers = []
  failures = []
  recovered = 0
})
afterEach(async () => {
  for (const reader of readers) await reader.stop()
  store.close()
  rmSync(folder, { recursive: true })
})

function start(options: Partial<HistoryReaderOptions> = {}): HistoryReader {
  const reader = startHistoryReader({
    folder,
    migrationsDir,
    // no build here: the thread is found beside its reader
    workersDir: join(folder, 'no-build'),
    onFailure: ({ message }) => failures.push(message),
    onRecovered: () => recovered++,
    ...options,
  })
  readers.push(reader)
  return reader
}

/** A reader whose threads the test can reach. */
function startGated(): { readonly reader: HistoryReader; readonly threads: EngineThread<GatedEngine>[] } {
  const threads: EngineThread<GatedEngine>[] = []
  const reader = start({
    start: (onFailure) => {
      const thread = startEngine<GatedEngine>(join(import.meta.dirname, 'test-support'), 'gated-reader', { onFailure })
      threads.push(thread)
      return thread
    },
  })
  return { reader, threads }
}

async function untilWaiting(signal: Int32Array): Promise<void> {
  const waiting = Atomics.waitAsync(signal, 0, 0)
  if (waiting.async) await waiting.value
  expect(signal[0]).toBe(1)
}
function letGo(signal: Int32Array): void {
  Atomics.store(signal, 0, 2)
  Atomics.notify(signal, 0)
}

const none = { feeUsd: usd(0), spreadUsd: usd(0), impactUsd: usd(0), totalUsd: usd(0) }
function trade(): void {
  const proposal = exampleProposal('R-1', 'anna')
  const cost = { ...none, feeUsd: usd(20), spreadUsd: usd(10), impactUsd: usd(5) }
  store.record(
    [
      fact('proposal-made', { proposal: { ...proposal, lines: [{ ...proposal.lines[0]!, cost }] } }),
      fact('plan-released', {
        planId: 'plan-1',
        proposalIds: ['R-1'],
        approval: 'advisor',
        parents: [parentOf('parent-1')],
      }),
      fact('child-journaled', { child: childOf('child-1') }),
      fact('child-changed', { childId: 'child-1', state: 'sent', venueOrderId: 'v1', why: null }),
      fact('trade-recorded', { trade: tradeOf('t1', '0.2', '100010'), childId: 'child-1' }),
    ],
    'desk',
  )
}
const renameAnna = (name: string): void =>
  void store.record(
    [fact('client-book-changed', { book: bookOf('anna', { clientName: name }), why: name })],
    'advisor:a',
  )

describe('answers', () => {
  test('are those of the store itself, exact amounts included', async () => {
    trade()
    const reader = start()
    const orders = unwrap(await reader.orders(50))
    expect(orders).toEqual(readOrders(store, 50))
    expect(orders[0]).toMatchObject({
      plan: { planId: 'plan-1' },
      children: [{ filledQuantity: amount('0.2'), trades: [{ id: 't1' }] }],
      estimated: { feeUsd: 20, spreadUsd: 10, impactUsd: 5, totalUsd: 35 },
    })
    expect(unwrap(await reader.order('parent-1'))).toEqual(readOrder(store, 'parent-1'))
    expect(unwrap(await reader.order('no such order'))).toBeNull()
    expect(unwrap(await reader.clientBook('anna'))).toEqual(readClientBook(store, 'anna'))
    expect(unwrap(await reader.decisions('anna', { limit: 5 }))).toEqual(store.decisionsOf('anna', { limit: 5 }))
  })

  test('know what was recorded the moment before, whenever the thread was started', async () => {
    const reader = start()
    for (let i = 0; i < 20; i++) {
      renameAnna(`name ${i}`)
      expect(unwrap(await reader.clientBook('anna')).events).toEqual(readClientBook(store, 'anna').events)
    }
  })

  test('verification is of the journal as it is at that moment', async () => {
    trade()
    const reader = start()
    expect(await reader.verify()).toEqual(store.verify())
    expect(unwrap(await reader.verify()).entries).toBe(store.journalLength())
    renameAnna('later')
    expect(unwrap(await reader.verify()).entries).toBe(store.journalLength())
  })
})

describe('beside a desk that writes', () => {
  test('a query that takes long does not hold up what is recorded, and sees one moment of it', async () => {
    const { reader, threads } = startGated()
    await reader.clientBook('anna')
    const gate = new SharedArrayBuffer(4)
    const signal = new Int32Array(gate)
    const slow = threads[0]!.remote.slowCount(gate)
    await untilWaiting(signal)
    // the thread is in the middle of its look: recording ends before it does
    const before = store.journalLength()
    for (let i = 0; i < 10; i++) renameAnna(`name ${i}`)
    expect(store.journalLength()).toBe(before + 10)
    expect(signal[0]).toBe(1)
    letGo(signal)
    const [first, second] = unwrap(await slow)
    expect(second).toBe(first)
    expect(unwrap(await reader.clientBook('anna')).events).toHaveLength(first + 10)
  })

  test('verification has a thread of its own, for as long as it takes: nobody else waits for it', async () => {
    const { reader, threads } = startGated()
    const verifying = reader.verify()
    expect(threads).toHaveLength(2)
    const gate = new SharedArrayBuffer(4)
    const signal = new Int32Array(gate)
    const slow = threads[1]!.remote.slowCount(gate)
    await untilWaiting(signal)
    expect((await reader.clientBook('anna')).ok).toBe(true)
    letGo(signal)
    await slow
    expect((await verifying).ok).toBe(true)
    expect(threads.map((thread) => thread.failure() === null)).toEqual([true, false])
    expect(failures).toEqual([])
  })
})

describe('a thread that dies', () => {
  test('is replaced: the next question is answered, failure and recovery are told once', async () => {
    const { reader, threads } = startGated()
    expect((await reader.clientBook('anna')).ok).toBe(true)
    expect(await threads[0]!.remote.die()).toMatchObject({ ok: false, error: { code: 'engine-stopped' } })
    expect(failures).toEqual(['engine "gated-reader" ended with code 7'])
    expect(recovered).toBe(0)
    expect(unwrap(await reader.clientBook('anna'))).toEqual(readClientBook(store, 'anna'))
    await reader.clientBook('boris')
    expect([threads.length, failures.length, recovered]).toEqual([2, 1, 1])
    // the desk writes on
    renameAnna('after')
    expect(unwrap(await reader.clientBook('anna')).events.at(-1)!.text).toContain('after')
  })

  test('in the middle of a question: it is asked again', async () => {
    const { reader, threads } = startGated()
    await reader.clientBook('anna')
    const gate = new SharedArrayBuffer(4)
    void threads[0]!.remote.slowCount(gate)
    // waits behind the slow one
    const asked = reader.clientBook('anna')
    await threads[0]!.stop()
    expect(unwrap(await asked)).toEqual(readClientBook(store, 'anna'))
    expect(threads).toHaveLength(2)
  })

  test('at every start: an answer that says so, twice is enough', async () => {
    const build = mkdtempSync(join(tmpdir(), 'trimtab-broken-reader-'))
    try {
      writeFileSync(join(build, 'history-reader.js'), 'throw new Error("no such module here")')
      const reader = start({ workersDir: build })
      expect(await reader.clientBook('anna')).toEqual({
        ok: false,
        error: { code: 'engine-stopped', message: 'engine "history-reader" died: no such module here' },
      })
      expect(failures).toHaveLength(2)
    } finally {
      rmSync(build, { recursive: true })
    }
  })
})

describe('what can be expected to go wrong', () => {
  test('a file of another schema, or none', async () => {
    expect(await start({ folder: join(folder, 'elsewhere') }).clientBook('anna')).toMatchObject({
      ok: false,
      error: { code: 'cannot-open', message: expect.stringContaining(join('elsewhere', STORE_FILE)) },
    })
  })

  test('a file that is cut off under it', async () => {
    store.close()
    const path = join(folder, STORE_FILE)
    expect(existsSync(`${path}-wal`)).toBe(false)
    truncateSync(path, 4096)
    const reader = start()
    expect(await reader.clientBook('anna')).toMatchObject({
      ok: false,
      error: { code: expect.stringMatching(/^(unreadable|cannot-open)$/) },
    })
    await reader.stop()
    rmSync(folder, { recursive: true })
    store = openTestStore(folder, new ManualClock(START))
  })

  test('after the end nothing is answered, and nothing hangs', async () => {
    const { reader, threads } = startGated()
    const asked = [reader.clientBook('anna'), reader.verify()]
    await reader.stop()
    for (const answer of await Promise.all(asked)) expect(answer.ok).toBe(false)
    expect(threads.map((thread) => thread.failure()?.code)).toEqual(['engine-stopped', 'engine-stopped'])
    for (const answer of [await reader.orders(1), await reader.verify()])
      expect(answer).toMatchObject({ ok: false, error: { code: 'engine-stopped' } })
    expect(threads).toHaveLength(2)
    expect(failures).toEqual([])
  })
})
