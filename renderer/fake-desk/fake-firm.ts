import { type Amount, amount } from '../../core/amount.ts'
import { type Band, bandPosition, halfWidth, toleranceBand } from '../../core/band.ts'
import type { ClientBook, Restriction } from '../../core/client-book.ts'
import { CASH } from '../../core/instruments.ts'
import type { BandRule } from '../../core/model-portfolio.ts'
import { createRandom, type Random } from '../../core/random.ts'

/** A made-up firm for tests and the development page: deterministic from its seed, moving when told to. */
export interface FakeAsset {
  readonly id: string
  price: number
  /** The venue's quantity step. */
  readonly step: number
  readonly halfSpreadBps: number
  readonly impact: number
  readonly beta: number
}

const asset = (
  id: string,
  price: number,
  step: number,
  halfSpreadBps: number,
  impact: number,
  beta: number,
): FakeAsset => ({
  id,
  price,
  step,
  halfSpreadBps,
  impact,
  beta,
})

const MODELS = [
  ['core-12', 'Core 12', 7, [45, 25, 8, 4, 2, 3, 2, 1.5, 1.5, 1, 1.5, 1, 4.5]],
  ['balanced', 'Balanced', 12, [34, 20, 6, 3, 2, 2.5, 2, 1.5, 1.5, 1, 1, 1, 24.5]],
  ['growth', 'Growth', 9, [36, 24, 13, 3, 2.5, 5, 4, 2.5, 1, 2, 2, 2, 3]],
  ['defensive', 'Defensive', 4, [24, 12, 2.5, 1.5, 1, 1.5, 1, 1, 1.5, 1, 0, 0, 53]],
  ['majors', 'Majors', 3, [56, 30, 0, 3, 0, 0, 0, 0, 3, 0, 3, 0, 5]],
] as const

const SURNAMES =
  'Adeyemi Ambrose Ashdown Bellamy Bergström Calloway Castellan Corvin Dalgaard Darrow Ellery Esposito Fairbairn Fennimore Galloway Greaves Haldane Harrow Iversen Jessop Kalmar Keswick Lindqvist Lockhart Marchetti Merriden Nakahara Norwell Okafor Orsini Pemberly Quarles Radcliff Rosseter Sandoval Silvera Tamsin Thornbury Ulrich Vasquez Verhoeven Wexcombe Winterbourne Yarrow Zieliński Aldous Brannock Cressley Dunmore Everhart'.split(
    ' ',
  )
const KINDS = ['Family Trust', 'Pension', 'Holdings', 'Foundation', '', '', '', '', '', ''] as const
const INITIALS = 'ABCDEFGHJKLMNPRSTVW'

export const FAKE_RULE: BandRule = { kind: 'hybrid', ofTarget: 0.125, floor: 0.01 }
export const FAKE_MULTIPLIER = 1.15

export interface FakeBook {
  readonly row: number
  readonly book: ClientBook
  readonly model: number
  /** Units owned per asset; the last is cash in dollars. */
  readonly units: Float64Array
  readonly dayChange: number
  rebalancedAt: number
  flow: 'deposit' | 'withdrawal' | null
}

export interface FakeFirm {
  readonly assets: readonly FakeAsset[]
  readonly models: readonly {
    readonly id: string
    readonly name: string
    readonly version: number
    readonly targets: readonly number[]
  }[]
  readonly books: readonly FakeBook[]
  readonly random: Random
}

const DAY = 86_400_000

export function createFakeFirm(options: {
  readonly books: number
  readonly seed: number
  readonly now: number
}): FakeFirm {
  const random = createRandom(options.seed)
  const assets = [
    asset('BTC', 91_240.5, 1e-5, 0.2, 2, 1),
    asset('ETH', 3_412.8, 1e-4, 0.3, 3, 1.15),
    asset('SOL', 188.42, 1e-3, 0.8, 5, 1.3),
    asset('XRP', 2.184, 0.1, 1.1, 6, 1.05),
    asset('ADA', 0.7425, 0.1, 1.6, 8, 1.2),
    asset('LINK', 18.635, 0.01, 1.4, 8, 1.2),
    asset('AVAX', 27.41, 0.01, 1.7, 9, 1.35),
    asset('DOT', 5.128, 0.01, 2.1, 10, 1.15),
    asset('LTC', 96.74, 1e-3, 1.5, 8, 0.9),
    asset('ATOM', 6.482, 0.01, 2.4, 11, 1.15),
    asset('DOGE', 0.3814, 1, 1.9, 9, 1.4),
    asset('UNI', 12.46, 0.01, 2.2, 10, 1.25),
    asset(CASH, 1, 0.01, 0, 0, 0),
  ]
  const models = MODELS.map(([id, name, version, targets]) => ({
    id,
    name,
    version,
    targets: targets.map((target) => target / 100),
  }))
  // One shared way of the market, so that books of one model drift alike: LINK up, AVAX and ADA down.
  const trend = assets.map(
    (each) => each.beta * 0.0016 + ({ LINK: 0.0075, AVAX: -0.0075, ADA: -0.006, SOL: 0.0032 }[each.id] ?? 0),
  )
  const names = new Set<string>()
  const books = Array.from({ length: options.books }, (_, row): FakeBook => {
    const model = [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4][random.integer(13)]!
    const days = Math.min(88, Math.floor(2 + random.next() ** 1.35 * 56))
    const amplitude = 0.7 + random.next() * 0.62
    const value = Math.round(Math.exp(14.1 + random.normal() * 0.82))
    const weights = models[model]!.targets.map((target, index) =>
      target === 0 ? 0 : target * Math.exp(amplitude * trend[index]! * days + random.normal() * 0.035),
    )
    const flow = random.next() < 0.05 ? 'deposit' : random.next() < 0.03 ? 'withdrawal' : null
    const cash = weights.length - 1
    if (flow === 'deposit') weights[cash]! += 0.012 + random.next() * 0.021
    if (flow === 'withdrawal') weights[cash]! *= 0.3
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const premium = random.next() < 0.3
    const surname = SURNAMES[row % SURNAMES.length]!
    const restrictions: Restriction[] = []
    if (row % 9 === 0) restrictions.push({ kind: 'at-most', asset: 'BTC', weight: 0.45, reason: 'mandate' })
    if (row % 11 === 0)
      restrictions.push({
        kind: 'no-buy',
        asset: 'XRP',
        reason: 'client’s wish of 3 Mar',
        until: Date.UTC(2026, 11, 31) as never,
      })
    return {
      row,
      model,
      units: Float64Array.from(weights, (weight, index) => ((weight / total) * value) / assets[index]!.price),
      dayChange: value * (0.0058 + random.normal() * 0.0035),
      rebalancedAt: options.now - days * DAY,
      flow,
      book: {
        id: `book-${String(row + 1).padStart(5, '0')}`,
        clientId: `C-${String(1001 + ((row * 7) % 1400))}`,
        clientName: uniqueName(names, surname, random),
        tier: premium ? 'premium' : 'standard',
        modelId: models[model]!.id,
        custody: row % 40 === 7 ? { kind: 'segregated', account: `segregated-${row}` } : { kind: 'omnibus' },
        cashReserve: 0.01,
        riskAversion: 2,
        mandate: premium ? { maximumTurnover: 0.1, maximumCostBps: 15 } : null,
        restrictions,
        pausedUntil: null,
        mayCross: false,
      },
    }
  })
  return { assets, models, books, random }
}

function uniqueName(names: Set<string>, surname: string, random: Random): string {
  const kind = random.pick(KINDS)
  let name = kind ? `${surname} ${kind}` : `${surname}, ${random.pick([...INITIALS])}.`
  while (names.has(name)) {
    name = `${surname}, ${random.pick([...INITIALS])}. ${random.pick([...INITIALS])}.`
    if (names.size > 6_000) name += ` ${names.size}`
  }
  names.add(name)
  return name
}

export interface FakeLine {
  readonly weight: number
  readonly target: number
  readonly band: Band
  readonly base: Band
  readonly position: number
}

export interface FakePosition {
  readonly value: number
  readonly lines: readonly FakeLine[]
  readonly worst: number
  readonly linesOut: number
  /** ½ Σ|w − t| */
  readonly oneWay: number
  readonly trackingErrorBps: number
}

/** Where the book stands at the firm's present prices. */
export function positionOf(firm: FakeFirm, book: FakeBook): FakePosition {
  const { targets } = firm.models[book.model]!
  let value = 0
  for (let i = 0; i < targets.length; i++) value += book.units[i]! * firm.assets[i]!.price
  return measure(
    firm,
    value,
    targets,
    targets.map((_, i) => (book.units[i]! * firm.assets[i]!.price) / value),
  )
}

export function measure(
  firm: FakeFirm,
  value: number,
  targets: readonly number[],
  weights: readonly number[],
): FakePosition {
  const lines = weights.map((weight, i): FakeLine => {
    const target = targets[i]!
    const band = target === 0 ? { low: 0, high: 0.005 } : toleranceBand(FAKE_RULE, target, FAKE_MULTIPLIER)
    const half = halfWidth(FAKE_RULE, target)
    return {
      weight,
      target,
      band,
      base: { low: Math.max(0, target - half), high: target + half },
      position: target === 0 && weight < 1e-9 ? 0 : bandPosition(weight, target, band),
    }
  })
  let worst = 0
  let square = 0
  for (let i = 0; i < lines.length; i++) {
    if (Math.abs(lines[i]!.position) > Math.abs(lines[worst]!.position)) worst = i
    square += ((lines[i]!.weight - lines[i]!.target) * firm.assets[i]!.beta * 0.62) ** 2
  }
  return {
    value,
    lines,
    worst,
    linesOut: lines.filter((line) => Math.abs(line.position) > 1).length,
    oneWay: lines.reduce((sum, line) => sum + Math.abs(line.weight - line.target), 0) / 2,
    trackingErrorBps: Math.sqrt(square) * 5500 + 8,
  }
}

/** One step of every price; small enough to look at for hours. */
export function movePrices(firm: FakeFirm, random: Random): void {
  const market = random.normal() * 4e-5
  for (const each of firm.assets) {
    if (each.id !== CASH) each.price *= Math.exp(each.beta * market + random.normal() * 5e-5)
  }
}

/** Rounded to the asset's step, as exact decimal text would state it. */
export const stepAmount = (value: number, step: number): Amount =>
  amount((Math.round(value / step) * step).toFixed(Math.max(0, Math.round(-Math.log10(step)))))

/** Distance of the worst line from its target, in half-widths of its band: above 1 it is out. */
export const worstOf = (position: FakePosition): number => Math.abs(position.lines[position.worst]!.position)
