import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createRandom } from '../core/random.ts'
import { unwrap } from '../core/result.ts'
import { type GeneratedBooks, generateBooks, generateUniverse } from '../workers/optimizer/generated-books.ts'
import {
  type BookBatch,
  createAnswers,
  type OptimizerEngine,
  problemOfBatch,
  readProblemFile,
  solveBatch,
  solveDiscrete,
} from '../workers/optimizer/index.ts'
import { createPool } from '../workers/pool.ts'
import { type HighsBaseline, loadBaseline, writeLp } from './highs-baseline.ts'
import { type BenchRow, measureTogether, medianOf, printRows } from './measure.ts'
import { makePrototype, type PrototypeBook, type PrototypeMethod } from './prototype-method.ts'

const SIZES = [10, 20, 30, 50, 100]
const HIGHS_SIZES = [10, 30]
const BOOKS = 400
const ROUNDS = 41
const WARM_UPS = 12
const HIGHS_BOOKS = 12

/**
 * Times per book of `cold` and `warm` rows (a solved answer with its certificate, against the prototype's bare method),
 * per batch of `batch` rows; ratios above 1: we are faster.
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
}

/** Seeds of their own, so that no row's books depend on the rows before. */
function makeBooks(size: number, count: number, impact: boolean): GeneratedBooks {
  const random = createRandom(1000 + size)
  return generateBooks(random.fork('books'), generateUniverse(random.fork('universe'), size), count, impact)
}

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
  const [ours, theirs, oursWarm, theirsWarm] = measureTogether(
    [
      () => solveBatch(batch, answers),
      () => prototype.solveAll(batch, false),
      () => solveBatch(moved, movedAnswers, 0, BOOKS, answers),
      () => prototype.solveAll(moved, true),
    ],
    ROUNDS,
    WARM_UPS,
  ).map((micros) => micros / BOOKS) as [number, number, number, number]
  const highsMicros = impact || !HIGHS_SIZES.includes(size) ? null : timeHighs(highs, batch)
  const vsHighs = highsMicros === null ? null : highsMicros / ours
  const suffix = `n${size}/k${impact ? 1 : 0}`
  return [
    { name: `cold/${suffix}`, medianMicros: ours, vsPrototype: theirs / ours, vsHighs, vsCold: 1 },
    {
      name: `warm/${suffix}`,
      medianMicros: oursWarm,
      vsPrototype: theirsWarm / oursWarm,
      vsHighs: null,
      vsCold: ours / oursWarm,
    },
  ]
}

function benchLargeBatch(): BenchRow {
  const { batch } = makeBooks(50, 10_000, true)
  const answers = createAnswers(batch)
  const prototype = new PrototypeRun(batch)
  const [ours, theirs] = measureTogether(
    [() => solveBatch(batch, answers), () => prototype.solveAll(batch, false)],
    9,
    2,
  ) as [number, number]
  return { name: 'batch/10000x50', medianMicros: ours, vsPrototype: theirs / ours, vsHighs: null }
}

/** Through the same pool and thread link as the desk; columns in shared memory. */
async function benchWorkers(): Promise<BenchRow[]> {
  const { batch } = makeBooks(20, 70_000, true)
  const answers = createAnswers(batch, true)
  const prototype = new PrototypeRun(batch)
  const partSize = 1250
  const parts = Array.from({ length: batch.count / partSize }, (_, p) => ({
    from: p * partSize,
    to: (p + 1) * partSize,
  }))
  const pools = [1, 2].map((threads) =>
    createPool<OptimizerEngine>(new URL('../workers/', import.meta.url), 'optimizer', threads),
  )
  const times: number[][] = [[], [], []]
  for (let round = -2; round < 11; round++) {
    const runs = [
      ...pools.map(
        (pool) => async () => unwrap(await pool.run(parts, (engine, part) => engine.solveParts(batch, answers, part))),
      ),
      async () => prototype.solveAll(batch, false),
    ]
    for (const [at, run] of runs.entries()) {
      const start = process.hrtime.bigint()
      await run()
      if (round >= 0) times[at]!.push(Number(process.hrtime.bigint() - start) / 1000)
    }
  }
  await Promise.all(pools.map((pool) => pool.stop()))
  const [one, two, theirs] = times.map(medianOf) as [number, number, number]
  return [
    { name: 'batch/70000x20/workers1', medianMicros: one, vsPrototype: theirs / one, vsHighs: null },
    {
      name: 'batch/70000x20/workers2',
      medianMicros: two,
      vsPrototype: theirs / two,
      vsHighs: null,
      vsOneWorker: one / two,
    },
  ]
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

  solveAll({ count, current }: BookBatch, warm: boolean): void {
    const book = current === this.#book.current ? this.#book : { ...this.#book, current }
    const { theta } = this.#method
    for (let b = 0; b < count; b++) {
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

/** Median µs of one solve over the books highs can solve; writing the text is not counted. */
function timeHighs(highs: HighsBaseline, batch: BookBatch): number | null {
  const times: number[] = []
  for (let b = 0; b < HIGHS_BOOKS; b++) {
    const problem = problemOfBatch(batch, b)
    const text = writeLp(problem)
    const start = process.hrtime.bigint()
    const solved = highs.solve(text)
    if (solved) times.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  return times.length === 0 ? null : medianOf(times)
}
