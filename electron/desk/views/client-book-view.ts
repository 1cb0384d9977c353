import { type Amount, add, toFloat, ZERO } from '../../../core/amount.ts'
import { bandPosition, halfWidth, toleranceBand } from '../../../core/band.ts'
import type { ClientBook, Holding, Lot } from '../../../core/client-book.ts'
import type { ClientBookLine, ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { type AssetId, CASH, isSettlementAsset, VENUES } from '../../../core/instruments.ts'
import { keptRule } from '../../../core/kept-share.ts'
import type { BandRule, ModelPortfolio } from '../../../core/model-portfolio.ts'
import type { Proposal } from '../../../core/proposal.ts'
import type { RiskTerms } from '../../../core/risk-profile.ts'
import { type Term, termOf } from '../../../core/tax-terms.ts'
import { type Millis, millis } from '../../../core/units.ts'
import type { BookPosition, PositionLine, PriceBoard } from '../../proposals/book-position.ts'

const YEAR_MS = 365.25 * 86_400_000

export interface LineInputs {
  readonly book: ClientBook
  readonly model: ModelPortfolio
  readonly position: BookPosition
  readonly prices: PriceBoard
  readonly multiplier: number
  readonly terms: RiskTerms
  readonly lots: readonly Lot[]
  readonly proposal: Proposal | null
  readonly regimeOf: (asset: AssetId) => string | null
  readonly now: Millis
}

/** The lines of the client book screen: everything about each asset, and how its band came about. */
export function clientBookLines(inputs: LineInputs): readonly ClientBookLine[] {
  // One price that is missing leaves no weight known: the whole is not.
  const able = inputs.position.unableWhy === null
  return inputs.position.lines.map((line) => {
    const isCash = line.asset === CASH
    const price = inputs.prices.get(line.asset)
    const base = toleranceBand(line.rule, line.target, 1)
    const { low, high } = line.band
    const weight = able ? line.weight : Number.NaN
    const held = inputs.position.holdings.filter((holding) =>
      isCash ? isSettlementAsset(holding.asset) : holding.asset === line.asset,
    )
    const lots = isCash ? [] : lotViews(inputs.lots, line)
    const kept = keptRule(line.asset, inputs.model, inputs.book, inputs.now)
    return {
      asset: line.asset,
      quantity: line.quantity,
      priceUsd: isCash ? Number.NaN : (price?.priceUsd ?? Number.NaN),
      priceAgeSeconds: isCash ? Number.NaN : (price?.ageMs ?? Number.NaN) / 1000,
      priceWhy: isCash || price?.fresh ? null : (price?.why ?? `no price for ${line.asset}`),
      valueUsd: able ? line.valueUsd : lastValue(held, inputs.prices),
      weight,
      target: line.target,
      low,
      high,
      baseLow: base.low,
      baseHigh: base.high,
      position: able ? bandPosition(weight, line.target, line.band) : Number.NaN,
      toEdge: Math.min(weight - low, high - weight),
      gainShortTermUsd: gain(lots, inputs, 'short'),
      gainLongTermUsd: gain(lots, inputs, 'long'),
      byVenue: isCash
        ? []
        : VENUES.flatMap((venue) => {
            const quantity = held
              .filter((holding) => holding.venue === venue)
              .reduce((total, holding) => add(total, holding.quantity), ZERO)
            return quantity === ZERO ? [] : [{ venue, quantity }]
          }),
      band: bandView(line, inputs),
      kept: line.target > 0 && kept.share > 0 ? kept : null,
      ownRegime: inputs.regimeOf(line.asset),
      lots,
      plan: planOf(inputs.proposal, line.asset),
    }
  })
}

/** At the prices last known; NaN where one never was. */
const lastValue = (held: readonly Holding[], prices: PriceBoard): number =>
  held.reduce((total, part) => total + toFloat(part.quantity) * (prices.get(part.asset)?.priceUsd ?? Number.NaN), 0)

type LotView = ClientBookLine['lots'][number]

function lotViews(lots: readonly Lot[], line: PositionLine): readonly LotView[] {
  return lots
    .filter((lot) => lot.asset === line.asset)
    .map((lot) => {
      const cost = lot.unitCostUsd === null ? null : toFloat(lot.unitCostUsd)
      return {
        acquiredAt: lot.acquiredAt,
        venue: lot.venue,
        quantity: lot.quantity,
        unitCostUsd: cost,
        gainUsd: cost === null ? null : toFloat(lot.quantity) * (line.priceUsd - cost),
      }
    })
}

/** By the holding period of the book's tax terms; a year where it has none. */
function gain(lots: readonly LotView[], { book: { taxTerms }, now }: LineInputs, term: Term): number {
  const termOfLot = (acquiredAt: number): Term => {
    if (taxTerms !== undefined) return termOf(millis(acquiredAt), millis(now), taxTerms)
    return now - acquiredAt > YEAR_MS ? 'long' : 'short'
  }
  let total = 0
  for (const lot of lots) if (lot.gainUsd !== null && termOfLot(lot.acquiredAt) === term) total += lot.gainUsd
  return total
}

function ruleText(rule: BandRule): string {
  switch (rule.kind) {
    case 'absolute':
      return 'absolute'
    case 'relative':
      return `relative, ${(100 * rule.ofTarget).toFixed(1)} % of target`
    case 'hybrid':
      return `the larger of ${(100 * rule.ofTarget).toFixed(1)} % of target and ${(100 * rule.floor).toFixed(2)} pp`
  }
}

function bandView(line: PositionLine, { multiplier, terms, book, now }: LineInputs): ClientBookLine['band'] {
  const base = halfWidth(line.rule, line.target)
  const cut = book.restrictions.find(
    (restriction) => restriction.asset === line.asset && (restriction.until === undefined || restriction.until > now),
  )
  const uncut = line.target + base * multiplier * terms.bandFactor
  const profileCut =
    line.asset !== CASH && terms.maximumWeight < Math.min(1, uncut)
      ? `at most ${(100 * terms.maximumWeight).toFixed(1)} % of one asset, by its risk profile`
      : null
  return {
    rule: ruleText(line.rule),
    relativeHalf: line.rule.kind === 'absolute' ? null : line.rule.ofTarget * line.target,
    floorHalf: line.rule.kind === 'hybrid' ? line.rule.floor : null,
    baseHalf: base,
    multiplier,
    profileFactor: terms.bandFactor,
    half: base * multiplier * terms.bandFactor,
    cutBy: cut?.reason ?? profileCut,
  }
}

function planOf(proposal: Proposal | null, asset: AssetId): ClientBookLine['plan'] {
  const line = proposal?.lines.find((candidate) => candidate.asset === asset)
  if (line === undefined) return null
  return { reason: line.reason, side: line.side, notionalUsd: line.notionalUsd, after: line.after, why: line.why }
}

/** Cash of a book per venue and currency, with what is free above the reserve. */
export function cashView(reserve: number, position: BookPosition, prices: PriceBoard): ClientBookView['cash'] {
  const line = position.lines.at(-1)!
  const able = position.unableWhy === null
  const parts = position.holdings
    .filter((held) => isSettlementAsset(held.asset) && held.quantity !== ZERO)
    .map((held) => ({
      venue: held.venue,
      asset: held.asset,
      quantity: held.quantity as Amount,
      usd: toFloat(held.quantity) * (prices.get(held.asset)?.priceUsd ?? Number.NaN),
    }))
  return {
    weight: able ? line.weight : Number.NaN,
    target: line.target,
    reserve,
    freeUsd: able ? Math.max(0, line.valueUsd - reserve * position.valueUsd) : Number.NaN,
    byVenue: parts,
  }
}
