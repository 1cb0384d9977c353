import { bandPosition } from '../../core/band.ts'
import { CASH } from '../../core/instruments.ts'
import type { LineReason, ProposalLine } from '../../core/proposal.ts'
import { bps } from '../../core/units.ts'
import type { Draft } from './draft.ts'
import type { ShapedTrade } from './shape-trades.ts'

const percent = (weight: number): string => `${(100 * weight).toFixed(2)} %`
const money = (value: number): string => `$${Math.round(value).toLocaleString('en-US')}`

const NEW_CASH_WORDS = {
  in: 'a deposit is invested before it is sold',
  out: 'a withdrawal is raised before it is bought',
} as const

/** Reason and sentence of one line, traded or not: nothing on a proposal goes without one. */
export function explainLine(
  draft: Draft,
  index: number,
  trade: ShapedTrade | null,
  after: number,
): Pick<ProposalLine, 'reason' | 'why' | 'tradesIfCheaperByBps'> {
  const line = draft.position.lines[index]!
  const { low, high } = line.band
  if (line.asset === CASH) {
    return { reason: 'cash', why: cashSentence(draft, after), tradesIfCheaperByBps: null }
  }
  if (trade !== null) return { ...tradedLine(draft, index, trade, after), tradesIfCheaperByBps: null }

  const still = (reason: LineReason, why: string, cheaper: number | null = null) => ({
    reason,
    why,
    tradesIfCheaperByBps: cheaper === null ? null : bps(1e4 * cheaper),
  })
  if (draft.request.leftOut.includes(line.asset)) return still('held-back', 'left out by the advisor')
  const planned = draft.solution.x[index]! - line.weight
  if (draft.postponed.has(line.asset))
    return still('below-minimum', 'the part of its way that is gone now would be below the minimum: later')
  if (draft.tooSmall.has(line.asset) || draft.shape.belowMinimum.includes(line.asset))
    return still('below-minimum', 'the trade would be below the minimum')
  if (planned > 0) return still('below-minimum', 'no cash is left for it after rounding')
  const explained = draft.solution.lines[index]!
  const cut = draft.limits.cutBy[index] ?? null
  const atBound = explained.status === 'at-lower-bound' || explained.status === 'at-upper-bound'
  if (cut !== null && (atBound || explained.costFallToTrade === null)) return still('restricted', cut)
  const relaxedBy = draft.limits.relaxedBy[index] ?? 0
  if (relaxedBy > 0 && (line.weight < low || line.weight > high))
    return still('at-limit', `${percent(line.weight)}, outside its band: the bands can't be met together`)
  const place = `${percent(line.weight)} in ${percent(low)} to ${percent(high)}`
  if (atBound && draft.limits.newCash) return still('inside-band', `${place}; ${NEW_CASH_WORDS[draft.limits.newCash]}`)
  const position = bandPosition(line.weight, line.target, line.band)
  if (explained.costFallToTrade !== null && Math.abs(position) > 0.25) {
    const cheaper = explained.costFallToTrade
    const isTaxed = draft.request.book.taxTerms !== undefined && explained.sideIfCheaper === 'sell'
    return still(
      'cost-exceeds-benefit',
      `${place}; would ${explained.sideIfCheaper} if ${isTaxed ? 'cost and tax' : 'costs'} fell by ${(1e4 * cheaper).toFixed(1)} bps`,
      cheaper,
    )
  }
  if (atBound && draft.request.model.groupCaps.some((group) => group.assets.includes(line.asset)))
    return still('at-limit', `${place}; at a limit of its group`)
  return still('inside-band', place, explained.costFallToTrade)
}

function tradedLine(
  draft: Draft,
  index: number,
  trade: ShapedTrade,
  after: number,
): Pick<ProposalLine, 'reason' | 'why'> {
  const line = draft.position.lines[index]!
  const { low, high } = line.band
  const path = `${percent(line.weight)} to ${percent(after)}`
  if (trade.side === 'sell') {
    if (line.weight > high) return { reason: 'above-band', why: `above its band (${percent(high)}): ${path}` }
    if (draftNeedsCash(draft)) return { reason: 'raises-cash', why: `raises cash: ${path}` }
    if (Math.abs(after - line.target) < Math.abs(line.weight - line.target))
      return { reason: 'reduces-risk', why: `worth its cost: ${path}, nearer to its target ${percent(line.target)}` }
    if (draft.solution.lines[index]!.cost.tax < 0)
      return {
        reason: 'harvests-loss',
        why: `a loss is worth its cost and risk: ${path}, not bought back in this rebalance`,
      }
    const cut = draft.limits.cutBy[index] ?? null
    const stops = cut !== null && draft.solution.x[index] === draft.limits.lower[index] ? `, ${cut}` : ''
    return { reason: 'reduces-risk', why: `hedges what else the book holds: ${path}${stops}` }
  }
  if (line.weight < low) return { reason: 'below-band', why: `below its band (${percent(low)}): ${path}` }
  return { reason: 'invests-proceeds', why: `invests the proceeds: ${path}, target ${percent(line.target)}` }
}

function draftNeedsCash(draft: Draft): boolean {
  const cash = draft.position.lines.at(-1)!
  return cash.weight < cash.band.low || cash.weight < draft.request.terms.cashReserve
}

function cashSentence(draft: Draft, after: number): string {
  const cash = draft.position.lines.at(-1)!
  return `${money(cash.valueUsd)}: ${percent(cash.weight)} to ${percent(after)}, reserve ${percent(draft.request.terms.cashReserve)}`
}
