import { parseArgs } from 'node:util'
import { createRandom } from '../core/random.ts'
import { printRow } from './drift-rows.ts'
import { benchSweep, burst, crash, quietFrame } from './drift-sweeps.ts'
import { benchLoad, benchTickToReport } from './drift-thread.ts'

/**
 * The drift monitor on 200 prices, 20 assets per client book. Ratios are to the plain-JavaScript sweep, which gives all
 * figures of every book, and (vsLeanSweep) to one that only finds who is in, out or unable.
 */
export async function benchDrift(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  })
  const { json, quick } = values
  const rounds = (full: number): number => (quick ? Math.ceil(full / 10) : full)
  const sweep = (name: string, books: number, count: number, move = quietFrame) => {
    const row = benchSweep(name, createRandom(1), books, rounds(count), move)
    printRow(row, json)
    return row
  }
  sweep('sweep/1000', 1_000, 2000)
  sweep('sweep/10000', 10_000, 500)
  const { plainMs } = sweep('sweep/70000', 70_000, 200)
  sweep('sweep-own-bands/70000', 70_000, 100)
  sweep('burst/70000', 70_000, 100, burst)
  sweep('crash/70000', 70_000, 100, crash)
  printRow(await benchTickToReport('tick-to-report/70000', 70_000, Number(plainMs)), json)
  printRow(await benchLoad(70_000, quick ? 1 : 5), json)
  if (quick) return
  sweep('sweep/1000000', 1_000_000, 30)
  printRow(await benchLoad(1_000_000, 1), json)
}
