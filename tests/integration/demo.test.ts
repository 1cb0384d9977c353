import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { unwrap } from '../../core/result.ts'
import { compareLedgers, hashTrades } from '../../electron/demo/ledger-check.ts'
import type { DemoReport } from '../../electron/demo/run-demo.ts'
import { createControlClient } from '../../electron/simulation/control-client.ts'
import { openStore } from '../../electron/store/open-store.ts'
import { freshFolder, trimtab } from './desk-support.ts'

interface Printed extends DemoReport {
  readonly seconds: number
  readonly sandbox?: { readonly control: string }
  readonly data?: string
}
const left: string[] = []
afterAll(async () => {
  for (const control of left) await createControlClient(control).stop()
})

/** Runs the demo; its one line of JSON, and everything but the time it took as text. */
async function demo(...args: readonly string[]): Promise<{ readonly report: Printed; readonly repeatable: string }> {
  const end = await trimtab(['demo', ...args, '--json'])
  expect(end.code, end.stderr).toBe(0)
  expect(end.stdout.trimEnd().split('\n')).toHaveLength(1)
  const report = JSON.parse(end.stdout) as Printed
  if (report.sandbox) left.push(report.sandbox.control)
  const { seconds: _, sandbox: _where, data: _folder, ...rest } = report
  return { report, repeatable: JSON.stringify(rest) }
}

const BOOKS = 40

describe('one seed', () => {
  test('twice at the same time, one kept: the same to the last digit; the kept one can be compared by others', async () => {
    const folder = join(freshFolder('demo'), 'data')
    const [kept, other] = await Promise.all([
      demo('--books', String(BOOKS), '--seed', '4', '--keep', '--data', folder),
      demo('--books', String(BOOKS), '--seed', '4'),
    ])
    expect(other.repeatable).toBe(kept.repeatable)
    const { report } = kept
    expect(report).toMatchObject({
      books: BOOKS,
      breachedAfter: 0,
      unableToCheck: 0,
      ledgerDifferences: [],
      data: folder,
    })
    expect(report.breachedBefore).toBeGreaterThan(BOOKS / 10)
    expect(report.approved + report.automatic).toBeGreaterThan(BOOKS / 10)
    expect(report.automatic).toBeGreaterThan(0)
    expect(report.fills).toBeGreaterThan(5)
    expect(report.costBps).toBeGreaterThan(0)
    expect(report.costBps).toBeLessThan(report.naiveCostBps)
    // what proposals said is what was paid: nothing moves between a proposal and its fills in lockstep
    expect(report.toldCostBps / report.costBps).toBeCloseTo(1, 2)
    expect(report.trackingErrorAfter).toBeLessThan(report.trackingErrorBefore)
    expect(other.report).not.toHaveProperty('sandbox')

    // what it claims, from the outside: the exchanges it left running and the folder it wrote
    const truth = unwrap(await createControlClient(report.sandbox!.control).ledger())
    expect(hashTrades(truth)).toBe(report.tradesHash)
    const store = unwrap(openStore({ folder, clock: systemClock, epochSource: () => '', readOnly: true }))
    const accounts = (['binance', 'kraken'] as const).flatMap((venue) =>
      store.venueAccounts().map((account) => ({ venue, account })),
    )
    expect(compareLedgers(store, accounts, truth)).toEqual([])
    // a single unit that is not ours would have been found
    const balances = truth.balances.map((row) => ({ ...row, free: row.asset === 'BTC' ? `${row.free}1` : row.free }))
    expect(compareLedgers(store, accounts, { ...truth, balances }).length).toBeGreaterThan(0)
    expect(store.tradeCount()).toBe(report.fills)
    store.close()

    const verified = await trimtab(['journal', 'verify', '--data', folder])
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^journal sound: \d+ entries/) })
    const again = await trimtab(['demo', '--data', folder])
    expect(again).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(folder) })
  }, 300_000)

  test('another seed is another run', async () => {
    const runs = await Promise.all(['1', '4'].map((seed) => demo('--books', '20', '--seed', seed)))
    expect(runs[0]!.report.tradesHash).not.toBe(runs[1]!.report.tradesHash)
    expect(runs[0]!.repeatable).not.toBe(runs[1]!.repeatable)
    for (const { report } of runs) expect(report).toMatchObject({ books: 20, breachedAfter: 0, ledgerDifferences: [] })
  }, 300_000)
})

describe('small firms', () => {
  test.each([1, 5])(
    '%d client books',
    async (books) => {
      const { report } = await demo('--books', String(books))
      expect(report).toMatchObject({ books, breachedAfter: 0, ledgerDifferences: [] })
      expect(report.breachedBefore).toBeGreaterThan(Math.min(20, Math.floor(books / 10)))
      expect(report.approved + report.automatic).toBeGreaterThan(0)
    },
    200_000,
  )
})

describe('prices from a file', () => {
  const HEADER = 'time_utc,BTC,ETH'
  const hour = (i: number): string =>
    new Date(Date.UTC(2025, 0, 1) + i * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
  const file = (lines: readonly string[]): string => {
    const path = join(freshFolder('prices'), 'closes.csv')
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }

  test('a price that is none: exit 2, the line and the value, nothing on stdout', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${hour(i)},${90_000 + i},3000`)
    const path = file([HEADER, ...rows.slice(0, 20), `${hour(20)},minus,3000`, ...rows.slice(21)])
    const end = await trimtab(['demo', '--books', '5', '--prices', path])
    expect(end).toMatchObject({ code: 2, stdout: '' })
    expect(end.stderr).toMatch(/line 22/)
    expect(end.stderr).toContain('"minus"')
    // as clear when the exchanges would have been left running
    const kept = await trimtab(['demo', '--books', '5', '--prices', path, '--keep'])
    expect(kept.code).toBe(2)
    expect(kept.stderr).toMatch(/line 22/)
  })

  test('a file that is not there: exit 2 with its name', async () => {
    const end = await trimtab(['demo', '--prices', '/nowhere/closes.csv'])
    expect(end).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('/nowhere/closes.csv') })
  })

  const data = process.env['TRIMTAB_DATA']
  test.skipIf(data === undefined)(
    data === undefined ? 'real closes (TRIMTAB_DATA is not set)' : 'real closes',
    async () => {
      const { report } = await demo('--books', '30', '--prices', join(data!, 'hourly_close_2024_2025.csv'))
      expect(report).toMatchObject({ books: 30, breachedAfter: 0, unableToCheck: 0, ledgerDifferences: [] })
      expect(report.costBps).toBeLessThan(report.naiveCostBps)
      expect(report.toldCostBps / report.costBps).toBeCloseTo(1, 2)
    },
    200_000,
  )
})
