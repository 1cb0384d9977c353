import { heldBy, ladderCost } from '../core/decisions/ladder-cost.ts'
import { createRandom, type Random } from '../core/random.ts'
import {
  type LadderOf,
  type MarketFacts,
  type MarketQuality,
  MicrostructureEngine,
  mergeCostCurve,
} from '../workers/microstructure/index.ts'
import { type BenchRow, measureTogether, printRows } from './measure.ts'

const MARKET = 'binance:BTC/USDT'
const FACTS: MarketFacts = {
  market: MARKET,
  venue: 'binance',
  asset: 'BTC',
  maker: 0.001,
  taker: 0.001,
  quoteUsd: 1,
  advUsd: 1e9,
  sigmaDaily: 0.03,
}
/** So many calls are timed as one: a single one is near the timer's grain. */
const CALLS = 100
const ROUNDS = 200
/** Parts of an order book that a trade takes. */
const DEPTH_PARTS = [0.001, 0.1, 0.6]

/**
 * `depth-update`: a whole order book of 1,000 levels a side taken in. Others: fewer levels; two venues merged and fitted,
 * by their curves or by 220 levels a side: a trade that the best levels take, one that needs a tenth of the depth, all.
 */
export async function benchMicrostructure(args: readonly string[]): Promise<void> {
  const levels = [1000, 220, 20]
  const updates = levels.map((count) => updateJob(count))
  const curves = [
    { name: 'microstructure/merge-curves/one-venue', capacities: { binance: 1e6 } },
    { name: 'microstructure/merge-curves/inventory-binds', capacities: { binance: 3e4, kraken: 5e4 } },
  ]
  const [binance] = updates[0]!.engine.snapshot(0)
  const markets: MarketQuality[] = [
    { ...binance!, unusable: null },
    { ...binance!, market: 'kraken:BTC/USD', venue: 'kraken', takerBps: 26, unusable: null },
  ]
  const merges = curves.map(({ capacities }) => () => {
    for (let call = 0; call < CALLS; call++) mergeCostCurve(markets, 'BTC', 'buy', capacities, 1e5)
  })
  const ladders = [0.001, 0.0012].map((takerFee, venue) =>
    ladderCost({
      side: 'buy',
      ladder: side(createRandom(venue), 60_000, 220, 1),
      priceUsd: 60_000,
      quoteUsd: 1,
      takerFee,
      impactFactor: 1,
      tailImpact: 1e-7,
    }),
  )
  const ladderOf: LadderOf = (key) => ladders[key.startsWith('binance') ? 0 : 1]!
  const depthUsd = heldBy(ladders[0]!)
  const walks = DEPTH_PARTS.map((part) => ({
    name: `microstructure/merge-ladders/${part}`,
    capacities: { binance: part * depthUsd, kraken: depthUsd },
    rangeUsd: 1.5 * part * depthUsd,
  }))
  const walkJobs = walks.map(({ capacities, rangeUsd }) => () => {
    for (let call = 0; call < CALLS; call++) mergeCostCurve(markets, 'BTC', 'buy', capacities, rangeUsd, ladderOf)
  })
  const jobs = [...updates.map(({ job }) => job), ...merges, ...walkJobs]
  const micros = measureTogether(jobs, ROUNDS, 20).map((time) => time / CALLS)
  const names = levels.map((count, i) => `microstructure/depth-update${i === 0 ? '' : `/${count}`}`)
  const rows: BenchRow[] = [
    ...levels.map((count, i) => ({ name: names[i]!, medianMicros: micros[i]!, levels: count })),
    ...[...curves, ...walks].map(({ name }, i) => ({ name, medianMicros: micros[levels.length + i]! })),
  ]
  printRows(rows, args.includes('--json'))
}

function updateJob(levels: number): { readonly engine: MicrostructureEngine; readonly job: () => void } {
  const engine = new MicrostructureEngine()
  engine.setMarkets([FACTS])
  const random = createRandom(levels)
  const books = Array.from({ length: 50 }, () => {
    const mid = 60_000 * (1 + 1e-3 * random.normal())
    return { bids: side(random, mid, levels, -1), asks: side(random, mid, levels, 1) }
  })
  let at = 0
  const job = (): void => {
    for (let call = 0; call < CALLS; call++)
      engine.observe([{ market: MARKET, ...books[at % books.length]!, at: 100 * at++ }])
  }
  job()
  return { engine, job }
}

function side(random: Random, mid: number, levels: number, direction: 1 | -1): Float64Array {
  const ladder = new Float64Array(2 * levels)
  for (let level = 0; level < levels; level++) {
    // All within 50 bps of the mid: every level is part of the fit.
    ladder[2 * level] = mid * (1 + (direction * 4.9e-3 * (level + 1)) / levels)
    ladder[2 * level + 1] = random.between(0.01, 2)
  }
  return ladder
}
