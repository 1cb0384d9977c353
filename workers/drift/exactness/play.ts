import { createRandom, type Random } from '../../../core/random.ts'
import { unwrap } from '../../../core/result.ts'
import { createBookTable, replaceBands, setHoldings, setLines } from '../book-table.ts'
import { listCrossings } from '../crossings.ts'
import { toColumns } from '../drift-load.ts'
import type { FilterModule } from '../filter-module.ts'
import { type DriftReport, type DriftSweep, LoadedBooks } from '../loaded-books.ts'
import { DRIFT_STATUSES, NEAR_POSITION } from '../sweep.ts'
import { judge, type PlainVerdict } from './brute-force.ts'
import {
  ASSETS,
  driftHoldings,
  driftLines,
  driftLoad,
  linesOf,
  type MadeUpBook,
  makeBook,
  UNIVERSE,
} from './made-up-firm.ts'
import { MadeUpMarket } from './made-up-market.ts'

export interface Tally {
  ticks: number
  breaches: number
  cures: number
  unable: number
  /** Prices moved to an edge, and verdicts with a weight within one double of one. */
  placed: number
  atEdge: number
}

export const emptyTally = (): Tally => ({ ticks: 0, breaches: 0, cures: 0, unable: 0, placed: 0, atEdge: 0 })

const BOOKS = 6
/** Every so many ticks all figures are compared, not only who is where. */
const FULL_EVERY = 16

/** What the engine was told last, book by book. */
interface Remembered {
  wasOut: boolean
  wasUnable: boolean
}

/**
 * One firm through so many ticks: prices move and fail; books trade, pay in and out, change bands. After every tick the
 * engine's answer is compared with brute force, verdict by verdict and bit by bit; throws at the first difference.
 */
export function playSeed(seed: number, ticks: number, filter: FilterModule, tally: Tally): void {
  const random = createRandom(seed)
  const market = new MadeUpMarket(random)
  const books = Array.from({ length: BOOKS }, (_, i) => makeBook(random, `book-${i}`, market.truth))
  const loaded = new LoadedBooks(unwrap(createBookTable(unwrap(toColumns(driftLoad(books))))), filter, () => 0)
  const remembered = books.map((): Remembered => ({ wasOut: false, wasUnable: false }))
  for (let tick = 0; tick < ticks; tick++) {
    market.tick(books)
    changeBooks(random, books, market, loaded)
    unwrap(loaded.setPrices(market.shown, market.fresh))
    const isFull = tick % FULL_EVERY === 0
    const verdicts = books.map((book) => judge(book, market.usable, UNIVERSE))
    const where = `seed ${seed}, tick ${tick}`
    if (isFull) compareFigures(loaded.sweep(false, false), verdicts, where)
    compareReport(loaded.report(tick), books, verdicts, remembered, loaded, where, tally)
    tally.ticks++
  }
  if (loaded.monitor.whyPlain !== filter.why)
    throw new Error(`seed ${seed}: the filter was left: ${loaded.monitor.whyPlain}`)
  tally.placed += market.placed
}

function changeBooks(random: Random, books: readonly MadeUpBook[], market: MadeUpMarket, loaded: LoadedBooks): void {
  const roll = random.next()
  if (roll > 0.2) return
  const index = random.integer(books.length)
  const book = books[index]!
  const { quantities } = book
  if (roll < 0.1) {
    // What a rebalance brings: every line on its target.
    let value = 0
    for (const asset of ASSETS) value += (quantities.get(asset) ?? 0) * market.truth.get(asset)!
    for (const [asset, target] of book.targets) {
      if (asset === 'CASH') quantities.set('USD', value * target)
      else quantities.set(asset, (value * target) / market.truth.get(asset)!)
    }
    quantities.delete('USDT')
  } else if (roll < 0.13) {
    // A fill, of whatever asset, in the model or not.
    const asset = random.pick(ASSETS)
    const before = quantities.get(asset) ?? (random.next() < 0.5 ? 1e-9 : 100) / market.truth.get(asset)!
    quantities.set(asset, before * random.between(0, 2))
  } else if (roll < 0.15) quantities.set('USDT', (quantities.get('USDT') ?? 0) + random.between(-1000, 1000))
  else if (roll < 0.155) quantities.clear()
  else if (roll < 0.16) {
    const other = makeBook(random, book.id, market.truth)
    quantities.clear()
    for (const [asset, quantity] of other.quantities) quantities.set(asset, quantity)
  } else if (roll < 0.185) {
    book.multiplier = random.pick([0.85, 1, 1.15, 1.3])
    book.lines = linesOf(book)
    unwrap(setLines(loaded.table, book.id, driftLines(book)))
    loaded.monitor.bookChanged(index)
    return
  } else {
    const multiplier = random.pick([0.85, 1, 1.15, 1.3])
    for (const each of books) {
      each.multiplier = multiplier
      each.lines = linesOf(each)
    }
    const bandOf = Uint32Array.from(books, (_, i) => i)
    unwrap(replaceBands(loaded.table, { bands: books.map(driftLines), bandOf }))
    loaded.monitor.allBooksChanged()
    return
  }
  unwrap(setHoldings(loaded.table, book.id, driftHoldings(book)))
  loaded.monitor.bookChanged(index)
}

function compareReport(
  report: DriftReport,
  books: readonly MadeUpBook[],
  verdicts: readonly PlainVerdict[],
  remembered: readonly Remembered[],
  loaded: LoadedBooks,
  where: string,
  tally: Tally,
): void {
  const expected = { breached: '', cured: '', unable: '', able: '', out: 0, unableNow: 0 }
  for (const [i, { status, margin }] of verdicts.entries()) {
    const said = DRIFT_STATUSES[loaded.monitor.verdicts[i]!]
    if (said !== status) throw new Error(`${where}, ${books[i]!.id}: ${said}, brute force says ${status}`)
    if (margin <= 2 ** -52) tally.atEdge++
    const memory = remembered[i]!
    if (status === 'unable') {
      expected.unableNow++
      if (!memory.wasUnable) expected.unable += ` ${i}`
      memory.wasUnable = true
      continue
    }
    if (memory.wasUnable) expected.able += ` ${i}`
    memory.wasUnable = false
    const isOut = status === 'out'
    if (isOut) expected.out++
    if (isOut && !memory.wasOut) expected.breached += ` ${i}:${verdicts[i]!.worst}`
    if (!isOut && memory.wasOut) expected.cured += ` ${i}`
    memory.wasOut = isOut
  }
  const list = (indices: ArrayLike<number>): string => Array.from(indices, (i) => ` ${i}`).join('')
  const breached = listCrossings(report.newlyBreached, loaded.table.bookIds, loaded.table.lineAssets)
  const told = {
    breached: breached.map(({ asset }, k) => ` ${report.newlyBreached.book[k]}:${asset}`).join(''),
    cured: list(report.newlyCured.book),
    unable: list(report.newlyUnable.book),
    able: list(report.newlyAble),
    out: report.out,
    unableNow: report.unable,
  }
  for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
    if (told[key] !== expected[key]) throw new Error(`${where}: told ${key} ${told[key]}, expected ${expected[key]}`)
  }
  for (const { weight, limit, beyond, side } of breached) {
    if (!(side === 'above' ? weight > limit : weight < limit) || !(beyond > 0)) {
      throw new Error(`${where}: a breach ${side} with weight ${weight}, limit ${limit}, beyond ${beyond}`)
    }
  }
  if (report.audit.differences > 0)
    throw new Error(`${where}: the audit differs: ${JSON.stringify(report.audit.first)}`)
  tally.breaches += report.newlyBreached.book.length
  tally.cures += report.newlyCured.book.length
  tally.unable += report.newlyUnable.book.length
}

function compareFigures(found: DriftSweep, verdicts: readonly PlainVerdict[], where: string): void {
  if (found.audit.differences > 0) throw new Error(`${where}: the audit differs: ${JSON.stringify(found.audit.first)}`)
  for (const [i, verdict] of verdicts.entries()) {
    const isNear = verdict.status === 'in' && verdict.worstPosition >= NEAR_POSITION
    const figures = verdict.status !== 'unable' && {
      value: [found.valueUsd[i], verdict.value],
      cash: [found.cashWeight[i], verdict.cashWeight],
      breached: [found.breachedLines[i], verdict.breached],
      position: [Math.abs(found.worstPosition[i]!), verdict.worstPosition],
      worst: [found.lineAssets[found.worstLine[i]!], verdict.worst],
    }
    const all = { status: [DRIFT_STATUSES[found.status[i]!], isNear ? 'near' : verdict.status], ...figures }
    for (const [name, [said, exact]] of Object.entries(all)) {
      if (said !== exact) throw new Error(`${where}, book ${i}: ${name} is ${said}, brute force says ${exact}`)
    }
    if (verdict.status !== 'unable' && Math.abs(found.turnover[i]! - verdict.turnover) > 1e-12 * verdict.turnover) {
      throw new Error(`${where}, book ${i}: turnover ${found.turnover[i]}, brute force says ${verdict.turnover}`)
    }
  }
}
