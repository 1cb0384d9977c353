import { createRandom, type Random } from '../core/random.ts'
import { unwrap } from '../core/result.ts'
import { type DriftEngine, type DriftReport, SharedPrices } from '../workers/drift/index.ts'
import { type EngineThread, startEngine, transfer } from '../workers/thread-link/index.ts'
import { type DriftFirm, makeFirm } from './drift-firm.ts'
import { type DriftRow, percentile } from './drift-rows.ts'

const WORKERS = new URL('../workers', import.meta.url)
const SECONDS = 10
const WARM_UP_MS = 1500
const TICKS_PER_MS = 1

const startDrift = (): EngineThread<DriftEngine> => startEngine<DriftEngine>(WORKERS, 'drift')

/** From the call on this side to the answer, in the engine's thread: columns checked, copied and made ready to sweep. */
export async function benchLoad(books: number, rounds: number): Promise<DriftRow> {
  const times: number[] = []
  const figures = { bytesPerBook: 0, residentPerBook: 0 }
  for (let round = 0; round < rounds; round++) {
    const { load } = makeFirm(createRandom(1), books, false)
    const engine = startDrift()
    try {
      await engine.remote.info()
      const before = process.memoryUsage().rss
      const start = performance.now()
      unwrap(await engine.remote.loadColumns(moved(load)))
      times.push(performance.now() - start)
      figures.bytesPerBook = unwrap(await engine.remote.info()).bytesPerBook
      figures.residentPerBook = (process.memoryUsage().rss - before) / books
    } finally {
      await engine.stop()
    }
  }
  return {
    name: `load/${books}`,
    medianMs: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    vsPlainSweep: null,
    bytesPerBook: figures.bytesPerBook,
    residentBytesPerBook: figures.residentPerBook,
  }
}

/** The arrays go to the thread instead of being copied. */
const moved = (load: DriftFirm['load']): DriftFirm['load'] =>
  transfer(load, [load.holdingsFrom.buffer, load.holdingAsset.buffer, load.holdingQuantity.buffer] as ArrayBuffer[])

/**
 * 1,000 ticks a second, one price each, written to shared memory from this thread, where the reports arrive too.
 * The time of a tick runs from its write to the arrival of the first report that has seen it; every frame is answered.
 * `plainMs`: median of the plain sweep over such a firm in the same run.
 */
export async function benchTickToReport(name: string, books: number, plainMs: number): Promise<DriftRow> {
  const random = createRandom(2)
  const { load, prices } = makeFirm(random.fork('firm'), books, false)
  const engine = startDrift()
  try {
    unwrap(await engine.remote.loadColumns(moved(load)))
    const board = SharedPrices.create(prices.length)
    board.write(prices, new Uint8Array(prices.length).fill(1))
    unwrap(await engine.remote.attachPrices(board.buffer))
    unwrap(await engine.remote.nextReport())
    const run = new TickRun(random, board, prices)
    await run.play(engine, WARM_UP_MS)
    run.forget()
    const cpu = process.cpuUsage()
    const start = performance.now()
    await run.play(engine, 1000 * SECONDS)
    const wallMs = performance.now() - start
    const { user, system } = process.cpuUsage(cpu)
    const info = unwrap(await engine.remote.info())
    if (info.sweep === 'plain') throw new Error(`the filter does not run: ${info.whyPlain}`)
    const medianMs = percentile(run.latencies, 0.5)
    return {
      name,
      medianMs,
      p99Ms: percentile(run.latencies, 0.99),
      vsPlainSweep: plainMs / medianMs,
      maxMs: Math.max(...run.latencies),
      ticks: run.latencies.length,
      ticksPerSecond: (1000 * run.latencies.length) / wallMs,
      framesPerSecond: (1000 * run.frames) / wallMs,
      crossings: run.crossings,
      coresUsed: (user + system) / 1000 / wallMs,
      auditedPerSecond: (1000 * info.audited) / (wallMs + WARM_UP_MS),
      auditDifferences: run.differences,
    }
  } finally {
    await engine.stop()
  }
}

class TickRun {
  latencies: number[] = []
  frames = 0
  crossings = 0
  differences = 0
  readonly #random: Random
  readonly #board: SharedPrices
  readonly #prices: Float64Array
  /** Frames not seen in a report yet, oldest first, and when they were written. */
  #waiting: { frame: number; at: number }[] = []

  constructor(random: Random, board: SharedPrices, prices: Float64Array) {
    this.#random = random
    this.#board = board
    this.#prices = prices
  }

  forget(): void {
    this.latencies = []
    this.frames = 0
    this.crossings = 0
  }

  async play(engine: EngineThread<DriftEngine>, durationMs: number): Promise<void> {
    const start = performance.now()
    let written = 0
    const timer = setInterval(() => {
      // The timer keeps no millisecond; ticks it missed come together, as they do from a socket.
      const due = Math.floor((performance.now() - start) * TICKS_PER_MS)
      for (; written < due; written++) this.#tick()
    }, 1)
    while (performance.now() - start < durationMs)
      this.#arrived(unwrap(await engine.remote.nextReport({ evenIfQuiet: true })))
    clearInterval(timer)
  }

  #tick(): void {
    const asset = this.#random.integer(this.#prices.length - 2)
    const price = this.#prices[asset]! * (1 + 2e-4 * this.#random.normal())
    this.#prices[asset] = price
    const at = performance.now()
    this.#waiting.push({ frame: this.#board.set(asset, price, true), at })
  }

  #arrived(report: DriftReport): void {
    const now = performance.now()
    let seen = 0
    while (seen < this.#waiting.length && this.#waiting[seen]!.frame <= report.frame) {
      this.latencies.push(now - this.#waiting[seen++]!.at)
    }
    this.#waiting = this.#waiting.slice(seen)
    this.frames++
    this.crossings += report.newlyBreached.book.length + report.newlyCured.book.length
    this.differences += report.audit.differences
  }
}
