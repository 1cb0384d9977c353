import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { ManualClock } from '../../core/clock.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { Decision } from '../../core/decision.ts'
import { fact } from '../../core/journal.ts'
import { ok } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { openingFacts, openTestStore, START } from '../store/test-support/example-firm.ts'
import { exampleProposal } from '../store/test-support/example-proposal.ts'
import type { Outcome } from './outcome.ts'
import { addWhy, parseTime } from './why.ts'

const folder = mkdtempSync(join(tmpdir(), 'why-'))
const clock = new ManualClock(START)
let store: DeskStore
const decision = (changes: Partial<Decision>): Decision => ({
  bookId: 'anna',
  outcome: 'waiting',
  reason: 'cool-down',
  why: 'rebalanced a short while ago',
  proposalId: null,
  assets: ['BTC'],
  worst: { asset: 'BTC', position: 1.25 },
  regime: { class: 'normal', multiplier: 1 },
  marketTime: millis(START),
  ...changes,
})
const HOUR = 3_600_000

// The desk that wrote it keeps running: `why` reads beside it.
beforeAll(() => {
  store = openTestStore(folder, clock)
  store.record(openingFacts(), 'import')
  const steps: readonly Partial<Decision>[] = [
    {},
    { outcome: 'proposed', reason: 'band-breach', why: 'BTC 60.00 % of 45.00 % to 55.00 %', proposalId: 'p1' },
    { reason: 'inside-band', why: 'every line is inside its band', assets: [] },
  ]
  for (const changes of steps) {
    clock.advance(HOUR)
    const made = changes.proposalId ? [fact('proposal-made', { proposal: exampleProposal('p1', 'anna') })] : []
    store.record([...made, fact('decision-recorded', { decision: decision(changes) })], 'desk')
  }
})
afterAll(() => {
  store.close()
  rmSync(folder, { recursive: true })
})
const printed: string[] = []
const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
  printed.push(String(text))
  return true
})
afterEach(() => void (printed.length = 0))
afterAll(() => write.mockRestore())

async function run(...options: string[]): Promise<Outcome> {
  const outcomes: Outcome[] = []
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  addWhy(program, (outcome) => outcomes.push(outcome))
  await program.parseAsync(['why', ...options, '--data', folder], { from: 'user' })
  return outcomes[0]!
}

describe('what was decided, and why', () => {
  test('at a time: the decision in force, its proposal line by line, before and after', async () => {
    expect(await run('anna', '--at', '2025-01-06T02:30:00Z', '--json')).toEqual({ code: 0 })
    const answer = JSON.parse(printed[0]!)
    expect(answer).toMatchObject({
      book: 'anna',
      inForce: { reason: 'band-breach', text: 'proposed, out of its bands: BTC 60.00 % of 45.00 % to 55.00 %' },
      proposal: { id: 'p1', state: 'open' },
    })
    expect(answer.proposal.lines[0]).toMatchObject({ asset: 'BTC', why: expect.any(String) })
    expect(answer.before.map((record: { reason: string }) => record.reason)).toEqual(['cool-down'])
    expect(answer.after.map((record: { reason: string }) => record.reason)).toEqual(['inside-band'])
  })

  test('in words', async () => {
    await run('anna', '--at', '2025-01-06 01:00')
    expect(printed[0]).toContain('not rebalanced, cool-down: rebalanced a short while ago')
    expect(printed[0]).toContain('furthest: BTC at 1.25 half-widths; regime normal')
    expect(printed[0]).toMatch(/after:\n.*proposed/)
  })

  test('with what weight risk was given in its proposal', async () => {
    await run('anna', '--at', '2025-01-06T02:30:00Z')
    expect(printed[0]).toContain("tracking risk weighs × 1.13 to keep tracking error at the firm's prices")
  })

  test('a day is its end', async () => {
    await run('anna', '--at', '2025-01-06', '--json')
    expect(JSON.parse(printed[0]!).inForce.reason).toBe('inside-band')
  })

  test('a day tells all that was decided on it, also where that is much', async () => {
    for (let i = 0; i < 8; i++) {
      clock.advance(60_000)
      const reason = i % 2 === 0 ? 'cool-down' : 'inside-band'
      store.record([fact('decision-recorded', { decision: decision({ bookId: 'clara', reason }) })], 'desk')
    }
    await run('clara', '--at', '2025-01-06', '--json')
    expect(JSON.parse(printed[0]!).before).toHaveLength(7)
    await run('clara', '--at', '2025-01-06 23:59', '--json')
    expect(JSON.parse(printed[1]!).before).toHaveLength(5)
  })

  test('what the decision rests on: the log of the book until then, not after', async () => {
    await run('anna', '--at', '2025-01-06 01:30')
    expect(printed[0]).toMatch(/its log until then:\n.*client book of Client anna opened\n.*opening lots? booked/)
    expect(printed[0]).not.toContain('proposal made')
    await run('anna')
    expect(printed[1]).toMatch(/its log until then:\n[^]*proposal made/)
  })

  test('before the book was opened', async () => {
    await run('anna', '--at', '2025-01-05')
    expect(printed[0]).toContain('it was opened on 2025-01-06 00:00:00 UTC: of the time before nothing is known')
  })

  test('before the first decision, and for a book that never had one', async () => {
    expect(await run('anna', '--at', '2025-01-06 00:59')).toEqual({ code: 0 })
    expect(await run('boris')).toEqual({ code: 0 })
    for (const text of printed) expect(text).toContain('nothing was decided for it until then')
  })
})

test('an unknown book is named, with those that there are', async () => {
  expect(await run('dora')).toEqual({
    code: 2,
    message: 'there is no client book "dora"; there is anna, boris, clara',
  })
})

test.each(['yesterday', '1', '2025-02-30', '2025-01-06T25:00', '', '2025-01-06 10'])(
  '"%s" is no time',
  async (text) => {
    const outcome = await run('anna', '--at', text)
    expect(outcome.code).toBe(2)
    expect(outcome.message).toContain(`--at was "${text}", it must be a time in UTC like 2026-03-17`)
    expect(outcome.message).toContain('words such as yesterday are not read')
  },
)

test('times are read as UTC', () => {
  const later = millis(Date.UTC(2026, 0))
  expect(parseTime('2025-01-06 01:02:03', later)).toEqual(ok({ at: Date.UTC(2025, 0, 6, 1, 2, 3), dayFrom: null }))
  expect(parseTime('2025-01-06', later)).toEqual(ok({ at: Date.UTC(2025, 0, 7) - 1, dayFrom: Date.UTC(2025, 0, 6) }))
})

test('a time in the future is refused, today is told until now', () => {
  const now = millis(Date.UTC(2025, 0, 6, 12))
  expect(parseTime('2025-01-06', now)).toMatchObject({ ok: true, value: { at: now } })
  for (const text of ['2025-01-06 12:01', '2025-01-07'])
    expect(parseTime(text, now)).toMatchObject({
      ok: false,
      error: { message: `--at was "${text}", which is in the future: it is 2025-01-06 12:00:00 UTC now` },
    })
})

test('a folder without a ledger', async () => {
  const outcomes: Outcome[] = []
  const program = new Command()
  addWhy(program, (outcome) => outcomes.push(outcome))
  await program.parseAsync(['why', 'anna', '--data', join(folder, 'nowhere')], { from: 'user' })
  expect(outcomes[0]).toMatchObject({ code: 2, message: expect.stringContaining('nowhere') })
})
