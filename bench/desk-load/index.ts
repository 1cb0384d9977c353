import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keyOf } from '../../core/instruments.ts'
import { createRandom, type Random } from '../../core/random.ts'
import { runLive } from '../../electron/desk/live-loop.ts'
import { type DriftRow, percentile, printRow } from '../drift-rows.ts'
import { Costs } from './costs.ts'
import { loadFirm } from './firm.ts'
import { assembleDesk, openFirm } from './load-desk.ts'
import { assetNames, CANARY } from './market.ts'
import { Play } from './play.ts'
import { sharesBetween, threadTimes } from './threads.ts'

const HELP = '--books, --assets, --ticks (a second), --seconds and --warmup are whole numbers above 0'

/**
 * The whole desk but for its sockets, at so many client books and order-book updates a second over two venues: percent
 * of one core per thread, from a tick to the news and to the plan of it, memory, time to open. A page listens to the
 * frames but draws nothing. `--folder` keeps the firm for another run.
 */
export async function benchDeskLoad(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      folder: { type: 'string' },
      books: { type: 'string', default: '70000' },
      assets: { type: 'string', default: '200' },
      ticks: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '30' },
      warmup: { type: 'string', default: '15' },
    },
  })
  const numbers = [values.books, values.assets, values.ticks, values.seconds, values.warmup].map(Number)
  if (numbers.some((value) => !(Number.isInteger(value) && value > 0))) {
    console.error(HELP)
    process.exitCode = 2
    return
  }
  const [books, assets, ticks, seconds, warmUp] = numbers as [number, number, number, number, number]
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'trimtab-load-'))
  try {
    printRow(await measure(folder, books, assets, ticks, seconds, warmUp), values.json)
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(
  folder: string,
  books: number,
  assets: number,
  ticks: number,
  seconds: number,
  warmUp: number,
): Promise<DriftRow> {
  const random = createRandom(3)
  const mids = firstMids(random, assets)
  const loadBefore = loadavg()[0]!
  const store = openFirm(folder, () => loadFirm(random.fork('firm'), books, mids))
  const start = performance.now()
  const loaded = await assembleDesk(folder, store, mids)
  const openedMs = performance.now() - start
  const { started } = loaded
  const { desk, publisher } = started
  let [frames, rows] = [0, 0]
  publisher.on('frame', (frame) => {
    frames++
    rows += frame.rows.length
  })
  const costs = new Costs()
  costs.charge('tick', loaded, 'tick')
  costs.charge('frame', publisher, 'publishFrame')
  costs.charge('summary', publisher, 'publishSummary')
  costs.charge('prices', started.market, 'prices')
  costs.charge('plan', desk, 'plan')
  const stop = runLive(
    started,
    async () => {},
    (line) => console.error(line),
  )
  const markets = desk.parts.world.markets.filter(({ base }) => base !== CANARY && base !== 'USDT').map(keyOf)
  const play = new Play(random.fork('ticks'), mids, loaded, markets)
  await play.run(1000 * warmUp, ticks)
  ;[frames, rows] = [0, 0]
  costs.forget()
  const before = threadTimes()
  const began = performance.now()
  await play.run(1000 * seconds, ticks)
  const wallMs = performance.now() - began
  const shares = sharesBetween(before, threadTimes(), wallMs)
  const memory = process.memoryUsage()
  const { tickToNews, tickToPlanned, late } = play
  const row: DriftRow = {
    name: `desk-load/${books}`,
    medianMs: percentile(tickToNews, 0.5),
    p99Ms: percentile(tickToNews, 0.99),
    vsPlainSweep: null,
    crossings: tickToNews.length,
    planMedianMs: percentile(tickToPlanned, 0.5),
    planP99Ms: percentile(tickToPlanned, 0.99),
    tickLateP99Ms: percentile(late, 0.99),
    ticksPerSecond: (1000 * late.length) / wallMs,
    ...Object.fromEntries(Object.entries(shares).map(([name, share]) => [`cpu ${name} %`, share])),
    cpuAllThreadsPercent: Object.values(shares).reduce((sum, share) => sum + share, 0),
    // what the main thread needs for a second: ticks, ten frames with their prices, two summaries, one planning
    cpuNeededPercent:
      (ticks * costs.perCall('tick') +
        10 * (costs.perCall('frame') + costs.perCall('prices')) +
        2 * costs.perCall('summary') +
        costs.perCall('plan')) /
      10,
    tickCpuMs: costs.perCall('tick'),
    frameCpuMs: costs.perCall('frame'),
    summaryCpuMs: costs.perCall('summary'),
    planCpuMs: costs.perCall('plan'),
    framesPerSecond: (1000 * frames) / wallMs,
    rowsPerFrame: rows / Math.max(1, frames),
    openProposals: desk.parts.proposals.list().length,
    alerts: desk.parts.alerts.list().length,
    residentMb: memory.rss / 2 ** 20,
    heapMb: memory.heapUsed / 2 ** 20,
    openedMs,
    loadBefore,
    loadAfter: loadavg()[0]!,
  }
  await stop()
  await started.close()
  return row
}

/** USD per unit of every asset; the canary and the currencies are worth 1. */
function firstMids(random: Random, assets: number): Map<string, number> {
  const ones = [CANARY, 'USDT', 'USD']
  const price = (): number => Number((10 ** random.between(-1, 4)).toPrecision(6))
  return new Map([...assetNames(assets), 'USDT', 'USD'].map((asset) => [asset, ones.includes(asset) ? 1 : price()]))
}
