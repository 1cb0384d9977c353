import { ZERO } from '../../core/amount.ts'
import type { ApprovalRequest } from '../../core/contracts/proposals-view.ts'
import { CASH } from '../../core/instruments.ts'
import type { CostSplit, Side } from '../../core/order.ts'
import type { LineReason, Proposal, ProposalLine } from '../../core/proposal.ts'
import { bps, millis, usd } from '../../core/units.ts'
import { type FakeAsset, type FakeBook, type FakeFirm, measure, positionOf, stepAmount } from './fake-firm.ts'

/** Where a corrected line lands, in half-widths. */
const LANDING = 0.7
const EXPIRES_MS = 12 * 60_000
const FEE = 7.2e-4

export const splitCost = (fee: number, spread: number, impact: number): CostSplit => ({
  feeUsd: usd(fee),
  spreadUsd: usd(spread),
  impactUsd: usd(impact),
  totalUsd: usd(fee + spread + impact),
})
const NO_COST = splitCost(0, 0, 0)

function costOf(asset: FakeAsset, notional: number): CostSplit {
  return splitCost(
    notional * FEE,
    notional * asset.halfSpreadBps * 1e-4,
    notional * asset.impact * 1e-4 * Math.sqrt(notional / 400_000),
  )
}

const addCosts = (costs: readonly CostSplit[]): CostSplit =>
  splitCost(
    costs.reduce((sum, cost) => sum + cost.feeUsd, 0),
    costs.reduce((sum, cost) => sum + cost.spreadUsd, 0),
    costs.reduce((sum, cost) => sum + cost.impactUsd, 0),
  )

/** To 0.7 of the half-width where out of band, the rest to the lines furthest on the other side. */
export function proposeFake(
  firm: FakeFirm,
  book: FakeBook,
  id: string,
  now: number,
  options: { readonly leftOut?: readonly string[]; readonly manual?: boolean } = {},
): Proposal {
  const before = positionOf(firm, book)
  const { targets } = firm.models[book.model]!
  const cash = targets.length - 1
  const delta = targets.map(() => 0)
  const leftOut = new Set(options.leftOut ?? [])
  const place = (i: number, x: number): number => {
    const { target, band } = before.lines[i]!
    return x > 0 ? target + (band.high - target) * x : target + (target - band.low) * x
  }
  let pool = 0
  for (let i = 0; i < cash; i++) {
    const line = before.lines[i]!
    if (leftOut.has(firm.assets[i]!.id) || !(options.manual || Math.abs(line.position) > 1)) continue
    delta[i] = (options.manual ? line.target : place(i, Math.sign(line.position) * LANDING)) - line.weight
    pool -= delta[i]!
  }
  const cashPosition = before.lines[cash]!.position
  if (Math.abs(cashPosition) > 1) pool += before.lines[cash]!.weight - place(cash, Math.sign(cashPosition) * 0.3)
  const direction = Math.sign(pool)
  const takers = before.lines
    .map((line, i) => ({ i, x: line.position * direction }))
    .filter(
      ({ i, x }) => i < cash && delta[i] === 0 && targets[i]! > 0 && x < -0.15 && !leftOut.has(firm.assets[i]!.id),
    )
    .sort((a, b) => a.x - b.x)
  for (const { i } of takers.slice(0, 3)) {
    const share = direction * Math.min(Math.abs(pool) * 0.8, Math.abs(targets[i]! - before.lines[i]!.weight))
    if (Math.abs(share) * before.value < 900) continue
    delta[i] = share
    pool -= share
  }
  for (let i = 0; i < cash; i++) if (Math.abs(delta[i]!) * before.value < 60) delta[i] = 0
  delta[cash] = -delta.slice(0, cash).reduce((sum, change) => sum + change, 0)

  const after = measure(
    firm,
    before.value,
    targets,
    before.lines.map((line, i) => line.weight + delta[i]!),
  )
  const lines = firm.assets.map((asset, i): ProposalLine => {
    const { weight, target, band, position } = before.lines[i]!
    const change = delta[i]!
    const side: Side | null = i === cash || change === 0 ? null : change > 0 ? 'buy' : 'sell'
    const notional = Math.abs(change) * before.value
    const naive = Math.abs(weight - target) * before.value
    const naiveCost = costOf(asset, naive)
    const [reason, why] = explain(asset.id, side, position, leftOut.has(asset.id))
    return {
      asset: asset.id,
      before: weight,
      target,
      low: band.low,
      high: band.high,
      after: weight + change,
      side,
      quantity: side ? stepAmount(notional / asset.price, asset.step) : ZERO,
      notionalUsd: usd(side ? notional : 0),
      cost: side ? costOf(asset, notional) : NO_COST,
      naiveCostUsd: usd(naiveCost.totalUsd * 1.4),
      reason,
      why,
      tradesIfCheaperByBps: reason === 'cost-exceeds-benefit' ? bps(2.4) : null,
    }
  })
  const trades = lines.filter((line) => line.side)
  const sumOf = (side: Side): number =>
    trades.reduce((sum, line) => sum + (line.side === side ? line.notionalUsd : 0), 0)
  const cost = addCosts(trades.map((line) => line.cost))
  const scale = Math.min(
    3.1,
    Math.max(1.35, lines.reduce((sum, line) => sum + line.naiveCostUsd, 0) / (cost.totalUsd || 1)),
  )
  const worst = firm.assets[before.worst]!.id
  return {
    id,
    bookId: book.book.id,
    state: 'open',
    trigger: options.manual
      ? { kind: 'manual', by: 'Advisor 1' }
      : {
          kind: 'band-breach',
          assets: lines
            .filter((line, i) => Math.abs(before.lines[i]!.position) > 1 && line.asset)
            .map((line) => line.asset),
        },
    cleanliness: 'clean',
    remarks: [],
    snapshot: `sha256:${id}`,
    valueUsd: usd(before.value),
    lines,
    buyUsd: usd(sumOf('buy')),
    sellUsd: usd(sumOf('sell')),
    turnover: delta.reduce((sum, change) => sum + Math.abs(change), 0) / 2,
    cost,
    naiveCost: splitCost(cost.totalUsd * scale * 0.61, cost.totalUsd * scale * 0.17, cost.totalUsd * scale * 0.22),
    trackingErrorBefore: before.trackingErrorBps / 1e4,
    trackingErrorAfter: (before.trackingErrorBps / 1e4) * Math.max(0.25, (after.oneWay / before.oneWay) * 0.86),
    worstBefore: { asset: worst, position: before.lines[before.worst]!.position },
    worstAfter: { asset: firm.assets[after.worst]!.id, position: after.lines[after.worst]!.position },
    riskIsPrior: false,
    automatic: false,
    createdAt: millis(now),
    expiresAt: millis(now + EXPIRES_MS),
  }
}

function explain(asset: string, side: Side | null, position: number, leftOut: boolean): [LineReason, string] {
  if (asset === CASH) return ['cash', 'Takes up what the trades leave.']
  if (leftOut) return ['held-back', 'Left out by Advisor 1.']
  if (side === 'sell') {
    return position > 1
      ? ['above-band', `At ${position.toFixed(2)} half-widths above its target; sold to 0.70.`]
      : ['raises-cash', 'Sold to bring cash back into its band.']
  }
  if (side === 'buy') {
    return position < -1
      ? ['below-band', `At ${Math.abs(position).toFixed(2)} half-widths below its target; bought to 0.70.`]
      : ['invests-proceeds', 'Takes the proceeds: furthest below its target.']
  }
  return Math.abs(position) > 0.6
    ? ['cost-exceeds-benefit', 'Trading it would cost more than the tracking error it takes away: 2.4 bps too dear.']
    : ['inside-band', 'Inside its band.']
}

/** Ids of the open proposals that an approval means. */
export function namedIn(request: ApprovalRequest, proposals: readonly Proposal[]): string[] {
  return proposals
    .filter(
      ({ id, state, cleanliness }) =>
        state === 'open' && (request.kind === 'all-clean' ? cleanliness === 'clean' : request.proposalIds.includes(id)),
    )
    .map(({ id }) => id)
}
