import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBookId } from '../../core/client-book.ts'
import { type AssetId, SETTLEMENT_ASSETS } from '../../core/instruments.ts'
import type { Result } from '../../core/result.ts'
import {
  type DriftEngine,
  type DriftMeasure,
  type DriftReport,
  type DriftSweep,
  SharedPrices,
} from '../../workers/drift/index.ts'
import { type RemoteEngine, transfer } from '../../workers/thread-link/index.ts'
import type { PriceBoard } from '../proposals/book-position.ts'
import type { RiskView } from '../proposals/planning-inputs.ts'
import { driftBands, everyHolding, holdingColumns } from './drift-columns.ts'
import { type DriftNews, DriftStanding, NOTHING_LOADED, type WatchedBooks } from './drift-standing.ts'
import type { World } from './world.ts'

type WatchFailure = { readonly code: string; readonly message: string }

/** The engine is being loaded anew: it can be asked again in a moment. */
const BEING_LOADED: ReadonlySet<string> = new Set(['not-loaded', 'no-prices'])
const LOADING_MS = 20
const FAILED_MS = 1_000

/**
 * Keeps the drift engine's copy of the books equal to the desk's, hands it every price, and asks it: for sweeps in
 * lockstep, for news and figures where the desk runs live.
 */
export class DriftWatch {
  readonly #engine: RemoteEngine<DriftEngine>
  readonly #world: World
  readonly #dustWeight: number
  /** Who is out and who can't be checked, as `watch` was told. */
  readonly standing = new DriftStanding()
  #loaded: WatchedBooks = NOTHING_LOADED
  #multiplier = 1
  /** Prices of the assets loaded, where the engine reads them, and what was last written there. */
  #prices = SharedPrices.create(0)
  #values = new Float64Array(0)
  #fresh = new Uint8Array(0)
  #risk: RiskView | null = null
  readonly #touched = new Set<ClientBookId>()
  /** Books whose bands are others now. */
  readonly #rebanded = new Set<ClientBookId>()
  /** One load after the other, whoever asks. */
  #loading: Promise<unknown> = Promise.resolve()
  #isWatching = false
  #isApplying = false

  constructor(engine: RemoteEngine<DriftEngine>, world: World, dustWeight: number) {
    this.#engine = engine
    this.#world = world
    this.#dustWeight = dustWeight
  }

  /** `watch` is running: news comes by itself. */
  get isWatching(): boolean {
    return this.#isWatching
  }
  /** Number of the last frame of prices that the engine can see. */
  get frame(): number {
    return this.#prices.frame
  }

  /** Everything again: at start, after an import, when a new asset turns up. The engine starts with these prices. */
  load(multiplier: number, prices: PriceBoard): Promise<Result<{ readonly books: number }, WatchFailure>> {
    const loaded = this.#loading.then(() => this.#load(multiplier, prices))
    this.#loading = loaded.catch(() => undefined)
    return loaded
  }

  async #load(multiplier: number, prices: PriceBoard): Promise<Result<{ readonly books: number }, WatchFailure>> {
    this.#multiplier = multiplier
    this.#touched.clear()
    this.#rebanded.clear()
    const assets = [...new Set([...this.#world.assetsInUse(), ...SETTLEMENT_ASSETS])]
    const bookIds = this.#world.books.map((book) => book.id)
    const columns = holdingColumns(this.#world, assets)
    const scope = { assets, unlistedWeight: this.#dustWeight, bookIds }
    const loaded = await this.#engine.loadColumns(
      transfer(
        { ...scope, ...columns, ...driftBands(this.#world, multiplier) },
        Object.values(columns).map((column) => column.buffer),
      ),
    )
    if (!loaded.ok) return loaded
    this.#loaded = { bookIds, assets, columnOf: new Map(assets.map((asset, column) => [asset, column])) }
    this.standing.clear()
    this.#prices = SharedPrices.create(assets.length)
    this.#values = new Float64Array(assets.length).fill(Number.NaN)
    this.#fresh = new Uint8Array(assets.length)
    this.#writeAll(prices)
    const attached = await this.#engine.attachPrices(this.#prices.buffer)
    if (!attached.ok) return attached
    const informed = this.#risk === null ? attached : await this.#sendRisk(this.#risk)
    return informed.ok ? loaded : informed
  }

  /** Holdings of these books changed; live they are applied at once, else before the next sweep. */
  touch(bookIds: Iterable<ClientBookId>): void {
    for (const bookId of bookIds) this.#touched.add(bookId)
    this.#applySoon()
  }

  /** Bands of these books changed (another risk profile, an override); applied as holdings are. */
  reband(bookIds: Iterable<ClientBookId>): void {
    for (const bookId of bookIds) this.#rebanded.add(bookId)
    this.#applySoon()
  }

  /** One price as it comes: the engine sees it at once. Assets that no book holds or wants are none of its business. */
  tick(asset: AssetId, priceUsd: number, fresh: boolean): void {
    const column = this.#loaded.columnOf.get(asset)
    if (column === undefined) return
    const flag = fresh ? 1 : 0
    if (this.#fresh[column] === flag && Object.is(this.#values[column], priceUsd)) return
    this.#values[column] = priceUsd
    this.#fresh[column] = flag
    this.#prices.set(column, priceUsd, fresh)
  }

  /** Covariances for the tracking errors of `figures`. */
  async setRisk(risk: RiskView): Promise<Result<undefined, WatchFailure>> {
    this.#risk = risk
    return this.#sendRisk(risk)
  }

  /**
   * One exact check of every book. A new multiplier or touched books go first, in the same order of events.
   * The figures are in memory shared with the engine, valid until the sweep after the next.
   */
  async sweep(prices: PriceBoard, multiplier: number): Promise<Result<DriftSweep, WatchFailure>> {
    const told = await this.#tellAll(prices, multiplier)
    return told.ok ? this.#engine.sweepShared() : told
  }

  /** The figures of every book at these prices, taken in parts: news is not held up by them. */
  async figures(
    prices: PriceBoard,
    multiplier: number,
    trackingError: boolean,
  ): Promise<Result<DriftMeasure, WatchFailure>> {
    const told = await this.#tellAll(prices, multiplier)
    return told.ok ? this.#engine.measureShared({ trackingError }) : told
  }

  /**
   * Until stopped: every change of who is out and who can't be checked, as soon as the engine has found it. `standing`
   * has it by then. A failure is told once until the engine answers again.
   */
  async watch(
    onNews: (news: DriftNews, report: DriftReport) => void,
    onFailure: (why: string | null) => void,
    stopped: AbortSignal,
  ): Promise<void> {
    this.#isWatching = true
    const orStopped = untilAborted(stopped)
    let failed = false
    while (!stopped.aborted) {
      const report = await orStopped(this.#engine.nextReport())
      if (report === null) break
      if (report.ok) {
        if (failed) onFailure(null)
        failed = false
        onNews(this.standing.take(report.value, this.#loaded), report.value)
        continue
      }
      const isLoading = BEING_LOADED.has(report.error.code)
      if (!isLoading && !failed) onFailure(report.error.message)
      failed ||= !isLoading
      await orStopped(sleep(isLoading ? LOADING_MS : FAILED_MS))
    }
    this.#isWatching = false
  }

  /** What the engine does not know yet: books, bands, holdings, prices. */
  async #tellAll(prices: PriceBoard, multiplier: number): Promise<Result<undefined, WatchFailure>> {
    if (this.#hasNewAsset()) {
      const loaded = await this.load(multiplier, prices)
      if (!loaded.ok) return loaded
    } else {
      const banded = await this.#applyBands(multiplier)
      if (!banded.ok) return banded
    }
    const applied = await this.#applyTouched()
    if (applied.ok) this.#writeAll(prices)
    return applied
  }

  #hasNewAsset(): boolean {
    return this.#world.assetsInUse().some((asset) => !this.#loaded.columnOf.has(asset))
  }

  /** Live: all of what one event changes, in one message. */
  #applySoon(): void {
    if (!this.#isWatching || this.#isApplying) return
    this.#isApplying = true
    setImmediate(() => {
      this.#isApplying = false
      if (this.#hasNewAsset()) return
      void this.#applyBands(this.#multiplier)
      void this.#applyTouched()
    })
  }

  async #applyBands(multiplier: number): Promise<Result<undefined, WatchFailure>> {
    if (multiplier === this.#multiplier && this.#rebanded.size === 0) return { ok: true, value: undefined }
    const told = [...this.#rebanded]
    this.#rebanded.clear()
    const applied = await this.#engine.applyAllBands(driftBands(this.#world, multiplier))
    if (applied.ok) this.#multiplier = multiplier
    else for (const bookId of told) this.#rebanded.add(bookId)
    return applied
  }

  async #applyTouched(): Promise<Result<undefined, WatchFailure>> {
    const told = [...this.#touched]
    if (told.length === 0) return { ok: true, value: undefined }
    const { assets } = this.#loaded
    const updates = told.map((bookId) => ({ bookId, holdings: everyHolding(this.#world, bookId, assets) }))
    this.#touched.clear()
    const applied = await this.#engine.applyAll(updates)
    if (!applied.ok) for (const bookId of told) this.#touched.add(bookId)
    return applied
  }

  #writeAll(prices: PriceBoard): void {
    this.#loaded.assets.forEach((asset, column) => {
      const price = prices.get(asset)
      this.#values[column] = price?.priceUsd ?? Number.NaN
      this.#fresh[column] = price?.fresh ? 1 : 0
    })
    this.#prices.write(this.#values, this.#fresh)
  }

  #sendRisk(risk: RiskView): Promise<Result<undefined, WatchFailure>> {
    return this.#engine.setCovariance(risk.covarianceOf(this.#loaded.assets))
  }
}

/** Work that is not waited for any longer than until the signal: null then. (Promise.race would keep every call alive.) */
function untilAborted(signal: AbortSignal): <T>(work: Promise<T>) => Promise<T | null> {
  let giveUp = (): void => {}
  signal.addEventListener('abort', () => giveUp(), { once: true })
  return (work) =>
    new Promise((resolve, reject) => {
      giveUp = () => resolve(null)
      work.then(resolve, reject)
    })
}
