import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createRandom } from '../core/random.ts'
import { unwrap } from '../core/result.ts'
import {
  type BookBatch,
  createAnswers,
  type OptimizerEngine,
  problemOfBatch,
  readProblemFile,
  solveBatch,
  solveDiscrete,
} from '../workers/optimizer/index.ts'
import {
  type GeneratedBooks,
  generateBooks,
  generateUniverse,
} from '../workers/optimizer/test-support/generated-books.ts'
import { createPool } from '../workers/pool.ts'
import { type HighsBaseline, loadBaseline, writeLp } from './highs-baseline.ts'
import { type BenchRow, exponentOf, measureSlices, measureTogether, medianOf, printRows } from './measure.ts'
import { measureMemory } from './optimizer-memory.ts'
import { makePrototype, type PrototypeBook, type PrototypeMethod } from './prototype-method.ts'

const SIZES = [10, 20, 30, 50, 100]
const HIGHS_SIZES = [10, 30]
const BOOKS = 400
const ROUNDS = 41
const WARM_UPS = 12
const HIGHS_BOOKS = 12

/**
 * Times per book of `cold` and `warm` rows (a solved answer with its certificate, against the prototype's bare method),
 * per batch of `batch` rows; ratios above 1: we are faster. `vsCold` and `vsPrototypeCold` compare a warm answer with
 * ours and the prototype's cold one. `cpuMicros` is what all threads of the process used: on a machine that others use
 * too it tells what splitting costs (`cpuVsOneWorker`, 1: nothing) where the time on the wall can't. `exponent`: time
 * grows like books, or lines per book, to this power.
 */
export async function benchOptimizer(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, problems: { type: 'string' } },
  })
  if (values.problems !== undefined) {
    printRows(benchFile(values.problems), values.json)
    return
  }
  const highs = await loadBaseline()
  for (const size of SIZES) for (const impact of [false, true]) printRows(benchSize(size, impact, highs), values.json)
  printRows([benchLargeBatch()], values.json)
  printRows(await benchWorkers(), values.json)
  printRows([benchGrowthInBooks(), benchGrowthInLines()], values.json)
  printRows([measureMemory(20, 70_000, makeBooks), measureMemory(100, 10_000, makeBooks)], values.json)
}

/** Seeds of their own, so that no row's books depend on the rows before. */
function makeBooks(size: number, count: number, impact: boolean): GeneratedBooks {
  const random = createRandom(1000 + size)
  return generateBooks(random.fork('books'), generateUniverse(random.fork('universe'), size), count, impact)
}

/** Books in a slice of time, a divisor of BOOKS: some tenths of a millisecond. */
const sliceOf = (size: number): number => (size <= 10 ? 100 : size <= 20 ? 50 : size <= 30 ? 40 : 20)

function benchSize(size: number, impact: boolean, highs: HighsBaseline): BenchRow[] {
  const { batch, movedWeights } = makeBooks(size, BOOKS, impact)
  const moved: BookBatch = { ...batch, current: movedWeights }
  const answers = createAnswers(batch)
  const movedAnswers = createAnswers(batch)
  const prototype = new PrototypeRun(batch)
  solveBatch(batch, answers)
  prototype.solveAll(batch, false)
  prototype.keepAll(batch)
  expectAgreement(batch, prototype)
  const each = sliceOf(size)
  const [ours, theirs, oursWarm, theirsWarm] = measureSlices(
    [
      (slice) => solveBatch(batch, answers, slice * each, (slice + 1) * each),
      (slice) => prototype.solveAll(batch, false, slice * each, (slice + 1) * each),
      (slice) => solveBatch(moved, movedAnswers, slice * each, (slice + 1) * each, answers),
      (slice) => prototype.solveAll(moved, true, slice * each, (slice + 1) * each),
    ],
    BOOKS / each,
    ROUNDS,
    WARM_UPS,
  ).map((micros) => micros / BOOKS) as [number, number, number, number]
  const highsMicros = impact || !HIGHS_SIZES.includes(size) ? null : timeHighs(highs, batch)
  const vsHighs = highsMicros === null ? null : highsMicros / ours
  const suffix = `n${size}/k${impact ? 1 : 0}`
  return [
    { name: `cold/${suffix}`, medianMicros: ours, vsPrototype: theirs / ours, vsHighs },
    {
      name: `warm/${suffix}`,
      medianMicros: oursWarm,
      vsPrototype: theirsWarm / oursWarm,
      vsHighs: null,
      vsCold: ours / oursWarm,
      vsPrototypeCold: theirs / oursWarm,
    },
  ]
}

function benchLargeBatch(): BenchRow {
  const { batch } = makeBooks(50, 10_000, true)
  const answers = createAnswers(batch)
  const prototype = new PrototypeRun(batch)
  const each = sliceOf(50)
  const [ours, theirs] = measureSlices(
    [
      (slice) => solveBatch(batch, answers, slice * each, (slice + 1) * each),
      (slice) => prototype.solveAll(batch, false, slice * each, (slice + 1) * each),
    ],
    batch.count / each,
    9,
    1,
  ) as [number, number]
  return { name: 'batch/10000x50', medianMicros: ours, vsPrototype: theirs / ours, vsHighs: null }
}

/** Through the same pool and thread link as the desk; columns in shared memory. */
async function benchWorkers(): Promise<BenchRow[]> {
  const { batch } = makeBooks(20, 70_000, true)
  const answers = createAnswers(batch, true)
  const prototype = new PrototypeRun(batch)
  const partSize = 500
  const parts = Array.from({ length: batch.count / partSize }, (_, p) => ({
    from: p * partSize,
    to: (p + 1) * partSize,
  }))
  const pools = [1, 2].map((threads) =>
    createPool<OptimizerEngine>(new URL('../workers/', import.meta.url), 'optimizer', threads),
  )
  const runs = [
    ...pools.map(
      (pool) => async () => unwrap(await pool.run(parts, (engine, part) => engine.solveParts(batch, answers, part))),
    ),
    async () => prototype.solveAll(batch, false),
  ]
  const wall: number[][] = runs.map(() => [])
  const busy: number[][] = runs.map(() => [])
  for (let round = -2; round < 15; round++)
    for (const [at, run] of runs.entries()) {
      const before = process.cpuUsage()
      const start = process.hrtime.bigint()
      await run()
      const micros = Number(process.hrtime.bigint() - start) / 1000
      const { user, system } = process.cpuUsage(before)
      if (round < 0) continue
      wall[at]!.push(micros)
      busy[at]!.push(user + system)
    }
  await Promise.all(pools.map((pool) => pool.stop()))
  const [one, two, theirs] = wall.map(medianOf) as [number, number, number]
  const [oneBusy, twoBusy, theirsBusy] = busy.map(medianOf) as [number, number, number]
  // round by round: what the machine gives changes within seconds
  const times = (of: readonly number[][]): number => medianOf(of[0]!.map((micros, round) => micros / of[1]![round]!))
  const row = (workers: number, micros: number, cpuMicros: number): BenchRow => ({
    name: `batch/70000x20/workers${workers}`,
    medianMicros: micros,
    vsPrototype: theirs / micros,
    vsHighs: null,
    cpuMicros,
    cpuVsPrototype: theirsBusy / cpuMicros,
  })
  return [row(1, one, oneBusy), { ...row(2, two, twoBusy), vsOneWorker: times(wall), cpuVsOneWorker: 1 / times(busy) }]
}

const BOOK_COUNTS = [1000, 4000, 16_000, 64_000]

function benchGrowthInBooks(): BenchRow {
  const { batch } = makeBooks(20, BOOK_COUNTS.at(-1)!, true)
  const answers = createAnswers(batch)
  const each = 500
  const slices = batch.count / each
  const times = Array.from({ length: slices }, (): number[] => [])
  for (let round = -1; round < 9; round++)
    for (let slice = 0; slice < slices; slice++) {
      const start = process.hrtime.bigint()
      solveBatch(batch, answers, slice * each, (slice + 1) * each)
      if (round >= 0) times[slice]!.push(Number(process.hrtime.bigint() - start) / 1000)
    }
  const sum = (count: number, of: (ofSlice: number[]) => number): number =>
    times.slice(0, count / each).reduce((total, ofSlice) => total + of(ofSlice), 0)
  // the best of each slice: a median of nine still shows who else was there
  const best = BOOK_COUNTS.map((count) => sum(count, (ofSlice) => Math.min(...ofSlice)))
  return {
    name: 'growth/books',
    medianMicros: sum(BOOK_COUNTS.at(-1)!, medianOf),
    vsPrototype: null,
    vsHighs: null,
    exponent: exponentOf(BOOK_COUNTS, best),
    from: BOOK_COUNTS[0]!,
    to: BOOK_COUNTS.at(-1)!,
  }
}

const LINE_COUNTS = [20, 50, 100, 200, 400]

function benchGrowthInLines(): BenchRow {
  const runs = LINE_COUNTS.map((size) => {
    const { batch } = makeBooks(size, 200, true)
    const answers = createAnswers(batch)
    return (slice: number) => void solveBatch(batch, answers, slice * 20, (slice + 1) * 20)
  })
  const micros = measureSlices(runs, 10, 21, 4).map((time) => time / 200)
  return {
    name: 'growth/lines',
    medianMicros: micros.at(-1)!,
    vsPrototype: null,
    vsHighs: null,
    exponent: exponentOf(LINE_COUNTS, micros),
    from: LINE_COUNTS[0]!,
    to: LINE_COUNTS.at(-1)!,
  }
}

function benchFile(path: string): BenchRow[] {
  return unwrap(readProblemFile(readFileSync(path, 'utf8'))).map(({ id, problem, rules }) => {
    const solution = solveDiscrete(problem, rules)
    const [micros] = measureTogether([() => void solveDiscrete(problem, rules)], 15, 3) as [number]
    const solved = solution.status === 'solved' ? solution : null
    return {
      name: `problem/${id}`,
      medianMicros: micros,
      vsPrototype: null,
      vsHighs: null,
      status: solution.status,
      objective: solved?.objective ?? null,
      x: solved === null ? null : [...solved.x],
    }
  })
}

type PricedBook = PrototypeBook & Pick<BookBatch, 'riskScales' | 'caps'>

/** The prototype over a batch whose last asset is cash; keeps θ per book for warm starts. */
class PrototypeRun {
  readonly #method: PrototypeMethod
  readonly #book: PricedBook
  readonly #kept: Float64Array

  constructor(batch: BookBatch) {
    const { covariance, size } = batch
    if (covariance.kind !== 'factors') throw new Error('the prototype takes factor covariances')
    this.#method = makePrototype(size, covariance.factorCount)
    this.#kept = new Float64Array(batch.count * this.#method.theta.length)
    this.#book = {
      ...batch,
      loadings: covariance.loadings,
      specific: covariance.specific,
      risky: Float64Array.from({ length: size }, (_, i) => (i === size - 1 ? 0 : 1)),
      members: Float64Array.from(batch.members),
    }
  }

  solveAll({ count, current }: BookBatch, warm: boolean, from = 0, to = count): void {
    const book = current === this.#book.current ? this.#book : { ...this.#book, current }
    const { theta } = this.#method
    for (let b = from; b < to; b++) {
      if (warm) for (let j = 0; j < theta.length; j++) theta[j] = this.#kept[b * theta.length + j]!
      this.#solve(book, b, warm)
    }
  }

  keepAll({ count }: BookBatch): void {
    const { theta } = this.#method
    for (let b = 0; b < count; b++) {
      this.#solve(this.#book, b, false)
      this.#kept.set(theta, b * theta.length)
    }
  }

  weights(b: number): Float64Array {
    this.#solve(this.#book, b, false)
    return this.#method.x
  }

  #solve(book: PricedBook, b: number, warm: boolean): void {
    const { lower, upper, riskScales, caps } = book
    const size = this.#method.x.length
    const cash = b * size + size - 1
    this.#method.solve(book, b * size, riskScales[b]!, 1 - upper[cash]!, 1 - lower[cash]!, caps[b]!, warm)
  }
}

/** A ratio of times means something only between equal answers. */
function expectAgreement(batch: BookBatch, prototype: PrototypeRun): void {
  const answers = createAnswers(batch)
  solveBatch(batch, answers)
  for (let b = 0; b < batch.count; b++) {
    const weights = prototype.weights(b)
    if (answers.statuses[b] !== 0) throw new Error(`book ${b} of size ${batch.size} was not solved`)
    for (let i = 0; i < batch.size - 1; i++) {
      const difference = Math.abs(weights[i]! - answers.x[b * batch.size + i]!)
      if (!(difference < 1e-6))
        throw new Error(`book ${b}, asset ${i}: the prototype's weight differs by ${difference}`)
    }
  }
}

/** Median over the books highs can solve of the best of three tries, in µs; writing the text is not counted. */
function timeHighs(highs: HighsBaseline, batch: BookBatch): number | null {
  const times: number[] = []
  for (let b = 0; b < HIGHS_BOOKS; b++) {
    const problem = problemOfBatch(batch, b)
    const text = writeLp(problem)
    const tries: number[] = []
    for (let attempt = 0; attempt < 3; attempt++) {
      const start = process.hrtime.bigint()
      if (highs.solve(text)) tries.push(Number(process.hrtime.bigint() - start) / 1000)
    }
    if (tries.length > 0) times.push(Math.min(...tries))
  }
  return times.length === 0 ? null : medianOf(times)
}
