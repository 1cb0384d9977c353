import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HOUSE } from '../../core/client-book.ts'
import { ManualClock } from '../../core/clock.ts'
import { fact } from '../../core/journal.ts'
import { unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { openStore } from '../../electron/store/open-store.ts'
import { openTestStore, START } from '../../electron/store/test-support/example-firm.ts'

const PROGRAM = join(import.meta.dirname, '../../electron/store/test-support/record-forever.ts')
let folder: string
let child: ChildProcess | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-crash-'))
})
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** Starts a process that records for ever; answers the last sequence it called durable once `until` says so, killed. */
async function recordAndKill(until: (lines: number) => boolean): Promise<number> {
  const recorder = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child = recorder
  let output = ''
  recorder.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (until(output.split('\n').length)) recorder.kill('SIGKILL')
  })
  await new Promise<void>((resolve) => recorder.on('close', () => resolve()))
  expect(recorder.signalCode).toBe('SIGKILL')
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1) ?? 0)
}

test('killed in the middle of a stream of records, again and again: the chain holds, no batch is half there', async () => {
  let before = 1
  for (const batches of [1, 7, 40, 90, 150]) {
    const durable = await recordAndKill((lines) => lines > batches)
    const store = openTestStore(folder)
    const report = unwrap(store.verify())
    // What was called durable is there, and at most what was recorded before the kill was heard of.
    expect(report.entries).toBeGreaterThanOrEqual(durable)
    expect(durable).toBeGreaterThan(before)
    // One opening fact, then batches of four that each sum to zero.
    expect((report.entries - 1) % 4).toBe(0)
    expect(store.holdingsOf(HOUSE)).toEqual([])
    before = report.entries
    store.close()
  }
})

test('a folder in use names the process that uses it, and is free once that is killed', async () => {
  let refusal: unknown
  await recordAndKill(() => {
    const result = openStore({ folder, clock: new ManualClock(START), epochSource: () => 'second' })
    refusal = result.ok ? result.value.close() : result.error
    return true
  })
  expect(refusal).toEqual({
    code: 'locked',
    message: `${folder} is in use by process ${child?.pid}: one desk per data folder`,
  })
  const store = openTestStore(folder)
  expect(store.epoch).toBe('epoch-of-the-test')
  store.close()
})

test('ten thousand facts: how long they take is printed', () => {
  const store = openTestStore(folder)
  const facts = Array.from({ length: 10_000 }, (_, index) =>
    fact('regime-changed', { from: 'calm', to: 'normal', multiplier: 1 + index / 1e6, why: 'measured' }),
  )
  const started = performance.now()
  for (let from = 0; from < facts.length; from += 50) store.record(facts.slice(from, from + 50), 'desk')
  const recorded = performance.now()
  expect(unwrap(store.verify())).toMatchObject({ entries: 10_001 })
  const verified = performance.now()
  store.close()
  const single = openTestStore(folder, new ManualClock(millis(START)))
  const one = performance.now()
  for (const fact of facts.slice(0, 200)) single.record([fact], 'desk')
  const perRecord = (performance.now() - one) / 200
  single.close()
  console.log(
    `10,000 facts in 200 transactions ${(recorded - started).toFixed(0)} ms, verified in ${(verified - recorded).toFixed(0)} ms, one durable fact ${perRecord.toFixed(2)} ms`,
  )
})
