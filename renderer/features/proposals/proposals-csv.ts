import { formatAmount } from '../../../core/amount.ts'
import type { Proposal } from '../../../core/proposal.ts'

/** One line per asset of each proposal, traded or not: the figures whole, as the desk computed them. */
export const PROPOSAL_CSV_HEAD = [
  'client',
  'proposal',
  'state',
  'group',
  'asset',
  'side',
  'quantity',
  'notional_usd',
  'weight_before',
  'weight_after',
  'target',
  'low',
  'high',
  'fee_usd',
  'spread_usd',
  'impact_usd',
  'naive_cost_usd',
  'tax_usd',
  'naive_tax_usd',
  'reason',
  'why',
] as const

export function proposalCsvRows(
  proposals: readonly Proposal[],
  nameOf: (bookId: string) => string,
): (string | number)[][] {
  return proposals.flatMap((proposal) =>
    proposal.lines.map((line) => [
      nameOf(proposal.bookId),
      proposal.id,
      proposal.state,
      proposal.cleanliness,
      line.asset,
      line.side ?? '',
      line.side ? formatAmount(line.quantity) : '',
      line.notionalUsd,
      line.before,
      line.after,
      line.target,
      line.low,
      line.high,
      line.cost.feeUsd,
      line.cost.spreadUsd,
      line.cost.impactUsd,
      line.naiveCostUsd,
      line.tax?.taxUsd ?? '',
      line.tax?.naiveTaxUsd ?? '',
      line.reason,
      line.why,
    ]),
  )
}
