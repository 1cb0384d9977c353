import type { Database } from '../sqlite.ts'
import { createBookRisksProjection } from './book-risks.ts'
import { createCashFlowsProjection } from './cash-flows.ts'
import { createChildOrdersProjection } from './child-orders.ts'
import { createClientBooksProjection } from './client-books.ts'
import { createDecisionsProjection } from './decisions.ts'
import { createHoldingsProjection } from './holdings.ts'
import { createLedgerProjection } from './ledger.ts'
import { createLotsProjection } from './lots.ts'
import { createMentionsProjection } from './mentions.ts'
import { createModelPortfoliosProjection } from './model-portfolios.ts'
import { createPlansProjection } from './plans.ts'
import type { CreateProjection, Projection } from './projection.ts'
import { createProposalsProjection } from './proposals.ts'
import { createRebalancingRulesProjection } from './rebalancing-rules.ts'
import { createReconciliationsProjection } from './reconciliations.ts'
import { createRegimesProjection } from './regimes.ts'
import { createRiskProfilesProjection } from './risk-profiles.ts'
import { createTradingStatesProjection } from './trading-states.ts'
import { createUnfinishedWaysProjection } from './unfinished-ways.ts'

// A projection may read the tables of those before it.
const ALL: readonly CreateProjection[] = [
  createLedgerProjection,
  createModelPortfoliosProjection,
  createClientBooksProjection,
  createProposalsProjection,
  createUnfinishedWaysProjection,
  createPlansProjection,
  createChildOrdersProjection,
  createHoldingsProjection,
  createLotsProjection,
  createCashFlowsProjection,
  createTradingStatesProjection,
  createReconciliationsProjection,
  createRegimesProjection,
  createRiskProfilesProjection,
  createBookRisksProjection,
  createRebalancingRulesProjection,
  createDecisionsProjection,
  createMentionsProjection,
]

/** Every projection as one. */
export function createProjections(database: Database): Projection {
  const projections = ALL.map((create) => create(database))
  return {
    apply(fact, sequence, at) {
      for (const projection of projections) projection.apply(fact, sequence, at)
    },
  }
}
