import type { StartedDesk } from './start-desk.ts'

const FRAME_MS = 100
const CYCLE_MS = 1_000
const SUMMARY_MS = 500

/**
 * Drives a desk in real time: drift and frames ten times a second, planning once a second, the summary twice.
 * Ticks never overlap: one that takes longer delays the next. Returns how to stop.
 */
export function runLive(
  started: StartedDesk,
  synchroniseMarketTime: () => Promise<void>,
  log: (line: string) => void,
): () => Promise<void> {
  const { desk, publisher, market, risk } = started
  const stopping = new AbortController()
  const every = async (name: string, milliseconds: number, work: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      const began = performance.now()
      try {
        await work()
        desk.parts.alerts.clear(`loop-${name}`)
      } catch (cause) {
        const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
        desk.parts.alerts.raise(`loop-${name}`, 'critical', `the desk's ${name} failed: ${text.split('\n')[0]}`)
        log(text)
      }
      const rest = Math.max(5, milliseconds - (performance.now() - began))
      await new Promise((resolve) => setTimeout(resolve, rest))
    }
  }
  const loops = [
    every('drift check', FRAME_MS, async () => {
      const swept = await desk.inTurn(() => desk.checkDrift())
      if (swept.ok) publisher.publishFrame()
    }),
    every('planning', CYCLE_MS, async () => {
      await Promise.all([market.refreshCosts(), publisher.refreshProgress()])
      publisher.refreshSlow(market.view())
      await desk.inTurn(() => desk.plan())
    }),
    every('summary', SUMMARY_MS, async () => publisher.publishSummary()),
    every('market clock', 5_000, async () => {
      await synchroniseMarketTime()
      const news = await risk.refresh(market.marketNow())
      if (news === 'none') return
      desk.parts.history.setMultiplier(market.marketNow(), market.multiplier())
      if (news === 'day') started.loadHistory()
    }),
  ]
  return async () => {
    stopping.abort()
    await Promise.all(loops)
  }
}
