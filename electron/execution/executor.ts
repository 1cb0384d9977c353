import type { VenueAccountId } from '../../core/client-book.ts'
import type { AccountConnection } from '../../core/contracts/exchange.ts'
import type { VenueId } from '../../core/instruments.ts'
import { type Actor, fact } from '../../core/journal.ts'
import type { DeniedReason, TradingState } from '../../core/order.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { type CancelError, cancelParent, cancelWorking } from './cancel-parent.ts'
import {
  accountKey,
  connectedAccounts,
  createContext,
  type ExecutionContext,
  type ExecutionDependencies,
  recordFacts,
} from './context.ts'
import type { ExecutionEvent, ExecutionListener, TradingScope } from './events.ts'
import { isSettled } from './parent-progress.ts'
import { bookUnexplained, type ReconcileOutcome, reconcileAccount } from './reconcile-account.ts'
import { isRecent, recoverOrders } from './recover.ts'
import { checkRelease, type ReleaseOrder } from './release.ts'
import { endPlan, isPlanSettled, settlePlan, tradePlan } from './run-plan.ts'
import { raiseAlarm, setTradingState } from './trading-states.ts'

export type ReleaseError = Failure<'trading-halted' | 'plan-exists' | 'closing'>

/** What the screens show of the router. */
export interface ExecutionProgress {
  readonly runningPlanId: string | null
  readonly queuedPlans: number
  /** Plans that send nothing more and wait for orders whose fate is unknown. */
  readonly settlingPlanIds: readonly string[]
  /** Orders not known to be final, in the journal's order. */
  readonly unsettledOrders: number
  readonly pausedVenues: readonly { readonly venue: VenueId; readonly until: number }[]
}

/**
 * Turns approved plans into orders, fills and allocations, durable and repeatable at any instant: it can be killed
 * anywhere and goes on from the journal. Plans trade one after another.
 */
export interface Executor {
  /**
   * Durable on return: the plan and its parents are in the journal, its proposals executing; it runs when those before
   * it have. Errors: trading-halted, plan-exists, closing.
   */
  release(order: ReleaseOrder): Result<null, ReleaseError>
  /**
   * At start, before anything else: settles what was in flight, records missing trades, reconciles every account, then
   * continues young plans and closes old ones. Resolves when the accounts are reconciled and the plans are queued.
   */
  resume(): Promise<void>
  /** Nothing more is sent for the parent; what works is cancelled. Errors: unknown-parent, already-finished. */
  cancelParent(parentId: string, actor: Actor): Promise<Result<null, CancelError>>
  /** No send after it returns. Resolves when working orders are cancelled, as far as the venue answered. */
  halt(scope: TradingScope, why: string, actor: Actor): Promise<void>
  setTradingState(scope: TradingScope, state: TradingState, why: string, actor: Actor): Promise<void>
  resumeTrading(scope: TradingScope, why: string, actor: Actor): void
  /** Runs between plans. */
  reconcile(venue: VenueId, account: VenueAccountId): Promise<ReconcileOutcome>
  /** Books what the venue has and the ledger can't explain. */
  bookUnexplained(venue: VenueId, account: VenueAccountId, actor: Actor): Promise<ReconcileOutcome>
  /** Resolves when no plan is queued, trading or settling. */
  idle(): Promise<void>
  progress(): ExecutionProgress
  on(listener: ExecutionListener): () => void
  /** Nothing is sent any more; open plans are continued at the next start. Resolves when no call is in flight. */
  close(): Promise<void>
}

export function createExecutor(dependencies: ExecutionDependencies): Executor {
  return new QueueingExecutor(dependencies)
}

class QueueingExecutor implements Executor {
  readonly #context: ExecutionContext
  readonly #listeners = new Set<ExecutionListener>()
  readonly #settling = new Map<string, Promise<void>>()
  /** Everything that must not run beside a trading plan goes through here, one at a time. */
  #queue: Promise<unknown> = Promise.resolve()
  #queued = 0
  #running: string | null = null
  #stopping = false

  constructor(dependencies: ExecutionDependencies) {
    this.#context = createContext(
      dependencies,
      (event) => this.#emit(event),
      () => this.#stopping,
    )
  }

  release(order: ReleaseOrder): Result<null, ReleaseError> {
    const { store } = this.#context
    if (this.#stopping) return fail('closing', `plan ${order.planId} came while the desk was closing`)
    if (store.tradingState().all === 'halted')
      return fail('trading-halted', 'trading is halted for all: nothing was released')
    if (store.parentsOf(order.planId).length > 0) {
      return fail('plan-exists', `plan ${order.planId} was released before`)
    }
    checkRelease(store, order)
    const { planId, proposalIds, approval, parents, actor } = order
    recordFacts(
      this.#context,
      [
        fact('plan-released', { planId, proposalIds, approval, parents }),
        ...proposalIds.map((proposalId) =>
          fact('proposal-changed', { proposalId, state: 'executing', why: `released as ${planId}` }),
        ),
      ],
      actor,
    )
    this.#enqueuePlan(planId)
    return ok(null)
  }

  async resume(): Promise<void> {
    await this.#inTurn(async () => {
      await recoverOrders(this.#context)
      const connections = connectedAccounts(this.#context)
      for (const { venue, account } of connections) this.#context.unreconciled.add(accountKey(venue, account))
      for (const connection of connections) await reconcileAccount(this.#context, connection)
    })
    for (const plan of this.#context.store.openPlans()) {
      if (isRecent(this.#context, plan)) this.#enqueuePlan(plan.planId)
      else this.#settle(plan.planId, 'plan-expired')
    }
  }

  async cancelParent(parentId: string, actor: Actor): Promise<Result<null, CancelError>> {
    return cancelParent(this.#context, parentId, actor)
  }

  halt(scope: TradingScope, why: string, actor: Actor): Promise<void> {
    return this.setTradingState(scope, 'halted', why, actor)
  }

  async setTradingState(scope: TradingScope, state: TradingState, why: string, actor: Actor): Promise<void> {
    setTradingState(this.#context, scope, state, why, actor)
    if (state === 'halted') await cancelWorking(this.#context, scope, why)
  }

  resumeTrading(scope: TradingScope, why: string, actor: Actor): void {
    setTradingState(this.#context, scope, 'active', why, actor)
  }

  reconcile(venue: VenueId, account: VenueAccountId): Promise<ReconcileOutcome> {
    return this.#onAccount(venue, account, (connection) => reconcileAccount(this.#context, connection))
  }

  bookUnexplained(venue: VenueId, account: VenueAccountId, actor: Actor): Promise<ReconcileOutcome> {
    return this.#onAccount(venue, account, (connection) => bookUnexplained(this.#context, connection, actor))
  }

  async idle(): Promise<void> {
    for (;;) {
      const queue = this.#queue
      await queue
      await Promise.all(this.#settling.values())
      if (queue === this.#queue && this.#settling.size === 0) return
    }
  }

  progress(): ExecutionProgress {
    const { store, clock, pauses } = this.#context
    return {
      runningPlanId: this.#running,
      queuedPlans: this.#queued,
      settlingPlanIds: [...this.#settling.keys()],
      unsettledOrders: store.unfinishedChildren().filter((record) => !isSettled(record)).length,
      pausedVenues: pauses.all(clock.now()),
    }
  }

  on(listener: ExecutionListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#stopping = true
    await this.idle()
  }

  #enqueuePlan(planId: string): void {
    this.#queued++
    void this.#inTurn(async () => {
      this.#queued--
      try {
        if (!this.#stopping) await this.#runPlan(planId)
      } catch (error) {
        this.#stopOn(error, planId)
      } finally {
        this.#running = null
      }
    })
  }

  async #runPlan(planId: string): Promise<void> {
    this.#running = planId
    await tradePlan(this.#context, planId)
    if (this.#stopping) return
    if (isPlanSettled(this.#context, planId)) await endPlan(this.#context, planId)
    else this.#settle(planId, 'venue-unavailable')
  }

  /** Beside other plans, since nothing is sent; only its end takes its turn. */
  #settle(planId: string, leftBecause: DeniedReason): void {
    const settled = settlePlan(this.#context, planId)
      .then(() => this.#inTurn(async () => (this.#stopping ? undefined : endPlan(this.#context, planId, leftBecause))))
      .catch((error: unknown) => this.#stopOn(error, planId))
      .finally(() => this.#settling.delete(planId))
    this.#settling.set(planId, settled)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work)
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  #onAccount(
    venue: VenueId,
    account: VenueAccountId,
    work: (connection: AccountConnection) => Promise<ReconcileOutcome>,
  ): Promise<ReconcileOutcome> {
    return this.#inTurn(async () => {
      const connection = this.#context.accounts(venue, account)
      return connection ? work(connection) : { kind: 'not-possible', why: `${venue} ${account} is not connected` }
    })
  }

  /** A bug must not trade on: the plan stays open, trading halts, and the next start goes on from the journal. */
  #stopOn(error: unknown, planId: string): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#context.log.error(`plan ${planId} stopped by a fault: ${text}`)
    try {
      raiseAlarm(this.#context, `plan ${planId} stopped by a fault: ${error instanceof Error ? error.message : text}`)
    } catch (again) {
      // The store itself may be what failed.
      this.#stopping = true
      this.#context.log.error(`the halt could not be recorded, nothing is sent any more: ${String(again)}`)
    }
  }

  #emit(event: ExecutionEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#context.log.error(`a listener failed on ${event.kind}: ${String(error)}`)
      }
    }
  }
}
