import { amount } from '../../../core/amount.ts'
import type { CostSplit } from '../../../core/order.ts'
import type { Proposal } from '../../../core/proposal.ts'
import { bps, millis, usd } from '../../../core/units.ts'
import { START } from './example-firm.ts'

const COST: CostSplit = { feeUsd: usd(12.5), spreadUsd: usd(3.25), impactUsd: usd(1), totalUsd: usd(16.75) }

export const exampleProposal = (id: string, bookId: string, changes: Partial<Proposal> = {}): Proposal => ({
  id,
  bookId,
  state: 'open',
  trigger: { kind: 'band-breach', assets: ['BTC'] },
  cleanliness: 'clean',
  remarks: [],
  snapshot: 'snapshot',
  valueUsd: usd(180_000),
  lines: [
    {
      asset: 'BTC',
      before: 0.55,
      target: 0.6,
      low: 0.525,
      high: 0.675,
      after: 0.58,
      side: 'buy',
      quantity: amount('0.054'),
      notionalUsd: usd(5_400),
      cost: COST,
      naiveCostUsd: usd(31),
      reason: 'below-band',
      why: 'bought to the settle band',
      tradesIfCheaperByBps: null,
    },
    {
      asset: 'CASH',
      before: 0.45,
      target: 0.4,
      low: 0.35,
      high: 0.45,
      after: 0.42,
      side: null,
      quantity: amount('0'),
      notionalUsd: usd(0),
      cost: COST,
      naiveCostUsd: usd(0),
      reason: 'cash',
      why: 'pays for the purchase',
      tradesIfCheaperByBps: bps(1.5),
    },
  ],
  buyUsd: usd(5_400),
  sellUsd: usd(0),
  turnover: 0.03,
  cost: COST,
  naiveCost: COST,
  trackingErrorBefore: 0.031,
  trackingErrorAfter: 0.012,
  worstBefore: { asset: 'BTC', position: -1.2 },
  worstAfter: { asset: 'BTC', position: -0.4 },
  riskIsPrior: false,
  automatic: false,
  weighing: { withinTerms: 1, inCompany: 1.125, keptAlone: false },
  createdAt: millis(START),
  expiresAt: millis(START + 3_600_000),
  ...changes,
})
