import { afterAll, expect, test } from 'vitest'
import { createRandom, type Random } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { startEngine } from '../thread-link/index.ts'
import { DRIFT_STATUSES, DriftEngine, type DriftLine, type DriftSweep } from './index.ts'

// The oracle knows nothing of the engine: objects and maps, one book at a time, from the definitions in words.
interface Model {
  readonly id: string
  readonly quantities: Map<string, number>
  lines: DriftLine[]
  targets: Map<string, number>
  multiplier: number
  wasOut: boolean
}
const RISKY = ['BTC', 'ETH', 'SOL', 'ADA', 'LINK']
const CASH_ASSETS = ['USD', 'USDT']
const ASSETS = ['BTC', 'USD', 'ETH', 'SOL', 'USDT', 'ADA', 'LINK']
const HALF = 0.04
const UNLISTED = 0.001

interface Verdict {
  status: 'in' | 'near' | 'out' | 'unable'
  value: number
  turnover: number
  breached: string[]
  worst: number
  positions: Map<string, number>
  /** Smallest distance of a weight from a limit: below 1e-12 two honest summations may disagree. */
  margin: number
}

const none = () => ({ turnover: 0, breached: [], worst: -1, margin: 1 })

function judge(model: Model, prices: Map<string, number>): Verdict {
  const unable: Verdict = { status: 'unable', value: Number.NaN, ...none(), positions: new Map() }
  for (const asset of ASSETS) {
    const needed = model.quantities.get(asset) || (RISKY.includes(asset) && model.targets.get(asset))
    if (needed && !prices.has(asset)) return unable
  }
  const worth = (asset: string): number => (model.quantities.get(asset) ?? 0) * (prices.get(asset) ?? 0)
  const value = [...ASSETS].reverse().reduce((sum, asset) => sum + worth(asset), 0)
  if (value <= 0) return unable
  const weights = new Map(RISKY.map((asset) => [asset, worth(asset) / value]))
  weights.set('CASH', CASH_ASSETS.reduce((sum, asset) => sum + worth(asset), 0) / value)
  const verdict: Verdict = { status: 'in', value, ...none(), positions: new Map() }
  for (const [asset, weight] of weights) {
    const line = model.lines.find((l) => l.asset === asset) ?? { asset, target: 0, low: -UNLISTED, high: UNLISTED }
    verdict.turnover += Math.abs(weight - line.target) / 2
    // Nothing held weighs exactly 0 in any summation.
    if (weight !== 0)
      verdict.margin = Math.min(verdict.margin, Math.abs(weight - line.low), Math.abs(weight - line.high))
    const side = weight > line.target ? line.high - line.target : line.target - line.low
    const position = weight === line.target ? 0 : Math.abs(weight - line.target) / side
    verdict.positions.set(asset, position)
    const out = weight > line.high || weight < line.low
    if (out && verdict.breached.length === 0) verdict.worst = -1
    if (out) verdict.breached.push(asset)
    if ((out || verdict.breached.length === 0) && position > verdict.worst) {
      verdict.worst = position
    }
  }
  if (verdict.breached.length > 0) verdict.status = 'out'
  else if (verdict.worst >= 0.8) verdict.status = 'near'
  return verdict
}

function makeLines(model: Model): DriftLine[] {
  return [...model.targets].map(([asset, target]) => ({
    asset,
    target,
    low: Math.max(0, target - HALF * model.multiplier),
    high: Math.min(1, target + HALF * model.multiplier),
  }))
}

function makeModel(random: Random, id: string, prices: Map<string, number>): Model {
  const raw = RISKY.map(() => (random.next() < 0.25 ? 0 : random.next()))
  const total = raw.reduce((a, b) => a + b, 0) + 0.3
  const targets = new Map(RISKY.map((asset, i) => [asset, raw[i]! / total]))
  targets.set('CASH', 0.3 / total)
  const value = 10 ** random.between(2, 7)
  const quantities = new Map<string, number>()
  const kind = random.next()
  if (kind >= 0.05) {
    for (const asset of RISKY) {
      const noise = 1 + 0.1 * random.normal()
      const sign = kind < 0.15 && random.next() < 0.3 ? -1 : 1
      quantities.set(asset, (sign * noise * value * targets.get(asset)!) / prices.get(asset)!)
    }
    const share = random.next()
    quantities.set('USD', value * targets.get('CASH')! * share)
    quantities.set('USDT', value * targets.get('CASH')! * (1 - share))
  }
  const model: Model = { id, quantities, lines: [], targets, multiplier: 1, wasOut: false }
  model.lines = makeLines(model)
  return model
}

const load = (models: Model[]) => ({
  assets: ASSETS,
  unlistedWeight: UNLISTED,
  books: models.map(({ id, quantities, lines }) => ({
    id,
    lines,
    holdings: [...quantities].map(([asset, quantity]) => ({ asset, quantity })),
  })),
})

interface Tally {
  ticks: number
  breaches: number
  cures: number
  unable: number
  ambiguous: number
}

/** Prices walk, halve, double, vanish; books trade, pay in and out, change multiplier; every tick is compared whole. */
function play(seed: number, ticks: number, tally: Tally): void {
  const random = createRandom(seed)
  const truth = new Map(ASSETS.map((asset) => [asset, CASH_ASSETS.includes(asset) ? 1 : 10 ** random.between(-1, 5)]))
  const models = Array.from({ length: 6 }, (_, i) => makeModel(random, `book-${i}`, truth))
  const engine = new DriftEngine()
  unwrap(engine.load(load(models)))
  for (let tick = 0; tick < ticks; tick++) {
    const shown = new Float64Array(ASSETS.length)
    const fresh = new Uint8Array(ASSETS.length)
    const usable = new Map<string, number>()
    for (const [i, asset] of ASSETS.entries()) {
      const jump = random.next() < 0.002 ? (random.next() < 0.5 ? 0.5 : 1.5) : 1
      truth.set(asset, truth.get(asset)! * jump * Math.exp(0.01 * random.normal()))
      const fault = random.next() < 0.01 ? random.integer(5) : -1
      shown[i] =
        fault >= 0 ? [0, Number.NaN, -3, Number.POSITIVE_INFINITY, truth.get(asset)!][fault]! : truth.get(asset)!
      fresh[i] = fault === 4 ? 0 : 1
      if (fault < 0) usable.set(asset, truth.get(asset)!)
    }
    change(random, models, truth, engine)
    const found = unwrap(engine.sweep(shown, fresh))
    compare(found, models, usable, tally)
    tally.ticks++
  }
}

function change(random: Random, models: Model[], truth: Map<string, number>, engine: DriftEngine): void {
  const outside = models.filter((m) => m.wasOut)
  const roll = random.next()
  const model = roll < 0.2 && outside.length > 0 ? random.pick(outside) : random.pick(models)
  if (roll < 0.2) {
    // A cure: every line goes to its target, as fills would bring it.
    const value = ASSETS.reduce((sum, asset) => sum + (model.quantities.get(asset) ?? 0) * truth.get(asset)!, 0)
    for (const asset of RISKY) model.quantities.set(asset, (value * model.targets.get(asset)!) / truth.get(asset)!)
    model.quantities.set('USD', value * model.targets.get('CASH')!)
    model.quantities.set('USDT', 0)
  } else if (roll < 0.24) {
    const asset = random.pick(ASSETS)
    model.quantities.set(asset, (model.quantities.get(asset) ?? 0) * random.between(0, 2))
  } else if (roll < 0.26) {
    model.quantities.set('USDT', (model.quantities.get('USDT') ?? 0) + random.between(-1000, 1000))
  } else if (roll < 0.28) {
    model.multiplier = random.pick([0.85, 1, 1.15, 1.3])
    model.lines = makeLines(model)
    unwrap(engine.applyBands(model.id, model.lines))
    return
  } else if (roll < 0.285) {
    for (const asset of ASSETS) model.quantities.set(asset, 0)
  } else if (roll < 0.29) {
    Object.assign(model, makeModel(random, model.id, truth), { wasOut: model.wasOut })
    for (const asset of ASSETS) model.quantities.set(asset, model.quantities.get(asset) ?? 0)
    unwrap(engine.applyBands(model.id, model.lines))
  } else return
  unwrap(
    engine.applyHoldings(
      model.id,
      [...model.quantities].map(([asset, quantity]) => ({ asset, quantity })),
    ),
  )
}

function compare(found: DriftSweep, models: Model[], prices: Map<string, number>, tally: Tally): void {
  const breached: string[] = []
  const cured: string[] = []
  for (const [i, model] of models.entries()) {
    const verdict = judge(model, prices)
    if (verdict.margin < 1e-12) tally.ambiguous++
    const status = DRIFT_STATUSES[found.status[i]!]
    if (status !== verdict.status || found.breachedLines[i] !== verdict.breached.length) {
      throw new Error(
        `${model.id}: ${status} with ${found.breachedLines[i]} lines, expected ${JSON.stringify(verdict)}`,
      )
    }
    if (verdict.status === 'unable') {
      tally.unable++
      continue
    }
    const close = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b))
    if (
      !close(found.valueUsd[i]!, verdict.value) ||
      !close(found.turnover[i]!, verdict.turnover) ||
      !close(Math.abs(found.worstPosition[i]!), verdict.worst) ||
      !close(verdict.positions.get(found.lineAssets[found.worstLine[i]!]!)!, verdict.worst)
    ) {
      throw new Error(`${model.id}: figures differ from ${JSON.stringify(verdict)}`)
    }
    const isOut = verdict.status === 'out'
    if (isOut && !model.wasOut) breached.push(model.id)
    if (!isOut && model.wasOut) cured.push(model.id)
    model.wasOut = isOut
  }
  tally.breaches += breached.length
  tally.cures += cured.length
  const ids = (crossings: readonly { bookId: string }[]): string => crossings.map(({ bookId }) => bookId).join()
  if (ids(found.newlyBreached) !== breached.join() || ids(found.newlyCured) !== cured.join()) {
    throw new Error(`told ${ids(found.newlyBreached)} / ${ids(found.newlyCured)}, expected ${breached} / ${cured}`)
  }
}

test('every tick of 100,000 finds exactly the books that brute force finds', () => {
  const tally: Tally = { ticks: 0, breaches: 0, cures: 0, unable: 0, ambiguous: 0 }
  for (let seed = 1; seed <= 50; seed++) play(seed, 2000, tally)
  expect(tally.ticks).toBe(100_000)
  expect(tally.breaches).toBeGreaterThan(3000)
  expect(tally.cures).toBeGreaterThan(3000)
  expect(tally.unable).toBeGreaterThan(3000)
  expect(tally.ambiguous).toBe(0)
})

const thread = startEngine<DriftEngine>(new URL('..', import.meta.url), 'drift')
afterAll(() => thread.stop())

test('the same engine answers from its thread', async () => {
  const prices = new Map(ASSETS.map((asset) => [asset, 2]))
  const models = [makeModel(createRandom(3), 'a', prices), makeModel(createRandom(4), 'b', prices)]
  const here = new DriftEngine()
  unwrap(here.load(load(models)))
  expect(unwrap(await thread.remote.load(load(models)))).toEqual({ books: 2 })
  const frame: [Float64Array, Uint8Array] = [new Float64Array(7).fill(2), new Uint8Array(7).fill(1)]
  expect(await thread.remote.sweep(...frame)).toEqual(here.sweep(...frame))
  expect(await thread.remote.explain('a')).toEqual(here.explain('a'))
})
