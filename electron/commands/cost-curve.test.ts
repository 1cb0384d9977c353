import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { addCostCurve } from './cost-curve.ts'
import type { Outcome } from './outcome.ts'

const folder = mkdtempSync(join(tmpdir(), 'cost-curve-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const l2 = file(
  'l2.csv',
  'time_ms,book,bid1_px,bid1_qty,ask1_px,ask1_qty\n1700000000000,X,99,100,101,100\n1700000001000,X,101,1,100,1\n',
)
const trades = file('trades.csv', 'time_ms,book,price,qty,aggressor\n1700000000000,X,100,1,B\n')

const printed: string[] = []
const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
  printed.push(String(text))
  return true
})
afterEach(() => {
  printed.length = 0
})
afterAll(() => write.mockRestore())

async function run(...options: string[]): Promise<Outcome> {
  const outcomes: Outcome[] = []
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  addCostCurve(program, (outcome) => outcomes.push(outcome))
  await program.parseAsync(['cost-curve', ...options], { from: 'user' })
  expect(outcomes).toHaveLength(1)
  return outcomes[0]!
}

test('prints one JSON object, with what was refused', async () => {
  expect(await run('--l2', l2, '--trades', trades, '--json')).toEqual({ code: 0 })
  expect(printed).toHaveLength(1)
  const report = JSON.parse(printed[0]!)
  expect(report).toMatchObject({ book: 'X', snapshots: 1, spreadBps: 200, refused: { l2: { rows: 1 } } })
  expect(report.refused.l2.byReason[0]).toMatchObject({ reason: 'crossed', firstLine: 3 })
})

test.each([
  [['--l2', join(folder, 'nowhere.csv'), '--trades', trades], 'cannot read'],
  [['--l2', l2, '--trades', join(folder, 'nowhere.csv')], 'ENOENT'],
  [['--l2', l2, '--trades', trades, '--book', 'Y'], '--book was "Y", the l2 file holds X'],
  [['--l2', trades, '--trades', trades], 'the l2 file line 1 lacks bid1_px'],
  [['--l2', l2, '--trades', trades, '--sigma-daily', 'much'], '--sigma-daily was "much", it must be a number above 0'],
  [['--l2', l2, '--trades', trades, '--adv-usd', '-1'], '--adv-usd was "-1"'],
])('%s is bad input, exit 2, nothing on stdout', async (options, message) => {
  const outcome = await run(...options)
  expect(outcome.code).toBe(2)
  expect(outcome.message).toContain(message)
  expect(printed).toEqual([])
})

test('both files must be named', async () => {
  await expect(run('--l2', l2)).rejects.toMatchObject({ code: 'commander.missingMandatoryOptionValue' })
})
