import type { Random } from '../core/random.ts'
import { unwrap } from '../core/result.ts'
import { bruteForceStatus } from '../workers/drift/audit.ts'
import { BookMonitor } from '../workers/drift/book-monitor.ts'
import { createBookTable } from '../workers/drift/book-table.ts'
import { findFilter } from '../workers/drift/filter-module.ts'
import { framePrices } from '../workers/drift/sweep.ts'
import { makeFirm } from './drift-firm.ts'
import { type DriftRow, percentile } from './drift-rows.ts'

/** How the prices move from one frame to the next. */
type Move = (random: Random, prices: Float64Array) => void

/** Ten of the 200 prices, two basis points each: what a hundredth of a second brings. */
export const quietFrame: Move = (random, prices) => {
  for (let k = 0; k < 10; k++) prices[random.integer(prices.length - 2)]! *= 1 + 2e-4 * random.normal()
}
/** All 200 prices at once, so many standard deviations of log price each. */
const moveAll =
  (sigma: number): Move =>
  (random, prices) => {
    for (let asset = 0; asset < prices.length - 2; asset++) prices[asset]! *= Math.exp(sigma * random.normal())
  }
/** A busy moment: 20 basis points each. */
export const burst = moveAll(0.002)
/** The worst moment of a year: 3 % each, in no common direction. */
export const crash = moveAll(0.03)

/**
 * From new prices to the list of books that crossed an edge, for the filter, the plain sweep (the engine as it is
 * without a filter) and a leaner one that finds nothing but who is in, out or unable. All three take turns on the same
 * prices, and their answers are compared.
 */
export function benchSweep(name: string, random: Random, books: number, rounds: number, move: Move): DriftRow {
  const { load, prices } = makeFirm(random.fork('firm'), books, name.startsWith('sweep-own-bands'))
  const table = unwrap(createBookTable(load))
  const filtered = new BookMonitor(table, findFilter(`${import.meta.dirname}/../workers/drift`))
  const plain = new BookMonitor(table, { module: null, why: 'the plain sweep is measured' })
  if (filtered.whyPlain !== null) throw new Error(`the filter does not run: ${filtered.whyPlain}`)
  const lean = new Uint8Array(books)
  const times = { filtered: [] as number[], plain: [] as number[], lean: [] as number[] }
  // Beside it the processor time of this thread: what it would have been on a machine with nothing else to do.
  // Kernels count it in steps of milliseconds: only the sum over all rounds says something.
  const cpuMs = { filtered: 0, plain: 0, lean: 0 }
  const time = (who: keyof typeof times, work: () => void): void => {
    const used = process.threadCpuUsage()
    const start = performance.now()
    work()
    times[who].push(performance.now() - start)
    const { user, system } = process.threadCpuUsage(used)
    cpuMs[who] += (user + system) / 1000
  }
  const warmUps = Math.min(20, Math.ceil(rounds / 4))
  let crossings = 0
  const base = prices.slice()
  for (let round = 0; round < warmUps + rounds; round++) {
    if (round === warmUps) {
      for (const list of Object.values(times)) list.length = 0
      Object.assign(cpuMs, { filtered: 0, plain: 0, lean: 0 })
    }
    // Otherwise the whole firm drifts out of its bands.
    if (move !== quietFrame) prices.set(base)
    move(random, prices)
    let told = { breached: [] as unknown[], cured: [] as unknown[] }
    time('filtered', () => {
      filtered.decide(prices)
      told = filtered.tell()
    })
    time('plain', () => {
      plain.decide(prices)
      plain.tell()
    })
    const frame = framePrices(prices)
    time('lean', () => {
      for (let book = 0; book < books; book++) lean[book] = bruteForceStatus(table, frame, book)
    })
    crossings += told.breached.length + told.cured.length
    for (let book = 0; book < books; book++) {
      if (filtered.verdicts[book] !== lean[book] || plain.verdicts[book] !== lean[book]) {
        throw new Error(`${name}: book ${book} is ${filtered.verdicts[book]}, brute force says ${lean[book]}`)
      }
    }
  }
  const medianMs = percentile(times.filtered, 0.5)
  return {
    name,
    medianMs,
    p99Ms: percentile(times.filtered, 0.99),
    vsPlainSweep: percentile(times.plain, 0.5) / medianMs,
    vsLeanSweep: percentile(times.lean, 0.5) / medianMs,
    plainMs: percentile(times.plain, 0.5),
    cpuMs: cpuMs.filtered / rounds,
    cpuVsPlainSweep: cpuMs.plain / cpuMs.filtered,
    cpuVsLeanSweep: cpuMs.lean / cpuMs.filtered,
    crossingsPerFrame: crossings / (warmUps + rounds),
    outOfBand: filtered.outs,
  }
}
