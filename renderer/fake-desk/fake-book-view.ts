import { halfWidth } from '../../core/band.ts'
import type { Restriction } from '../../core/client-book.ts'
import type { ClientBookLine, ClientBookView, WeightHistory } from '../../core/contracts/client-book-view.ts'
import type { BookStatus, RegimeView } from '../../core/contracts/monitor-view.ts'
import type { BookRiskView } from '../../core/contracts/risk-and-rules-view.ts'
import { CASH } from '../../core/instruments.ts'
import type { Proposal } from '../../core/proposal.ts'
import { createRandom, hash32 } from '../../core/random.ts'
import type { TaxTerms } from '../../core/tax-terms.ts'
import { millis } from '../../core/units.ts'
import { FAKE_MULTIPLIER, FAKE_RULE, type FakeBook, type FakeFirm, positionOf, stepAmount } from './fake-firm.ts'

const DAY = 86_400_000
const rounded = (value: number, step: number): number => Number((Math.floor(value / step) * step).toFixed(8))

export function fakeBookView(
  firm: FakeFirm,
  book: FakeBook,
  context: {
    readonly status: BookStatus
    readonly proposal: Proposal | null
    readonly regime: RegimeView
    readonly now: number
    readonly pausedUntil: number | null
    readonly risk: BookRiskView
    readonly restrictions: readonly Restriction[]
    readonly taxTerms: TaxTerms | undefined
  },
): ClientBookView {
  const position = positionOf(firm, book)
  const model = firm.models[book.model]!
  const cash = position.lines.at(-1)!
  const lines = firm.assets.map((asset, i): ClientBookLine => {
    const line = position.lines[i]!
    const planned = context.proposal?.lines[i]
    const half = halfWidth(FAKE_RULE, line.target)
    const toEdge = Math.min(line.band.high - line.weight, line.weight - line.band.low)
    const quantity = rounded(book.units[i]!, asset.step)
    const lots = [0.19, 0.26, 0.31, 0.24].map((share, k) => {
      const unitCost = asset.price * [0.72, 0.88, 0.94, 1.08][k]!
      const lotQuantity = rounded(quantity * share, asset.step)
      return {
        acquiredAt: context.now - [648, 261, 202, 33][k]! * DAY - book.row * DAY,
        venue: k % 2 ? ('kraken' as const) : ('binance' as const),
        quantity: stepAmount(lotQuantity, asset.step),
        unitCostUsd: asset.id === CASH ? null : unitCost,
        gainUsd: asset.id === CASH ? null : lotQuantity * (asset.price - unitCost),
      }
    })
    return {
      asset: asset.id,
      quantity: stepAmount(quantity, asset.step),
      priceUsd: asset.price,
      priceAgeSeconds: 0.4,
      priceWhy: null,
      valueUsd: line.weight * position.value,
      weight: line.weight,
      target: line.target,
      low: line.band.low,
      high: line.band.high,
      baseLow: line.base.low,
      baseHigh: line.base.high,
      position: line.position,
      toEdge,
      gainShortTermUsd: asset.id === CASH ? Number.NaN : (lots[2]!.gainUsd ?? 0) + (lots[3]!.gainUsd ?? 0),
      gainLongTermUsd: asset.id === CASH ? Number.NaN : (lots[0]!.gainUsd ?? 0) + (lots[1]!.gainUsd ?? 0),
      byVenue: [
        { venue: 'binance', quantity: stepAmount(quantity * 0.6, asset.step) },
        { venue: 'kraken', quantity: stepAmount(quantity * 0.4, asset.step) },
      ],
      band: {
        rule: 'hybrid',
        relativeHalf: line.target * 0.125,
        floorHalf: 0.01,
        baseHalf: half,
        multiplier: FAKE_MULTIPLIER,
        profileFactor: 1,
        half: half * FAKE_MULTIPLIER,
        cutBy: line.band.low === 0 && line.target > 0 ? 'no weight below 0' : null,
      },
      kept: asset.id === CASH ? null : { share: 0.5, by: 'standard' },
      ownRegime:
        asset.id === CASH
          ? null
          : 'normal since 2026-02-27: 20-day volatility 74 %, 71st percentile, probability of a storm 0.12',
      lots: asset.id === CASH ? [] : lots,
      plan: planned
        ? {
            reason: planned.reason,
            side: planned.side,
            notionalUsd: planned.notionalUsd,
            after: planned.after,
            why: planned.why,
          }
        : null,
    }
  })
  return {
    book: {
      ...book.book,
      restrictions: context.restrictions,
      taxTerms: context.taxTerms,
      pausedUntil: context.pausedUntil === null ? null : millis(context.pausedUntil),
    },
    modelName: model.name,
    modelVersion: model.version,
    at: context.now,
    valueUsd: position.value,
    driftOneWay: position.oneWay,
    trackingErrorBps: position.trackingErrorBps,
    riskIsPrior: false,
    status: context.status,
    nonTrigger: context.proposal ? null : { reason: 'inside-band', why: 'Every line is inside its band.' },
    lines,
    proposal: context.proposal,
    cash: {
      weight: cash.weight,
      target: cash.target,
      reserve: book.book.cashReserve,
      freeUsd: Math.max(0, (cash.weight - book.book.cashReserve) * position.value),
      byVenue: [
        {
          venue: 'binance',
          asset: 'USDT',
          quantity: stepAmount(cash.weight * position.value * 0.6, 0.01),
          usd: cash.weight * position.value * 0.6,
        },
        {
          venue: 'kraken',
          asset: 'USD',
          quantity: stepAmount(cash.weight * position.value * 0.4, 0.01),
          usd: cash.weight * position.value * 0.4,
        },
      ],
    },
    regime: context.regime,
    risk: context.risk,
    restrictions: context.restrictions,
    realised: { year: new Date(context.now).getUTCFullYear(), sales: 12, gainUsd: 4_210, underTerms: null, lots: [] },
    lastRebalanceAt: book.rebalancedAt,
    events: [
      { at: context.now - 15_000, text: 'Proposal computed: LINK left its band' },
      { at: context.now - 2.2 * DAY, text: 'Bands widened: regime stressed, × 1.15' },
      { at: book.rebalancedAt, text: 'Rebalanced: 7 trades, cost 6.1 bps' },
      { at: book.rebalancedAt - 31 * DAY, text: 'Model Growth v8 → v9' },
    ],
  }
}

/** A path that ends at today's weight, starts near the target, and steps its band with the regime. */
export function fakeWeightHistory(
  firm: FakeFirm,
  book: FakeBook,
  asset: string,
  days: number,
  now: number,
): WeightHistory | null {
  const index = firm.assets.findIndex(({ id }) => id === asset)
  if (index < 0) return null
  const line = positionOf(firm, book).lines[index]!
  const random = createRandom(hash32(`${book.book.id}${asset}`))
  const perDay = days > 120 ? 1 : days > 45 ? 4 : 12
  const points = days * perDay
  const rebalancedAt = Math.max(book.rebalancedAt, now - days * DAY)
  const times = Float64Array.from({ length: points + 1 }, (_, k) => now - (points - k) * (DAY / perDay))
  const weights = new Float64Array(points + 1)
  const lows = new Float64Array(points + 1)
  const highs = new Float64Array(points + 1)
  const half = halfWidth(FAKE_RULE, line.target)
  let wander = 0
  for (let k = 0; k <= points; k++) {
    const at = times[k]!
    wander = wander * 0.985 + random.normal() * half * (0.16 / Math.sqrt(perDay))
    const since = (at - rebalancedAt) / (now - rebalancedAt)
    const drift = line.weight - line.target
    weights[k] = Math.max(
      0,
      at < rebalancedAt
        ? line.target + half * 0.5 + wander
        : line.target + drift * since ** 4 + wander * Math.min(1, since * 4) * (1 - since),
    )
    const age = (now - at) / DAY
    const multiplier = age < 2.2 ? 1.15 : age > 36 && age < 60 ? 0.9 : 1
    lows[k] = Math.max(0, line.target - half * multiplier)
    highs[k] = line.target + half * multiplier
  }
  return {
    asset,
    times,
    weights,
    lows,
    highs,
    target: line.target,
    recordedFrom: now - 71 * DAY,
    rebalances: rebalancedAt > now - days * DAY ? [rebalancedAt] : [],
  }
}
