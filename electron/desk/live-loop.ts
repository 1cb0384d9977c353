import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBookId } from '../../core/client-book.ts'
import type { StartedDesk } from './start-desk.ts'

const FRAME_MS = 100
const CYCLE_MS = 1_000
const SUMMARY_MS = 500
/** Books that leave their bands within this time of the first are planned together. */
const NEWS_WINDOW_MS = 20

/**
 * Drives a desk in real time. Every price goes to the drift engine as it comes, and what it finds is planned within
 * milliseconds; the whole of the cycle runs once a second, frames ten times, the summary twice. Ticks never overlap:
 * one that takes longer delays the next. Returns how to stop.
 */
export function runLive(
  started: StartedDesk,
  synchroniseMarketTime: () => Promise<void>,
  log: (line: string) => void,
): () => Promise<void> {
  const { desk, publisher, market, risk } = started
  const { drift, alerts } = desk.parts
  const stopping = new AbortController()
  /** No longer than until the desk is stopped. */
  const rest = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined)
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
      alerts.clear(`loop-${name}`)
    } catch (cause) {
      const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
      alerts.raise(`loop-${name}`, 'critical', `the desk's ${name} failed: ${text.split('\n')[0]}`)
      log(text)
    }
  }
  const every = async (name: string, milliseconds: number, work: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      const began = performance.now()
      await attempt(name, work)
      await rest(Math.max(5, milliseconds - (performance.now() - began)))
    }
  }

  const stopPrices = market.onPrice((asset, priceUsd, fresh) => drift.tick(asset, priceUsd, fresh))
  const news = new NewsBatch((bookIds) =>
    attempt('planning of news', async () => {
      await desk.inTurn(() => desk.planNews(bookIds))
    }),
  )
  let frames = 0
  const loops = [
    drift.watch(
      ({ breached }, { audit }) => {
        desk.takeAudit(audit)
        news.add(breached.map(({ bookId }) => bookId))
      },
      (why) => {
        if (why === null) alerts.clear('drift-watch')
        else alerts.raise('drift-watch', 'critical', `client books are not watched: ${why}`)
      },
      stopping.signal,
    ),
    every('drift check', FRAME_MS, async () => {
      // tracking errors once a second
      const measured = await desk.measure(frames++ % 10 === 0)
      if (measured.ok) publisher.publishFrame()
    }),
    every('planning', CYCLE_MS, async () => {
      await Promise.all([market.refreshCosts(), publisher.refreshProgress()])
      await desk.inTurn(() => desk.plan())
    }),
    every('summary', SUMMARY_MS, async () => publisher.publishSummary()),
    every('market clock', 5_000, async () => {
      await synchroniseMarketTime()
      const news = await risk.refresh(market.marketNow())
      if (news === 'none') return
      desk.parts.history.setMultiplier(market.marketNow(), market.multiplier())
      if (news !== 'day') return
      await drift.setRisk(risk.view())
      started.loadHistory()
    }),
  ]
  void attempt('risk figures', async () => {
    await drift.setRisk(risk.view())
  })
  return async () => {
    stopPrices()
    stopping.abort()
    await Promise.all([...loops, news.idle()])
  }
}

/** Gathers books for a moment and hands them on together, one batch after the other. */
class NewsBatch {
  readonly #work: (bookIds: ReadonlySet<ClientBookId>) => Promise<void>
  #gathered = new Set<ClientBookId>()
  #running: Promise<void> | null = null

  constructor(work: (bookIds: ReadonlySet<ClientBookId>) => Promise<void>) {
    this.#work = work
  }

  add(bookIds: readonly ClientBookId[]): void {
    for (const bookId of bookIds) this.#gathered.add(bookId)
    if (this.#gathered.size > 0) this.#running ??= this.#run()
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#gathered.size > 0) {
      await sleep(NEWS_WINDOW_MS)
      const batch = this.#gathered
      this.#gathered = new Set()
      await this.#work(batch)
    }
    this.#running = null
  }
}
