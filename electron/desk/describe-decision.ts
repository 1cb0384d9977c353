import { ensureNever } from '../../core/assert.ts'
import { bandPosition } from '../../core/band.ts'
import type { Decision } from '../../core/decision.ts'
import { cashFlowSentence } from '../../core/decisions/cash-flows.ts'
import { waySentence } from '../../core/decisions/continuation.ts'
import type { NonTriggerReason, Proposal, Trigger } from '../../core/proposal.ts'
import type { BookPosition } from '../proposals/book-position.ts'
import type { MarketView } from '../proposals/planning-inputs.ts'

/** What a decision says of the book besides its reason: what is out of band, how far, in which market. */
type Circumstances = Pick<Decision, 'assets' | 'worst' | 'regime' | 'marketTime'>

const percent = (weight: number): string => `${(100 * weight).toFixed(2)} %`
const NAMED_LINES = 3

const outside = (position: BookPosition): BookPosition['lines'] =>
  position.lines.filter((line) => line.weight > line.band.high || line.weight < line.band.low)

function circumstances(position: BookPosition, market: MarketView): Circumstances {
  const able = position.unableWhy === null
  let worst: Decision['worst'] = null
  for (const line of able ? position.lines : []) {
    const at = bandPosition(line.weight, line.target, line.band)
    if (worst === null || Math.abs(at) > Math.abs(worst.position)) worst = { asset: line.asset, position: at }
  }
  return {
    assets: able ? outside(position).map((line) => line.asset) : [],
    worst,
    regime: { class: market.regime, multiplier: market.multiplier },
    marketTime: market.marketTime,
  }
}

export const waitingDecision = (
  bookId: string,
  reason: NonTriggerReason,
  why: string,
  position: BookPosition,
  market: MarketView,
): Decision => ({ bookId, outcome: 'waiting', reason, why, proposalId: null, ...circumstances(position, market) })

export const proposedDecision = (proposal: Proposal, position: BookPosition, market: MarketView): Decision => ({
  bookId: proposal.bookId,
  outcome: 'proposed',
  reason: proposal.trigger.kind,
  why: triggerSentence(proposal.trigger, position),
  proposalId: proposal.id,
  ...circumstances(position, market),
})

function triggerSentence(trigger: Trigger, position: BookPosition): string {
  switch (trigger.kind) {
    case 'band-breach':
      return outsideSentence(position)
    case 'cash-flow':
      return cashFlowSentence(trigger.flows)
    case 'manual':
      return `by ${trigger.by}`
    case 'schedule':
      return `due ${new Date(trigger.due).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    case 'volatility-spike':
      return `${percent(trigger.volatility)} a year against ${percent(trigger.usual)}`
    case 'continuation':
      return waySentence(trigger.way)
    default:
      return ensureNever(trigger)
  }
}

/** "BTC 60.00 % of 45.00 % to 55.00 %, and 2 more". */
function outsideSentence(position: BookPosition): string {
  const lines = outside(position)
  const named = lines
    .slice(0, NAMED_LINES)
    .map((line) => `${line.asset} ${percent(line.weight)} of ${percent(line.band.low)} to ${percent(line.band.high)}`)
  const more = lines.length - named.length
  return more > 0 ? `${named.join(', ')}, and ${more} more` : named.join(', ')
}
