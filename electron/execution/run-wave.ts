import { ZERO } from '../../core/amount.ts'
import { type Fact, fact } from '../../core/journal.ts'
import type { ChildOrder, Side } from '../../core/order.ts'
import { type ExecutionContext, recordFacts } from './context.ts'
import { dispatchRound } from './dispatch.ts'
import { finishParent } from './finish-parent.ts'
import { NO_OBSTACLES, type Obstacles, patienceFor } from './obstacles.ts'
import { isFinished, isSettled, type ParentProgress, readProgress } from './parent-progress.ts'
import { planRound, type RoundPlan } from './plan-round.ts'
import { settleChildren } from './settle-child.ts'

/**
 * Trades one side of a plan to its end: rounds of routing, sending and settling, until nothing more can be sent.
 * Waits, within limits, for orders whose fate is unknown and for what passes by itself. Parents whose orders are all
 * settled are finished; one with an unknown order stays as it is, and the plan settles it without sending.
 */
export async function runWave(context: ExecutionContext, planId: string, side: Side): Promise<void> {
  const obstacles = new Map<string, Obstacles>()
  const patience = new Patience(context)
  while (!context.isStopping()) {
    const parents = openParents(context, planId, side)
    const round = planRound(context, parents.filter(mayStillSend))
    for (const [parentId, found] of round.obstacles) obstacles.set(parentId, found)
    if (round.children.length > 0) {
      if (await sendRound(context, round, parents)) patience.renew()
      else if (patience.elapsed() < context.settings.wavePatienceMs) await patience.pause()
      else {
        for (const progress of openParents(context, planId, side)) {
          obstacles.set(progress.record.parent.id, heldBack(progress))
        }
        break
      }
      continue
    }
    const unsettled = unsettledOf(parents)
    const passing = Math.max(0, ...[...round.obstacles.values()].map(patienceFor))
    const worthMs = unsettled.length > 0 ? context.settings.wavePatienceMs : passing
    if (patience.elapsed() >= worthMs) break
    await settleChildren(context, unsettled)
    await patience.pause()
  }
  if (context.isStopping()) return
  for (const progress of openParents(context, planId, side)) {
    if (progress.atRisk.length > 0) continue
    finishParent(context, progress, obstacles.get(progress.record.parent.id) ?? NO_OBSTACLES)
  }
}

/** Parents of a side that are not finished, in the order of the plan. */
export const openParents = (context: ExecutionContext, planId: string, side: Side): readonly ParentProgress[] =>
  context.store
    .parentsOf(planId)
    .filter((record) => record.parent.side === side && !isFinished(record))
    .map((record) => readProgress(context.store, record))

/** A parent that is settling (cancelled, or given up on) sends nothing more. */
const mayStillSend = ({ record, remainingQuantity }: ParentProgress): boolean =>
  record.state !== 'settling' && remainingQuantity > ZERO

/** What was routed and never left the desk, with the last thing that kept it. */
const heldBack = ({ children, remaining }: ParentProgress): Obstacles => {
  const last = children.findLast((record) => record.state === 'denied')
  const reason = 'venue-unavailable'
  return {
    ...NO_OBSTACLES,
    venues: last ? [{ venue: last.child.venue, reason, why: last.why ?? '', patienceMs: 0 }] : [],
    unplaced: remaining.map((participant) => ({ ...participant, reason })),
  }
}

const unsettledOf = (parents: readonly ParentProgress[]): readonly string[] =>
  parents.flatMap((progress) => progress.atRisk.map((record) => record.child.id))

/** Everything of a round is durable before its first order is sent. Answers whether any order left the desk. */
async function sendRound(
  context: ExecutionContext,
  { children }: RoundPlan,
  parents: readonly ParentProgress[],
): Promise<boolean> {
  const planned = new Set(
    parents.filter(({ record }) => record.state === 'planned').map(({ record }) => record.parent.id),
  )
  const started = new Set(children.map((child) => child.parentId).filter((parentId) => planned.has(parentId)))
  const facts: Fact[] = [...started].map((parentId) =>
    fact('parent-changed', { parentId, state: 'working', why: 'orders are going out' }),
  )
  facts.push(...children.map((child) => fact('child-journaled', { child })))
  recordFacts(context, facts, 'desk')
  await dispatchRound(context, children)
  await settleAnswered(context, children)
  await context.settleOrderBooks()
  return children.some((child) => context.store.child(child.id)?.state !== 'denied')
}

/**
 * Asks until every order that the venue has acknowledged is final and its trades are complete. Unknown ones are asked
 * for once more in every pass, but are not waited for: other legs go on meanwhile.
 */
async function settleAnswered(context: ExecutionContext, children: readonly ChildOrder[]): Promise<void> {
  const { firstLookupWaitMs, longestLookupWaitMs, answerPatienceMs } = context.settings
  const deadline = context.clock.now() + answerPatienceMs
  for (let wait = firstLookupWaitMs; ; wait = Math.min(2 * wait, longestLookupWaitMs)) {
    await settleChildren(
      context,
      openOf(context, children).map((record) => record.child.id),
    )
    const acknowledged = openOf(context, children).some((record) => record.state !== 'unknown')
    if (!acknowledged || context.clock.now() >= deadline) return
    await context.wait(wait)
  }
}

const openOf = (context: ExecutionContext, children: readonly ChildOrder[]) =>
  children.flatMap((child) => {
    const record = context.store.child(child.id)
    return record && !isSettled(record) ? [record] : []
  })

/** How long nothing was sent, and how long until it looks again. */
class Patience {
  readonly #context: ExecutionContext
  #since: number
  #wait: number

  constructor(context: ExecutionContext) {
    this.#context = context
    this.#since = context.clock.now()
    this.#wait = context.settings.firstLookupWaitMs
  }

  renew(): void {
    this.#since = this.#context.clock.now()
    this.#wait = this.#context.settings.firstLookupWaitMs
  }

  elapsed(): number {
    return this.#context.clock.now() - this.#since
  }

  async pause(): Promise<void> {
    await this.#context.wait(this.#wait)
    this.#wait = Math.min(2 * this.#wait, this.#context.settings.longestLookupWaitMs)
  }
}
