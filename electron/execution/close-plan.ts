import { type Amount, add, formatAmount, subtract, ZERO } from '../../core/amount.ts'
import { ensureDefined } from '../../core/assert.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import type { ParentRecord, PlanRecord } from '../../core/contracts/store.ts'
import { VENUES } from '../../core/instruments.ts'
import { type Fact, fact } from '../../core/journal.ts'
import { type ExecutionContext, quotePriceUsd, recordFacts } from './context.ts'
import { leastQuantity } from './pre-trade-checks.ts'
import { parentPriceCap } from './price-cap.ts'

/** Ends a plan whose parents are all finished: the plan and each of its proposals, in one transaction. */
export function closePlan(context: ExecutionContext, plan: PlanRecord): void {
  const parents = context.store.parentsOf(plan.planId)
  const exceptions = parents
    .filter((record) => record.state !== 'filled')
    .map(({ parent, state, why }) => `${parent.side} ${parent.asset} ${parent.account} ${state}: ${why}`)
  const outcome = exceptions.length === 0 ? 'done' : 'done-with-exceptions'
  const shares = parents.map((record) => ({ record, allocated: allocatedOf(context, record) }))
  const facts: Fact[] = plan.proposalIds.map((proposalId) => {
    const proposal = ensureDefined(context.store.proposal(proposalId), `proposal ${proposalId}`)
    const left = shares.flatMap(({ record, allocated }) => shortfall(context, record, allocated, proposal.bookId))
    const state = left.length === 0 ? 'done' : 'done-with-exceptions'
    return fact('proposal-changed', { proposalId, state, why: left.length === 0 ? 'executed' : left.join('; ') })
  })
  facts.push(fact('plan-closed', { planId: plan.planId, outcome, exceptions }))
  recordFacts(context, facts, 'desk')
  context.emit({ kind: 'plan-closed', planId: plan.planId, outcome })
}

/** What a parent's fills gave to each client book. */
function allocatedOf(context: ExecutionContext, { parent }: ParentRecord): ReadonlyMap<ClientBookId, Amount> {
  const given = new Map<ClientBookId, Amount>()
  for (const { child } of context.store.childrenOf(parent.id)) {
    for (const { bookId, quantity } of context.store.allocationsOf(child.id)) {
      given.set(bookId, add(given.get(bookId) ?? ZERO, quantity))
    }
  }
  return given
}

/** What a book did not get of a parent, with the parent's reason; dust is none. */
function shortfall(
  context: ExecutionContext,
  { parent, state, why }: ParentRecord,
  allocated: ReadonlyMap<ClientBookId, Amount>,
  bookId: ClientBookId,
): readonly string[] {
  const intended = parent.participants.find((participant) => participant.bookId === bookId)?.quantity
  if (intended === undefined || state === 'filled') return []
  const got = allocated.get(bookId) ?? ZERO
  const left = subtract(intended, got)
  if (left <= ZERO || (got > ZERO && left < leastOf(context, { parent, state, why }))) return []
  return [`${parent.side} ${parent.asset}: ${formatAmount(got)} of ${formatAmount(intended)}, ${why}`]
}

/** The least that any venue takes of the asset; zero while none is known. */
function leastOf(context: ExecutionContext, { parent }: ParentRecord): Amount {
  let least: Amount | undefined
  for (const venue of VENUES) {
    const market = context.market(venue, parent.asset)
    const priceUsd = market && quotePriceUsd(context, market.quote)
    if (!market || priceUsd === undefined) continue
    const here = leastQuantity(market.filters, parentPriceCap(parent, priceUsd, market.filters.tick))
    if (least === undefined || here < least) least = here
  }
  return least ?? ZERO
}
