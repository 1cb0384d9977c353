import { type Amount, sum, toFloat, ZERO } from '../../core/amount.ts'
import type { BlotterView, ChildView, ParentDetail, ParentView } from '../../core/contracts/blotter-view.ts'
import { marketKey, type VenueId } from '../../core/instruments.ts'
import type { Side } from '../../core/order.ts'
import type { Proposal } from '../../core/proposal.ts'
import { type FakeAsset, type FakeFirm, stepAmount } from './fake-firm.ts'
import { splitCost } from './fake-proposals.ts'

interface Leg {
  readonly bookId: string
  readonly clientName: string
  readonly quantity: number
}

/** A parent order of the made-up desk: fills a little with every step. */
export interface FakeParent {
  readonly id: string
  readonly planId: string
  readonly releasedAt: number
  readonly asset: FakeAsset
  readonly side: Side
  readonly legs: readonly Leg[]
  readonly quantity: number
  readonly arrival: number
  readonly krakenShare: number
  readonly estimatedBps: number
  readonly slippageFactor: number
  fraction: number
  state: ParentView['state']
  why: string
  readonly events: { at: number; text: string }[]
}

/** One parent per asset and side over all books of the batch. */
export function parentsOf(
  firm: FakeFirm,
  proposals: readonly Proposal[],
  planId: string,
  firstId: number,
  at: number,
): FakeParent[] {
  const byTrade = new Map<string, { side: Side; asset: FakeAsset; legs: Leg[] }>()
  for (const proposal of proposals) {
    const clientName = firm.books.find(({ book }) => book.id === proposal.bookId)?.book.clientName ?? ''
    for (const line of proposal.lines) {
      if (!line.side) continue
      const key = `${line.side} ${line.asset}`
      const asset = firm.assets.find(({ id }) => id === line.asset)!
      const group = byTrade.get(key) ?? { side: line.side, asset, legs: [] }
      byTrade.set(key, group)
      group.legs.push({ bookId: proposal.bookId, clientName, quantity: toFloat(line.quantity) })
    }
  }
  return [...byTrade.values()]
    .map((group) => ({ ...group, quantity: group.legs.reduce((total, leg) => total + leg.quantity, 0) }))
    .sort((a, b) => b.legs.length - a.legs.length || b.quantity * b.asset.price - a.quantity * a.asset.price)
    .map((group, k) => ({
      ...group,
      id: `P-${firstId + k}`,
      planId,
      releasedAt: at,
      arrival: group.asset.price,
      krakenShare: [0.34, 0.52, 0.28, 0.41, 0.6, 0.3, 0.5, 0.2][k % 8]!,
      estimatedBps: group.asset.halfSpreadBps + group.asset.impact * 0.12 + 0.6,
      slippageFactor: [1.12, 1.62, 0.81, 0.94, -0.4, 1.05, 1.2, 0.66][k % 8]!,
      fraction: 0,
      state: 'working' as const,
      why: '',
      events: [
        { at, text: `Checked again, ${group.legs.length} books netted into one parent` },
        {
          at: at + 900,
          text:
            group.side === 'buy'
              ? 'Sells of these books settled, buys released'
              : 'Released before the buys they pay for',
        },
      ],
    }))
}

const amountOf = (parent: FakeParent, value: number): Amount => stepAmount(value, parent.asset.step)

function childrenOf(parent: FakeParent): ChildView[] {
  const parts: readonly (readonly [VenueId, string, number])[] = [
    ['binance', 'IOC, capped', (1 - parent.krakenShare) * 0.6],
    ['kraken', 'IOC, capped', parent.krakenShare],
    ['binance', 'IOC, capped', (1 - parent.krakenShare) * 0.4],
  ]
  let done = parent.fraction
  return parts.map(([venue, kind, share], index) => {
    const filled = Math.max(0, Math.min(1, done / share))
    done -= share
    const refused = parent.state === 'partially-filled' && filled < 1
    const sign = parent.side === 'buy' ? 1 : -1
    const averagePrice =
      filled > 0 ? parent.arrival * (1 + (sign * parent.slippageFactor * parent.estimatedBps) / 1e4) : Number.NaN
    return {
      id: `${parent.id}-${index + 1}`,
      venue,
      market: marketKey(venue, venue === 'binance' ? `${parent.asset.id}/USDT` : `${parent.asset.id}/USD`),
      quantity: amountOf(parent, parent.quantity * share),
      filledQuantity: amountOf(parent, parent.quantity * share * filled),
      filledFraction: filled,
      averagePrice,
      averagePriceUsd: averagePrice,
      limitPrice: parent.arrival * (1 + sign * 0.0025),
      feesUsd: parent.quantity * share * filled * parent.arrival * 7.2e-4,
      kind,
      state:
        filled === 1
          ? 'filled'
          : refused
            ? index === 1
              ? 'rejected'
              : 'cancelled'
            : filled > 0
              ? 'partially-filled'
              : 'planned',
      why: refused ? 'Price moved beyond the cap: the rest was not taken' : null,
      at: parent.releasedAt + index * 4_000,
    }
  })
}

function parentView(parent: FakeParent): ParentView {
  const sign = parent.side === 'buy' ? 1 : -1
  const slippage = parent.fraction > 0 ? parent.estimatedBps * parent.slippageFactor : Number.NaN
  return {
    id: parent.id,
    planId: parent.planId,
    releasedAt: parent.releasedAt,
    approval: 'advisor',
    asset: parent.asset.id,
    side: parent.side,
    segregatedBook: null,
    books: parent.legs.length,
    quantity: amountOf(parent, parent.quantity),
    filledQuantity: amountOf(parent, parent.quantity * parent.fraction),
    filledFraction: parent.fraction,
    averagePriceUsd: parent.fraction > 0 ? parent.arrival * (1 + (sign * slippage) / 1e4) : Number.NaN,
    arrivalPriceUsd: parent.arrival,
    slippageBps: slippage,
    estimatedBps: parent.estimatedBps,
    venueShares: [
      { venue: 'binance', fraction: 1 - parent.krakenShare },
      { venue: 'kraken', fraction: parent.krakenShare },
    ],
    feesUsd: parent.quantity * parent.fraction * parent.arrival * 7.2e-4,
    schedule: 'immediate, capped at 25 bps',
    state: parent.state,
    why: parent.why,
    children: childrenOf(parent),
  }
}

export function blotterView(parents: readonly FakeParent[], at: number): BlotterView {
  const views = parents.map(parentView)
  const ordered = parents.reduce((total, parent) => total + parent.quantity * parent.arrival, 0)
  const filled = parents.reduce((total, parent) => total + parent.quantity * parent.fraction * parent.arrival, 0)
  const weighted = (pick: (view: ParentView) => number): number =>
    views.reduce(
      (total, view, k) => total + (pick(view) || 0) * parents[k]!.quantity * parents[k]!.fraction * parents[k]!.arrival,
      0,
    ) / (filled || 1)
  return {
    at,
    parents: views,
    totals: {
      orderedUsd: ordered,
      filledUsd: filled,
      slippageBps: weighted((view) => view.slippageBps),
      estimatedBps: weighted((view) => view.estimatedBps),
      feesUsd: views.reduce((total, view) => total + view.feesUsd, 0),
    },
  }
}

/** Allocates by largest remainder in steps, so that the sum check is exactly 0. */
export function parentDetail(parent: FakeParent): ParentDetail {
  const view = parentView(parent)
  const steps = Math.round(toFloat(view.filledQuantity) / parent.asset.step)
  const exact = parent.legs.map((leg) => (steps * leg.quantity) / parent.quantity)
  const whole = exact.map(Math.floor)
  let missing = steps - whole.reduce((total, part) => total + part, 0)
  const order = exact.map((part, k) => [part - whole[k]!, k] as const).sort((a, b) => b[0] - a[0])
  for (const [, k] of order) if (missing-- > 0) whole[k]!++
  const allocations = parent.legs.map((leg, k) => ({
    bookId: leg.bookId,
    clientName: leg.clientName,
    intended: amountOf(parent, leg.quantity),
    allocated: amountOf(parent, whole[k]! * parent.asset.step),
    share: leg.quantity / parent.quantity,
    offProRataSteps: whole[k]! - exact[k]!,
  }))
  const filledUsd = parent.quantity * parent.fraction * parent.arrival
  const allUsd = parent.quantity * parent.arrival
  return {
    parent: view,
    allocations: allocations.sort((a, b) => b.share - a.share),
    sumCheck:
      parent.fraction > 0 ? ((view.filledQuantity - sum(allocations.map((each) => each.allocated))) as Amount) : ZERO,
    filled: view.filledQuantity,
    events: parent.events,
    estimated: splitCost(
      allUsd * 7.2e-4,
      (allUsd * parent.asset.halfSpreadBps) / 1e4,
      (allUsd * (parent.estimatedBps - parent.asset.halfSpreadBps)) / 1e4,
    ),
    realised: splitCost(
      filledUsd * 7.2e-4,
      (filledUsd * parent.asset.halfSpreadBps) / 1e4,
      (filledUsd * ((view.slippageBps || 0) - parent.asset.halfSpreadBps)) / 1e4,
    ),
  }
}
