import { type Amount, add, subtract, toFloat, ZERO } from '../../../core/amount.ts'
import { OMNIBUS } from '../../../core/client-book.ts'
import type { BlotterView, ChildView, ParentDetail, ParentView } from '../../../core/contracts/blotter-view.ts'
import type { ChildRecord } from '../../../core/contracts/store.ts'
import { splitMarketKey, VENUES } from '../../../core/instruments.ts'
import type { CostSplit } from '../../../core/order.ts'
import { usd } from '../../../core/units.ts'
import { realisedCost } from '../../execution/realised-cost.ts'
import type { OrderHistory, OrderRecords } from '../../store/history-reader.ts'
import type { DeskParts } from '../desk.ts'

/** What of the desk is looked at: the present. The past comes as records. */
export interface BlotterDesk {
  readonly parts: Pick<DeskParts, 'clock' | 'world'> & {
    readonly market: Pick<DeskParts['market'], 'priceOf'>
  }
}

/** Plans shown, newest first; the rest is history. */
export const PLANS_SHOWN = 50

export function blotterView(desk: BlotterDesk, orders: readonly OrderRecords[]): BlotterView {
  const parents = orders.map((order) => parentView(desk, order))
  let [ordered, filled, slippage, estimated, fees] = [0, 0, 0, 0, 0]
  for (const parent of parents) {
    const arrivalValue = toFloat(parent.filledQuantity) * parent.arrivalPriceUsd
    ordered += toFloat(parent.quantity) * parent.arrivalPriceUsd
    filled += arrivalValue
    if (arrivalValue > 0) {
      slippage += arrivalValue * parent.slippageBps
      estimated += arrivalValue * parent.estimatedBps
    }
    fees += parent.feesUsd
  }
  return {
    at: desk.parts.clock.now(),
    parents,
    totals: {
      orderedUsd: ordered,
      filledUsd: filled,
      slippageBps: filled > 0 ? slippage / filled : 0,
      estimatedBps: filled > 0 ? estimated / filled : 0,
      feesUsd: fees,
    },
  }
}

function parentView(desk: BlotterDesk, { plan, parent, state, why, children, estimated }: OrderRecords): ParentView {
  const cost = realisedCost(parent, children, (asset) => desk.parts.market.priceOf(asset) ?? Number.NaN)
  return {
    id: parent.id,
    planId: plan.planId,
    releasedAt: plan.releasedAt,
    approval: plan.approval,
    asset: parent.asset,
    side: parent.side,
    segregatedBook: parent.account === OMNIBUS ? null : (parent.participants[0]?.bookId ?? null),
    books: parent.participants.length,
    quantity: parent.quantity,
    filledQuantity: cost.filledQuantity,
    filledFraction: toFloat(cost.filledQuantity) / toFloat(parent.quantity),
    averagePriceUsd: cost.averagePriceUsd,
    arrivalPriceUsd: parent.arrivalPriceUsd,
    slippageBps: cost.shortfallBps,
    estimatedBps: estimatedSlippageBps(parent, estimated),
    venueShares: VENUES.flatMap((venue) => {
      const fraction = cost.venueShares.get(venue)
      return fraction === undefined ? [] : [{ venue, fraction }]
    }),
    feesUsd: cost.feesUsd,
    schedule: parent.schedule.kind === 'immediate' ? 'immediate, capped' : parent.schedule.kind,
    state,
    why,
    children: children.map((child) => childView(desk, child)),
  }
}

/** The estimate of spread and impact without fees, so that it compares with slippage. */
function estimatedSlippageBps(
  parent: Pick<ParentView, 'quantity' | 'arrivalPriceUsd'>,
  { spreadUsd, impactUsd }: CostSplit,
): number {
  const value = toFloat(parent.quantity) * parent.arrivalPriceUsd
  return value > 0 ? (1e4 * (spreadUsd + impactUsd)) / value : 0
}

function childView(desk: BlotterDesk, record: ChildRecord): ChildView {
  const { child } = record
  const quoteUsd = toFloat(child.quotePriceUsd)
  const { base, quote } = splitMarketKey(child.market)
  let feesUsd = 0
  for (const trade of record.trades) {
    const unit =
      trade.feeAsset === quote
        ? quoteUsd
        : trade.feeAsset === base
          ? toFloat(trade.price) * quoteUsd
          : (desk.parts.market.priceOf(trade.feeAsset) ?? Number.NaN)
    if (trade.fee !== ZERO) feesUsd += toFloat(trade.fee) * unit
  }
  const filled = toFloat(record.filledQuantity)
  return {
    id: child.id,
    venue: child.venue,
    market: child.market,
    quantity: child.quantity,
    filledQuantity: record.filledQuantity,
    filledFraction: filled / toFloat(child.quantity),
    averagePrice: filled > 0 ? toFloat(record.filledCost) / filled : Number.NaN,
    averagePriceUsd: filled > 0 ? (toFloat(record.filledCost) / filled) * quoteUsd : Number.NaN,
    limitPrice: toFloat(child.limitPrice),
    feesUsd,
    kind: child.postOnly ? 'post-only' : child.timeInForce === 'IOC' ? 'IOC, capped' : 'resting',
    state: record.state,
    why: record.why,
    at: child.createdAt,
  }
}

/** One parent with its allocation per client book and what happened. */
export function parentDetail(desk: BlotterDesk, order: OrderHistory): ParentDetail {
  const { world } = desk.parts
  const { parent, estimated, events } = order
  const view = parentView(desk, order)
  const allocated = new Map<string, Amount>()
  let given = ZERO
  for (const part of order.allocations) {
    allocated.set(part.bookId, add(allocated.get(part.bookId) ?? ZERO, part.quantity))
    given = add(given, part.quantity)
  }
  const step = Math.max(0, ...world.marketsOf(parent.asset).map((market) => toFloat(market.filters.step)))
  const total = toFloat(parent.quantity)
  return {
    parent: view,
    allocations: parent.participants.map((participant) => {
      const own = allocated.get(participant.bookId) ?? ZERO
      const fair = total > 0 ? (toFloat(view.filledQuantity) * toFloat(participant.quantity)) / total : 0
      return {
        bookId: participant.bookId,
        clientName: world.book(participant.bookId)?.clientName ?? participant.bookId,
        intended: participant.quantity,
        allocated: own,
        share: total > 0 ? toFloat(participant.quantity) / total : 0,
        offProRataSteps: step > 0 ? (toFloat(own) - fair) / step : 0,
      }
    }),
    sumCheck: subtract(view.filledQuantity, given),
    filled: view.filledQuantity,
    events,
    estimated,
    realised: realisedSplit(view, estimated),
  }
}

/** Realised shortfall split by the estimate's own spread: what the spread explains, the rest is impact and delay. */
function realisedSplit(view: ParentView, estimated: CostSplit): CostSplit {
  const filledUsd = toFloat(view.filledQuantity) * view.arrivalPriceUsd
  const shortfall = filledUsd > 0 ? (view.slippageBps * filledUsd) / 1e4 : 0
  const spread = estimated.spreadUsd * (Number.isFinite(view.filledFraction) ? view.filledFraction : 0)
  return {
    feeUsd: usd(view.feesUsd),
    spreadUsd: usd(spread),
    impactUsd: usd(shortfall - spread),
    totalUsd: usd(shortfall + view.feesUsd),
  }
}
