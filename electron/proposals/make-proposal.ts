import { ZERO } from '../../core/amount.ts'
import { bandPosition } from '../../core/band.ts'
import { addCosts, NO_COST } from '../../core/decisions/cost-split.ts'
import type { NaiveCost } from '../../core/decisions/naive.ts'
import { CASH } from '../../core/instruments.ts'
import type { CostSplit } from '../../core/order.ts'
import type { Cleanliness, Proposal, ProposalLine } from '../../core/proposal.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { OWN_WEIGHT, weighingSentence } from '../../core/risk-weighing.ts'
import { millis, usd } from '../../core/units.ts'
import type { Draft, PlanFailure } from './draft.ts'
import { explainLine } from './explain.ts'
import type { MarketView, PlanningDeps } from './planning-inputs.ts'
import type { PricedTrades } from './price-drafts.ts'
import type { ShapedTrade } from './shape-trades.ts'
import { snapshotHash } from './snapshot.ts'
import { taxSentence } from './tax-words.ts'
import type { DraftTax } from './told-tax.ts'
import { curveOfSide } from './venue-mix.ts'

/** Ex-ante tracking error per year: sqrt(dᵀΣd) of weights minus targets. */
export function trackingError(covariance: Float64Array, differences: readonly number[]): number {
  const n = differences.length
  let variance = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) variance += differences[i]! * covariance[i * n + j]! * differences[j]!
  return Math.sqrt(Math.max(0, variance))
}

/** What is told of a draft beside what its trades cost. */
export interface Told {
  readonly tax: DraftTax | null
  readonly naive: NaiveCost
  /** One sentence per trade, or null where there is nothing to say. */
  readonly flows: readonly (string | null)[]
}

export function makeProposal(
  draft: Draft,
  priced: PricedTrades,
  { tax, flows, naive }: Told,
  market: MarketView,
  deps: PlanningDeps,
): Result<Proposal, PlanFailure> {
  const { position, request } = draft
  const { trades } = priced
  if (trades.length === 0) return fail(...nothingToTrade(draft))
  const traded = new Map(trades.map((trade) => [trade.line, trade]))
  const costs = new Map(trades.map((trade, i) => [trade.line, priced.costs[i]!]))
  const flowOf = new Map(trades.map((trade, i) => [trade.line, flows[i]!]))
  const cost = addCosts(costs.values())
  const after = weightsAfter(draft, trades, cost.totalUsd)
  const lines: ProposalLine[] = position.lines.map((line, i) => {
    const trade = traded.get(i)
    const explained = explainLine(draft, i, trade ?? null, after[i]!)
    const lineTax = tax?.lines[i]
    const told = [
      flowOf.get(i) ?? null,
      lineTax === undefined || trade?.side !== 'sell' ? null : taxSentence(lineTax),
    ].filter((words) => words !== null)
    return {
      asset: line.asset,
      before: line.weight,
      target: line.target,
      low: line.band.low,
      high: line.band.high,
      after: after[i]!,
      side: trade?.side ?? null,
      quantity: trade?.quantity ?? ZERO,
      notionalUsd: usd(trade?.notionalUsd ?? 0),
      cost: costs.get(i) ?? NO_COST,
      naiveCostUsd: (naive.byAsset.get(line.asset) ?? NO_COST).totalUsd,
      ...explained,
      why: [explained.why, ...told].join('; '),
      ...(lineTax === undefined ? {} : { tax: lineTax }),
    }
  })
  const total = (side: 'buy' | 'sell'): number =>
    trades.reduce((sum, trade) => sum + (trade.side === side ? trade.notionalUsd : 0), 0)
  const [buyUsd, sellUsd] = [total('buy'), total('sell')]
  // ½ Σ|Δ| with cash as the other leg of every trade
  const turnover = (buyUsd + sellUsd + Math.abs(buyUsd - sellUsd)) / 2 / position.valueUsd
  const assets = position.lines.map((line) => line.asset)
  const remarks = [...warnings(draft, trades, after, deps), ...unknownCosts(lines)]
  const cleanliness: Cleanliness = remarks.length > 0 ? 'warning' : 'clean'
  const now = deps.clock.now()
  return ok({
    id: deps.nextProposalId(),
    bookId: request.book.id,
    state: 'open',
    trigger: request.trigger,
    cleanliness,
    remarks,
    snapshot: snapshotHash(request, market.multiplier),
    valueUsd: usd(position.valueUsd),
    lines,
    buyUsd: usd(buyUsd),
    sellUsd: usd(sellUsd),
    turnover,
    cost,
    naiveCost: naive.total,
    ...(tax === null ? {} : { tax: tax.total }),
    trackingErrorBefore: trackingError(
      draft.covariance,
      position.lines.map((line) => line.weight - line.target),
    ),
    trackingErrorAfter: trackingError(
      draft.covariance,
      position.lines.map((line, i) => after[i]! - line.target),
    ),
    worstBefore: worst(lines, 'before'),
    worstAfter: worst(lines, 'after'),
    riskIsPrior: market.risk.isPrior(assets),
    automatic: false,
    ...wayLeft(draft, after, turnover, market, deps),
    ...weighingOf(draft),
    createdAt: now,
    expiresAt: millis(now + deps.settings.proposalLifeMs),
  })
}

/** Told tax rests on an assumption there, which somebody has to look at. */
const unknownCosts = (lines: readonly ProposalLine[]): readonly string[] =>
  lines.flatMap(({ asset, tax }) =>
    tax !== undefined && tax.unknownCostUsd > 0
      ? [
          `${asset}: $${Math.round(tax.unknownCostUsd)} come from lots without a known cost, taxed as bought for nothing`,
        ]
      : [],
  )

function weighingOf({ solution, riskFactor }: Draft): Pick<Proposal, 'weighing'> {
  const { withinTerms, inCompany, keptAlone } = solution.weighing ?? OWN_WEIGHT
  const weighing = { withinTerms: riskFactor * withinTerms, inCompany, keptAlone }
  return weighingSentence(weighing) === null ? {} : { weighing }
}

/**
 * What is left of a way that was slowed, where it is worth a trade. A way that goes on is never longer than it was: what
 * prices add to it day by day is for the bands to bear, or each book would be planned every day for ever.
 */
function wayLeft(
  { position, solution, postponed, request: { trigger } }: Draft,
  after: readonly number[],
  turnover: number,
  market: MarketView,
  { settings }: PlanningDeps,
): Pick<Proposal, 'wayLeft'> {
  if (solution.goal === undefined && postponed.size === 0) return {}
  const goal = solution.goal ?? solution.x
  let [bought, sold] = [0, 0]
  position.lines.forEach(({ asset }, i) => {
    if (asset === CASH) return
    const left = postponed.get(asset) ?? goal[i]! - after[i]!
    if (left > 0) bought += left
    else sold -= left
  })
  const most = trigger.kind === 'continuation' ? trigger.way.turnover - turnover : Number.POSITIVE_INFINITY
  const left = Math.min(most, Math.max(bought, sold))
  return left < settings.minimumTradeWeight ? {} : { wayLeft: { turnover: left, since: market.marketTime } }
}

function nothingToTrade(draft: Draft): [PlanFailure['code'], string] {
  if (draft.shape.trades.length > 0) return ['no-cash', 'no cash is free above the reserve to pay for the buys']
  const forbidden = draft.position.lines.flatMap(({ asset, weight, band }, i) => {
    const cut = draft.limits.cutBy[i] ?? null
    return cut !== null && (weight > band.high || weight < band.low) ? [`${asset} is out of its band, ${cut}`] : []
  })
  const nearest = draft.limits.relaxedBy.some((by) => by > 0)
    ? `as near to its bands as it can be: ${draft.limits.relaxations.join('; ')}`
    : null
  if (forbidden.length > 0) return ['restricted', [...forbidden, ...(nearest === null ? [] : [nearest])].join('; ')]
  if (draft.tooSmall.size > 0 || draft.shape.belowMinimum.length > 0) {
    const names = [...new Set([...draft.tooSmall, ...draft.shape.belowMinimum])].join(', ')
    return ['below-minimum', `what would be traded (${names}) is below the minimum`]
  }
  return ['nothing-to-trade', nearest ?? 'every line is inside its band and trading would cost more than it is worth']
}

/** Post-trade weights `x/(1−C)`, costs paid from cash. */
export function weightsAfter(
  draft: Pick<Draft, 'position'>,
  trades: readonly ShapedTrade[],
  costUsd: number,
): readonly number[] {
  const { position } = draft
  const values = position.lines.map((line) => line.valueUsd)
  const cash = values.length - 1
  for (const trade of trades) {
    const signed = trade.side === 'buy' ? trade.notionalUsd : -trade.notionalUsd
    values[trade.line]! += signed
    values[cash]! -= signed
  }
  values[cash]! -= costUsd
  const value = position.valueUsd - costUsd
  return values.map((line) => line / value)
}

function worst(lines: readonly ProposalLine[], when: 'before' | 'after'): Proposal['worstBefore'] {
  let found = { asset: CASH as string, position: 0 }
  for (const line of lines) {
    const position = bandPosition(line[when], line.target, line)
    if (Math.abs(position) > Math.abs(found.position)) found = { asset: line.asset, position }
  }
  return found
}

/** Whether one approval of all that is clean leaves it behind. */
export function waitsForItself(
  draft: Draft,
  trades: readonly ShapedTrade[],
  costs: readonly CostSplit[],
  deps: PlanningDeps,
): boolean {
  const after = weightsAfter(draft, trades, addCosts(costs).totalUsd)
  return warnings(draft, trades, after, deps).length > 0
}

function warnings(
  draft: Draft,
  trades: readonly ShapedTrade[],
  after: readonly number[],
  deps: PlanningDeps,
): readonly string[] {
  const found = [...draft.limits.relaxations]
  for (const trade of trades) {
    const hourUsd = (curveOfSide(draft.costs, trade.side, trade.line)?.advUsd ?? 0) / 24
    const share = hourUsd > 0 ? trade.notionalUsd / hourUsd : 0
    if (share > deps.settings.participationWarning)
      found.push(
        `${trade.asset} order is ${(100 * share).toFixed(1)} % of one hour's volume (limit ${(100 * deps.settings.participationWarning).toFixed(1)} %)`,
      )
  }
  const { cashReserve: reserve, maximumTrackingError } = draft.request.terms
  const cashAfter = after.at(-1)!
  // a tenth of a basis point: rounding, not a shortfall
  if (cashAfter < reserve - 1e-5)
    found.push(
      `cash after trading is ${(100 * cashAfter).toFixed(2)} % of the book, the reserve is ${(100 * reserve).toFixed(2)} %`,
    )
  const risk = trackingError(
    draft.covariance,
    draft.position.lines.map((line, i) => after[i]! - line.target),
  )
  // a basis point a year: rounding to whole steps, not a limit broken
  if (risk > maximumTrackingError + 1e-4)
    found.push(
      `tracking error after trading is ${(100 * risk).toFixed(2)} % a year, the limit of its risk profile is ${(100 * maximumTrackingError).toFixed(2)} %`,
    )
  const outside = draft.position.lines.filter(
    (line, i) => after[i]! > line.band.high + 1e-9 || after[i]! < line.band.low - 1e-9,
  )
  for (const line of outside)
    if (!draft.limits.relaxations.some((text) => text.startsWith(line.asset)))
      found.push(`${line.asset} stays outside its band`)
  return found
}
