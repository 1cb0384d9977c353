import { cashFlowSentence } from '../../../core/decisions/cash-flows.ts'
import { waySentence } from '../../../core/decisions/continuation.ts'
import type { Proposal, ProposalLine } from '../../../core/proposal.ts'
import { weighingSentence } from '../../../core/risk-weighing.ts'
import {
  assetName,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatUsd,
  upperFirst,
  wholeDecimals,
} from '../../ui/format.ts'
import { LINE_REASON_WORDS } from './reasons.ts'

/** Why it was made and what it leaves. */
export function whyOf(proposal: Proposal): string {
  const later =
    proposal.wayLeft === undefined
      ? ''
      : `; ${formatPercent(proposal.wayLeft.turnover)} % of the book left for later days`
  return `${triggerOf(proposal)}${later}`
}

/** The same with what weight risk was given: more than a column has room for, and the same for many. */
export function wholeWhyOf(proposal: Proposal): string {
  const weighed = proposal.weighing === undefined ? null : weighingSentence(proposal.weighing)
  return weighed === null ? whyOf(proposal) : `${whyOf(proposal)}; ${weighed}`
}

function triggerOf(proposal: Proposal): string {
  const prefix = proposal.automatic ? 'Automatic: ' : ''
  const { trigger } = proposal
  switch (trigger.kind) {
    case 'band-breach':
      return `${prefix}${trigger.assets.map(assetName).join(', ')} out of band`
    case 'cash-flow':
      return `${prefix}${upperFirst(cashFlowSentence(trigger.flows))}`
    case 'manual':
      return `Asked for by ${trigger.by}`
    case 'schedule':
      return `${prefix}On schedule`
    case 'volatility-spike':
      return `${prefix}Volatility has jumped`
    case 'continuation':
      return `${prefix}Goes on with its way: ${waySentence(trigger.way)}`
  }
}

export function whyOfLine(line: ProposalLine): string {
  if (line.side === null) {
    const cheaper =
      line.tradesIfCheaperByBps === null ? '' : `; trades if ${formatNumber(line.tradesIfCheaperByBps, 1)} bps cheaper`
    return `No trade: ${LINE_REASON_WORDS[line.reason]}${cheaper}`
  }
  const tax = line.side === 'sell' && line.tax !== undefined ? `tax ${formatUsd(line.tax.taxUsd)}, ` : ''
  const quantity = formatQuantity(line.quantity, Math.min(8, wholeDecimals([line.quantity])))
  return `${quantity} ${line.asset}, ${tax}${LINE_REASON_WORDS[line.reason].replace(' the ', ' ')}`
}
