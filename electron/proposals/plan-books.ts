import type { Proposal } from '../../core/proposal.ts'
import { fail, type Result } from '../../core/result.ts'
import type { RebalanceSolution, Solved } from '../../workers/optimizer/index.ts'
import type { Draft, PlanFailure } from './draft.ts'
import { firmSolver } from './firm-solver.ts'
import { makeProposal, waitsForItself } from './make-proposal.ts'
import type { MarketView, PlanningDeps, PlanRequest } from './planning-inputs.ts'
import { caseOf, flowBook, type Pass, preparePass, withinTerms, withoutSmall } from './planning-pass.ts'
import { priceDrafts } from './price-drafts.ts'
import { solveRelaxing } from './relax-bands.ts'
import { shapeTrades } from './shape-trades.ts'
import { toldFlows } from './told-flow.ts'
import { toldNaive } from './told-naive.ts'
import { toldTaxes } from './told-tax.ts'

/** Trades too small for their venue are dropped and the rest is solved again; this many times at most. */
const MAXIMUM_PASSES = 5

/**
 * From client books to proposals: positions at the prices of the moment → limits → the convex problem, solved in the
 * worker threads in one batch → whole steps → what all of them cost together → explanation. Answers in the order of
 * the requests.
 */
export async function planBooks(
  requests: readonly PlanRequest[],
  market: MarketView,
  deps: PlanningDeps,
): Promise<readonly Result<Proposal, PlanFailure>[]> {
  const answers: (Result<Proposal, PlanFailure> | undefined)[] = requests.map(() => undefined)
  let open: { readonly at: number; readonly pass: Pass }[] = []
  requests.forEach((request, at) => {
    const prepared = preparePass(request, market, deps)
    if (prepared.ok) open.push({ at, pass: prepared.value })
    else answers[at] = prepared
  })
  const beside = deps.flowBeside(new Set(requests.map(({ book }) => book.id)))
  const drafts: { readonly at: number; readonly draft: Draft }[] = []
  for (let round = 0; open.length > 0; round++) {
    const cases = open.map(({ pass }) => caseOf(pass, deps))
    const solve = firmSolver(
      open.map(({ pass }) => flowBook(pass, deps)),
      market,
      beside,
      deps,
    )
    const solved = await solveRelaxing(cases, { ...deps, solve })
    const again: typeof open = []
    open.forEach(({ at, pass }, i) => {
      const { solution, limits, why } = solved[i]!
      const clash = limits.clash ?? why
      if (clash !== null) {
        answers[at] = clashing(pass, clash)
        return
      }
      if (solution.status === 'infeasible' && pass.newCash !== null) {
        again.push({ at, pass: { ...pass, newCash: null } })
        return
      }
      if (solution.status !== 'solved') {
        answers[at] = unsolved(solution)
        return
      }
      const within = withinTerms(pass, solution, deps)
      if (within !== pass) {
        again.push({ at, pass: within })
        return
      }
      const shape = shapeTrades(
        pass.position,
        solution.x,
        pass.grains,
        (asset) => market.prices.get(asset)!.priceUsd,
        deps.settings.minimumTradeWeight * pass.position.valueUsd,
      )
      const fresh = shape.belowMinimum.filter((asset) => !pass.tooSmall.has(asset))
      if (fresh.length > 0 && round + 1 < MAXIMUM_PASSES) {
        again.push({ at, pass: withoutSmall(pass, solution, fresh, deps.settings.minimumTradeWeight) })
        return
      }
      drafts.push({ at, draft: { ...pass, limits, solution, shape } })
    })
    open = again
  }
  const all = drafts.map(({ draft }) => draft)
  const priced = priceDrafts(all, market, deps.settings, beside, (...wanted) => waitsForItself(...wanted, deps))
  const naive = toldNaive(all, priced, market, beside, deps.settings)
  const taxes = toldTaxes(all, priced, naive, deps)
  const flows = toldFlows(all, priced, beside, deps.settings)
  drafts.forEach(({ at, draft }, i) => {
    answers[at] = makeProposal(draft, priced[i]!, { tax: taxes[i]!, naive: naive[i]!, flows: flows[i]! }, market, deps)
  })
  return answers.map((answer) => answer!)
}

/** Where lines were dropped because their trades were too small, that is what keeps the rest from an answer. */
function clashing({ tooSmall }: Pass, clash: string): Result<Proposal, PlanFailure> {
  return tooSmall.size === 0
    ? fail('infeasible', `limits that never give way: ${clash}`)
    : fail('below-minimum', `what would be traded (${[...tooSmall].join(', ')}) is below the minimum: ${clash}`)
}

function unsolved(solution: Exclude<RebalanceSolution, Solved>): Result<Proposal, PlanFailure> {
  return solution.status === 'infeasible'
    ? fail('infeasible', solution.reason)
    : fail('optimizer-failed', `${solution.code}: ${solution.reason}`)
}
