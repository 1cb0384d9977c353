import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { ManualClock } from '../../core/clock.ts'
import { createRandom } from '../../core/random.ts'
import { SHIPPED_MULTIPLIERS } from '../../core/regime.ts'
import { rulesOf } from '../desk/rule-book.ts'
import { DEFAULT_PLANNING } from '../proposals/settings.ts'
import { openTestStore, START } from '../store/test-support/example-firm.ts'
import { addMultipliers } from './multipliers.ts'
import type { Outcome } from './outcome.ts'
import { addRegime } from './regime.ts'

const folder = mkdtempSync(join(tmpdir(), 'regime-'))
afterAll(() => rmSync(folder, { recursive: true }))

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
  addRegime(program, (outcome) => outcomes.push(outcome))
  addMultipliers(program, (outcome) => outcomes.push(outcome))
  await program.parseAsync(options, { from: 'user' })
  expect(outcomes).toHaveLength(1)
  return outcomes[0]!
}
const lines = (): Record<string, unknown>[] => printed.map((line) => JSON.parse(line) as Record<string, unknown>)

/** A hundred days of A; B from the tenth on, always at half of A's steps; C moves against A. */
function twoAssets(): string {
  const random = createRandom(4)
  let log = 0
  const rows = Array.from({ length: 100 }, (_, day) => {
    const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)
    log += 0.03 * random.normal()
    const [a, b, c] = [Math.exp(log), Math.exp(log / 2), Math.exp(-log)]
    return `${date},${a},${day < 10 ? '' : b},${c}`
  })
  const file = join(folder, 'two.csv')
  writeFileSync(file, `date,A,B,C\n${rows.join('\n')}\n`)
  return file
}

test('a column alone, and of several their market index', async () => {
  const file = twoAssets()
  expect(await run('regime', file, '--column', 'A')).toEqual({ code: 0 })
  const alone = lines()
  printed.length = 0
  await run('regime', file, '--column', 'A,B')
  const both = lines()
  expect(both.map(({ date }) => date)).toEqual(alone.map(({ date }) => date))
  // where both are there the index moves by three quarters of A
  const ratio = Number(both[99]!['volatility']) / Number(alone[99]!['volatility'])
  expect(ratio).toBeGreaterThan(0.74)
  expect(ratio).toBeLessThan(0.77)
  expect(both[99]!['explanation']).toMatch(/^(calm|normal) since 2026-0\d-\d\d: 20-day volatility \d+ %/)
  printed.length = 0
  // against each other the two cancel
  await run('regime', file, '--column', 'A, C')
  expect(Number(lines()[99]!['volatility'])).toBeLessThan(1e-6)
})

test('a column that is not there is named, alone and among others', async () => {
  for (const columns of ['D', 'A,D'])
    expect(await run('regime', twoAssets(), '--column', columns)).toEqual({
      code: 2,
      message: 'there is no column "D", the columns are A, B, C',
    })
})

test('multipliers are shown, set with who and why, kept, and refused where they are none', async () => {
  const data = join(folder, 'data')
  expect(await run('multipliers', '--data', data)).toMatchObject({ code: 2 })
  openTestStore(data, new ManualClock(START)).close()
  await run('multipliers', '--data', data)
  const who = ['--by', 'Ada', '--why', 'as the board asked']
  expect(await run('multipliers', '1, 1,0.9,0.8', ...who, '--data', data)).toEqual({ code: 0 })
  await run('multipliers', '--data', data)
  const set = { calm: 1, normal: 1, stressed: 0.9, crisis: 0.8 }
  expect(lines()).toEqual([SHIPPED_MULTIPLIERS, set, set])
  expect(await run('multipliers', '1,1,1,1', '--data', data)).toMatchObject({
    code: 2,
    message: 'to set multipliers, --by and --why are needed',
  })
  const store = openTestStore(data, new ManualClock(START))
  const rules = { ...rulesOf(DEFAULT_PLANNING), bandMultipliers: set }
  expect(store.rebalancingRules()).toMatchObject([{ rules, by: 'Ada', why: 'as the board asked' }])
  store.close()
})

test.each(['1,1,1', '1,1,1,1,1', '1,1,,1', '1,1,x,1', '0,1,1,1', '1,1,1,5', '1,1,1,NaN', '1,1,1,Infinity'])(
  'refuses "%s" and says what is allowed',
  async (text) => {
    expect(await run('multipliers', text, '--by', 'Ada', '--why', 'x')).toEqual({
      code: 2,
      message: `the multipliers were "${text}", allowed are four numbers from 0.25 to 4, of calm, normal, stressed, crisis`,
    })
  },
)
