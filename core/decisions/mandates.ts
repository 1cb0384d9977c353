import type { ClientBook } from '../client-book.ts'
import type { Proposal } from '../proposal.ts'

/** Whether a proposal may run without asking. A book that may not falls back to approval, with the reason. */
export type MandateDecision = { readonly kind: 'automatic' } | { readonly kind: 'ask'; readonly why: string }

const ask = (why: string): MandateDecision => ({ kind: 'ask', why })
const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`

export function decideMandate(
  book: Pick<ClientBook, 'tier' | 'mandate'>,
  proposal: Pick<
    Proposal,
    'turnover' | 'cost' | 'tax' | 'valueUsd' | 'cleanliness' | 'remarks' | 'trigger' | 'wayLeft'
  >,
): MandateDecision {
  if (book.tier !== 'premium') return ask('standard tier: every rebalance is approved')
  if (book.mandate === null) return ask('no mandate on file')
  if (proposal.trigger.kind === 'manual') return ask('asked for by an advisor, who approves it')
  if (proposal.cleanliness !== 'clean') return ask(proposal.remarks.join('; '))
  // a way that is gone in parts is asked for as the whole of it would be
  const later = proposal.wayLeft?.turnover ?? 0
  if (proposal.turnover + later > book.mandate.maximumTurnover) {
    const whole = later > 0 ? ` (${percent(later)} of it on later days)` : ''
    return ask(
      `turnover ${percent(proposal.turnover + later)}${whole} is above the mandate's ${percent(book.mandate.maximumTurnover)}`,
    )
  }
  const costBps = (1e4 * proposal.cost.totalUsd) / proposal.valueUsd
  if (costBps > book.mandate.maximumCostBps)
    return ask(`cost ${costBps.toFixed(1)} bps is above the mandate's ${book.mandate.maximumCostBps} bps`)
  const taxBps = (1e4 * (proposal.tax?.taxUsd ?? 0)) / proposal.valueUsd
  const maximumTaxBps = book.mandate.maximumTaxBps ?? 0
  if (taxBps > maximumTaxBps) return ask(`tax ${taxBps.toFixed(1)} bps is above the mandate's ${maximumTaxBps} bps`)
  return { kind: 'automatic' }
}
