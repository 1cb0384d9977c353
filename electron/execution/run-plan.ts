import { assert, ensureDefined } from '../../core/assert.ts'
import { VENUES } from '../../core/instruments.ts'
import { fact } from '../../core/journal.ts'
import type { DeniedReason } from '../../core/order.ts'
import { childRecord } from './absorb-order.ts'
import { closePlan } from './close-plan.ts'
import { accountKey, connectedAccounts, type ExecutionContext, recordFacts } from './context.ts'
import { finishParent } from './finish-parent.ts'
import { NO_OBSTACLES } from './obstacles.ts'
import { isFinished, readProgress } from './parent-progress.ts'
import { reconcileAccount } from './reconcile-account.ts'
import { openParents, runWave } from './run-wave.ts'
import { settleChildren } from './settle-child.ts'

/**
 * The part of a plan that sends: all its sells, then all its buys, so that buys are paid from settled proceeds.
 * Afterwards nothing of this plan is sent any more, whatever is still unknown.
 */
export async function tradePlan(context: ExecutionContext, planId: string): Promise<void> {
  context.emit({ kind: 'plan-started', planId })
  await reconcileLateAccounts(context)
  await runWave(context, planId, 'sell')
  await runWave(context, planId, 'buy')
  if (context.isStopping()) return
  const open = [...openParents(context, planId, 'sell'), ...openParents(context, planId, 'buy')]
  if (open.length === 0) return
  const why = 'the fate of an order is not known; nothing more is sent'
  recordFacts(
    context,
    open
      .filter(({ record }) => record.state !== 'settling')
      .map(({ record }) => fact('parent-changed', { parentId: record.parent.id, state: 'settling', why })),
    'desk',
  )
  context.emit({ kind: 'plan-settling', planId })
}

/** Accounts that could not be compared when it was due (their venue was down) are tried again before anything is sent. */
async function reconcileLateAccounts(context: ExecutionContext): Promise<void> {
  for (const connection of connectedAccounts(context)) {
    const key = accountKey(connection.venue, connection.account)
    if (context.reconcileDue.has(key)) await reconcileAccount(context, connection)
  }
}

/** Whether every order of a plan is known and given to its client books. */
export const isPlanSettled = (context: ExecutionContext, planId: string): boolean =>
  unsettledOf(context, planId).length === 0

const unsettledOf = (context: ExecutionContext, planId: string): readonly string[] =>
  context.store
    .parentsOf(planId)
    .filter((record) => !isFinished(record))
    .flatMap((record) => readProgress(context.store, record).atRisk.map(({ child }) => child.id))

/** Asks for the unknown orders of a plan until there are none, or the desk closes. Sends nothing. */
export async function settlePlan(context: ExecutionContext, planId: string): Promise<void> {
  const { clock, log, settings } = context
  let wait = settings.firstLookupWaitMs
  let reminded = clock.now()
  while (!context.isStopping()) {
    const unsettled = unsettledOf(context, planId)
    if (unsettled.length === 0) return
    if (clock.now() - reminded >= settings.settlingReminderMs) {
      reminded = clock.now()
      log.warn(
        `plan ${planId} is settling ${unsettled.length} orders, the first is ${describe(context, unsettled[0]!)}`,
      )
    }
    await settleChildren(context, unsettled)
    await context.wait(wait)
    wait = Math.min(2 * wait, settings.longestLookupWaitMs)
  }
}

function describe(context: ExecutionContext, childId: string): string {
  const { child, state, why } = childRecord(context, childId)
  return `${childId} on ${child.venue} ${child.account}, ${state}${why === null ? '' : `: ${why}`}`
}

/** Finishes what is left of a settled plan and why, closes it, and compares ledger and venues. */
export async function endPlan(
  context: ExecutionContext,
  planId: string,
  leftBecause: DeniedReason = 'venue-unavailable',
): Promise<void> {
  const plan = ensureDefined(
    context.store.openPlans().find((open) => open.planId === planId),
    `open plan ${planId}`,
  )
  assert(isPlanSettled(context, planId), `every order of plan ${planId} is settled before it is closed`)
  for (const record of context.store.parentsOf(planId)) {
    if (isFinished(record)) continue
    const progress = readProgress(context.store, record)
    const unplaced = progress.remaining.map((participant) => ({ ...participant, reason: leftBecause }))
    finishParent(context, progress, { ...NO_OBSTACLES, unplaced })
  }
  closePlan(context, plan)
  const accounts = new Set(context.store.parentsOf(planId).map(({ parent }) => parent.account))
  for (const venue of VENUES) {
    for (const account of accounts) {
      const connection = context.accounts(venue, account)
      if (connection) await reconcileAccount(context, connection)
    }
  }
}
