import { toFloat } from '../../core/amount.ts'
import type { Proposal } from '../../core/proposal.ts'
import { err, type Failure, ok, type Result } from '../../core/result.ts'
import { positionFor } from '../desk/cycle.ts'
import { realisedCost } from '../execution/realised-cost.ts'
import { trackingError } from '../proposals/make-proposal.ts'
import type { SimulatedDesk } from '../simulation/start-simulated-desk.ts'
import { compareLedgers, hashTrades, type LedgerDifference } from './ledger-check.ts'
import { type TaxFigures, taxFigures } from './tax-figures.ts'

export interface DemoReport extends Partial<TaxFigures> {
  readonly books: number
  readonly breachedBefore: number
  /** Books out of band at the end with neither an open proposal nor a reason. */
  readonly breachedAfter: number
  readonly unableToCheck: number
  readonly proposals: number
  readonly approved: number
  readonly automatic: number
  readonly parentOrders: number
  readonly childOrders: number
  readonly fills: number
  readonly tradedNotionalUsd: number
  /** 1e4 · Σ(shortfall to arrival mid + fees) ÷ ΣV of the books traded. */
  readonly costBps: number
  /** The same of what the proposals said it would be, for what was filled. */
  readonly toldCostBps: number
  readonly naiveCostBps: number
  /** V-weighted ex-ante means over all books. */
  readonly trackingErrorBefore: number
  readonly trackingErrorAfter: number
  readonly ledgerDifferences: readonly LedgerDifference[]
  readonly tradesHash: string
}

const HOUR_SECONDS = 3_600
/** A market that never moves this many hours is not a market: the demo says so instead of running for ever. */
const LONGEST_RUN_UP = 5_000
/** Hours of one step of the run-up: one on the first day, two on the second, … : a small firm may need months. */
const runUpStep = (hours: number): number => Math.min(12, 1 + Math.floor(hours / 24))
const TRADING_STEPS = 24
const TRADING_STEP_SECONDS = 900

/**
 * The whole cycle, headless and in lockstep: prices run until more than 20 books (a tenth of a small firm) are out of
 * band, then 24 steps of trading while prices keep moving, approving every clean proposal.
 */
export async function runDemo(
  simulated: SimulatedDesk,
  progress: (line: string) => void,
): Promise<Result<DemoReport, Failure>> {
  const { desk, risk, market } = simulated
  const { store, world } = desk.parts
  const enough = Math.min(20, Math.floor(world.books.length / 10))
  let breachedBefore = 0
  for (let hours = 0; ; hours += runUpStep(hours)) {
    const swept = await desk.checkDrift()
    if (!swept.ok) return swept
    breachedBefore = desk.breached().length
    if (breachedBefore > enough) break
    if (hours > LONGEST_RUN_UP)
      return {
        ok: false,
        error: {
          code: 'no-breach',
          message: `after ${hours} hours ${breachedBefore} books are out of band, more than ${enough} were wanted`,
        },
      }
    const moved = await simulated.advance(runUpStep(hours) * HOUR_SECONDS)
    if (!moved.ok) return moved
    await risk.refresh(market.marketNow())
  }
  await market.refreshCosts()
  progress(
    `${breachedBefore} of ${world.books.length} client books are out of band at ${new Date(market.marketNow()).toISOString()}`,
  )
  const trackingErrorBefore = meanTrackingError(simulated)

  const made: Proposal[] = []
  for (let step = 1; step <= TRADING_STEPS; step++) {
    const moved = await simulated.advance(TRADING_STEP_SECONDS)
    if (!moved.ok) return moved
    await risk.refresh(market.marketNow())
    const outcome = await tradingStep(simulated, made)
    if (!outcome.ok) return outcome
    progress(
      `step ${step} of ${TRADING_STEPS}: ${outcome.value.proposed} proposals, ${desk.breached().length} books out of band`,
    )
  }
  const missing = simulated.missing()
  if (missing !== null) return err(missing)
  const truth = await simulated.control.ledger()
  if (!truth.ok) return truth
  const unexplained = desk
    .breached()
    .filter(
      (bookId) => desk.parts.proposals.of(bookId) === undefined && desk.parts.proposals.waitOf(bookId) === undefined,
    )
  return ok({
    books: world.books.length,
    breachedBefore,
    breachedAfter: unexplained.length,
    unableToCheck: desk.unable().length,
    ...tradeFigures(simulated, made),
    ...taxFigures(simulated),
    trackingErrorBefore,
    trackingErrorAfter: meanTrackingError(simulated),
    ledgerDifferences: compareLedgers(store, world.venueAccounts(), truth.value),
    tradesHash: hashTrades(truth.value),
  })
}

/** One step at one moment of the market: check, plan, approve all that is clean, execute, check again. */
async function tradingStep(
  simulated: SimulatedDesk,
  made: Proposal[],
): Promise<Result<{ readonly proposed: number }, Failure>> {
  const { desk, market, api } = simulated
  const before = await desk.checkDrift()
  if (!before.ok) return before
  await market.refreshCosts()
  const planned = await desk.plan()
  made.push(...planned.made)
  const approved = api.approve({ kind: 'all-clean' })
  if (approved.ok) await desk.plan()
  else if (approved.error.code !== 'nothing-to-approve') return approved
  await desk.parts.executor.idle()
  const after = await desk.checkDrift()
  return after.ok ? ok({ proposed: planned.made.length }) : after
}

/** V-weighted mean of the books' ex-ante tracking errors, per year. */
function meanTrackingError({ desk, market }: SimulatedDesk): number {
  const view = market.view()
  const { world, settings } = desk.parts
  let [weighted, total] = [0, 0]
  for (const book of world.books) {
    const position = positionFor(world, book, view, settings)
    if (position.unableWhy !== null) continue
    const covariance = view.risk.covarianceOf(position.lines.map((line) => line.asset))
    weighted +=
      position.valueUsd *
      trackingError(
        covariance,
        position.lines.map((line) => line.weight - line.target),
      )
    total += position.valueUsd
  }
  return total > 0 ? weighted / total : Number.NaN
}

function tradeFigures({ desk }: SimulatedDesk, made: readonly Proposal[]) {
  const { store } = desk.parts
  const byId = new Map(made.map((proposal) => [proposal.id, proposal]))
  let [parentOrders, childOrders, fills, tradedNotionalUsd, costUsd, toldUsd] = [0, 0, 0, 0, 0, 0]
  let [valueUsd, naiveUsd, approved, automatic] = [0, 0, 0, 0]
  for (const plan of store.plans(Number.MAX_SAFE_INTEGER)) {
    for (const proposalId of plan.proposalIds) {
      const proposal = byId.get(proposalId) ?? store.proposal(proposalId)!
      valueUsd += proposal.valueUsd
      naiveUsd += proposal.naiveCost.totalUsd
      if (plan.approval === 'mandate') automatic++
      else approved++
    }
    for (const { parent } of store.parentsOf(plan.planId)) {
      const children = store.childrenOf(parent.id)
      parentOrders++
      childOrders += children.length
      fills += children.reduce((total, child) => total + child.trades.length, 0)
      const cost = realisedCost(parent, children)
      const filledUsd = toFloat(cost.filledQuantity) * parent.arrivalPriceUsd
      tradedNotionalUsd += filledUsd
      toldUsd += (parent.estimatedCostBps / 1e4) * filledUsd
      costUsd += cost.totalUsd
    }
  }
  return {
    proposals: made.length,
    approved,
    automatic,
    parentOrders,
    childOrders,
    fills,
    tradedNotionalUsd,
    costBps: valueUsd > 0 ? (1e4 * costUsd) / valueUsd : 0,
    toldCostBps: valueUsd > 0 ? (1e4 * toldUsd) / valueUsd : 0,
    naiveCostBps: valueUsd > 0 ? (1e4 * naiveUsd) / valueUsd : 0,
  }
}
