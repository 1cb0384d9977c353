import { type Amount, formatAmount, ONE, sum, ZERO } from '../../core/amount.ts'
import { type MarketKey, splitMarketKey, type VenueId } from '../../core/instruments.ts'
import { type Fact, fact } from '../../core/journal.ts'
import type { DeniedReason, ParentState } from '../../core/order.ts'
import { clientOrderId } from './client-order-id.ts'
import { type ExecutionContext, quotePriceUsd, recordFacts } from './context.ts'
import { byReason, describeObstacles, isDust, type Obstacles } from './obstacles.ts'
import { legHistory, legOf, type ParentProgress } from './parent-progress.ts'

/** Begins the reason of a parent that a person has cancelled: it is how a restart knows. */
export const CANCELLED_BY = 'cancelled by '

export interface ParentEnd {
  readonly state: ParentState
  readonly why: string
}

/**
 * How a parent ends, from what was filled and from what stood in the way of the rest. Dust (a remainder too small for
 * every venue) is named but is no exception; everything else that is left has its reasons.
 */
export function endOf(progress: ParentProgress, obstacles: Obstacles): ParentEnd {
  const { record, filledQuantity, remainingQuantity } = progress
  const { asset, quantity } = record.parent
  const left = `${formatAmount(remainingQuantity)} of ${formatAmount(quantity)} ${asset} left`
  if (remainingQuantity === ZERO) return { state: 'filled', why: '' }
  if (record.why.startsWith(CANCELLED_BY)) return { state: 'cancelled', why: `${record.why}; ${left}` }
  if (filledQuantity > ZERO && isDust(obstacles)) {
    return { state: 'filled', why: `dust: ${left}, ${describeObstacles(obstacles)}` }
  }
  const lastWord = progress.children.findLast((child) => child.why !== null)?.why
  const why = `${left}: ${describeObstacles(obstacles) || lastWord || 'the venues filled no more of it'}`
  if (filledQuantity > ZERO) return { state: 'partially-filled', why }
  // Denied is by us; without a reason of ours it was the venues that filled nothing.
  return { state: obstacles.unplaced.length > 0 ? 'denied' : 'cancelled', why }
}

/** Ends a parent: its state, and for every reason a denied child that shows what was not sent. */
export function finishParent(context: ExecutionContext, progress: ParentProgress, obstacles: Obstacles): void {
  const { parent } = progress.record
  const end = endOf(progress, obstacles)
  const denied = end.state === 'denied' || end.state === 'partially-filled'
  recordFacts(
    context,
    [
      ...(denied ? deniedChildren(context, progress, obstacles) : []),
      fact('parent-changed', { parentId: parent.id, state: end.state, why: end.why }),
    ],
    'desk',
  )
}

function deniedChildren(context: ExecutionContext, progress: ParentProgress, obstacles: Obstacles): readonly Fact[] {
  const { parent } = progress.record
  const attempts = new Map<VenueId, number>()
  return [...byReason(obstacles.unplaced).keys()].flatMap((reason) => {
    const place = placeOf(context, progress, obstacles, reason)
    if (!place) return []
    const participants = obstacles.unplaced
      .filter((part) => part.reason === reason)
      .map(({ bookId, quantity }) => ({ bookId, quantity }))
    const leg = legOf(parent.id, place.venue)
    const attempt = attempts.get(place.venue) ?? legHistory(progress.children, leg, context.settings).nextAttempt
    attempts.set(place.venue, attempt + 1)
    const child = {
      id: clientOrderId({ epoch: context.store.epoch, planId: parent.planId, leg, attempt }),
      parentId: parent.id,
      planId: parent.planId,
      leg,
      attempt,
      venue: place.venue,
      account: parent.account,
      market: place.market,
      side: parent.side,
      quantity: sum(participants.map((participant) => participant.quantity)),
      limitPrice: place.priceCap,
      timeInForce: 'IOC',
      postOnly: false,
      // nothing was sent: no cost will be measured with it
      quotePriceUsd: quotePriceUsd(context, splitMarketKey(place.market).quote) ?? ONE,
      participants,
      createdAt: context.clock.now(),
    } as const
    const said = obstacles.venues.find((obstacle) => obstacle.reason === reason)
    return [fact('child-denied', { child, reason, why: said?.why ?? describeObstacles(obstacles) })]
  })
}

interface Place {
  readonly venue: VenueId
  readonly market: MarketKey
  readonly priceCap: Amount
}

/** Where a denied order would have gone: the venue that has the reason, else the first that was looked at. */
function placeOf(
  context: ExecutionContext,
  progress: ParentProgress,
  { venues, markets }: Obstacles,
  reason: DeniedReason,
): Place | undefined {
  const blocked = venues.find((obstacle) => obstacle.reason === reason)
  if (!blocked) return markets[0] ?? marketless(context, progress, venues[0]?.venue)
  return marketless(context, progress, blocked.venue) ?? markets[0]
}

function marketless(
  context: ExecutionContext,
  progress: ParentProgress,
  venue: VenueId | undefined,
): Place | undefined {
  const market = venue && context.market(venue, progress.record.parent.asset)
  return market && { venue: market.venue, market: `${market.venue}:${market.symbol}`, priceCap: ZERO }
}
