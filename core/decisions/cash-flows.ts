import { isSettlementAsset } from '../instruments.ts'
import type { CashFlow, RequestTrigger } from '../proposal.ts'
import { usd } from '../units.ts'

/**
 * The request of a book after money moved: flows that were not planned yet add up, per kind and asset. Money comes before
 * a date, a spike or an advisor's wish: each of those plans the whole book, and so does a flow, with the new cash first.
 */
export function withCashFlows(
  before: RequestTrigger | undefined,
  flows: readonly CashFlow[],
): Extract<RequestTrigger, { kind: 'cash-flow' }> {
  const sums: CashFlow[] = before?.kind === 'cash-flow' ? [...before.flows] : []
  for (const flow of flows) {
    const at = sums.findIndex((each) => each.kind === flow.kind && each.asset === flow.asset)
    if (at < 0) sums.push(flow)
    else sums[at] = { ...flow, amountUsd: usd(sums[at]!.amountUsd + flow.amountUsd) }
  }
  return { kind: 'cash-flow', flows: sums }
}

/** What came in less what went out in settlement currencies, USD; an asset that moved is drift of its own line. */
export const netCashUsd = (flows: readonly CashFlow[]): number =>
  flows.reduce((sum, { asset, amountUsd }) => (isSettlementAsset(asset) ? sum + amountUsd : sum), 0)

/** "deposit of $40,000 of USD, withdrawal of $10,000 of USD: $30,000 to invest". */
export function cashFlowSentence(flows: readonly CashFlow[]): string {
  const money = (amount: number): string => `$${Math.round(Math.abs(amount)).toLocaleString('en-US')}`
  const each = flows.map(({ kind, asset, amountUsd }) => `${kind} of ${money(amountUsd)} of ${asset}`).join(', ')
  if (flows.length < 2) return each
  const net = netCashUsd(flows)
  return `${each}: ${money(net)} of cash ${net >= 0 ? 'to invest' : 'to raise'}`
}
