import type { ClientBookId } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { type Decision, decisionKey } from '../../core/decision.ts'
import { type Fact, fact } from '../../core/journal.ts'

/**
 * The ledger of decisions: for every client book and check that mattered, what was decided and why. It writes only
 * where the decision changed: a firm at rest writes nothing, however often it is checked.
 */
export class DecisionLedger {
  readonly #store: Pick<DeskStore, 'record' | 'lastDecisions'>
  /** Key of the decision in force, for every book that has one. */
  readonly #inForce = new Map<ClientBookId, string>()
  /** Books whose decision in force is another than being inside their bands. */
  readonly #unsettled = new Set<ClientBookId>()

  constructor(store: Pick<DeskStore, 'record' | 'lastDecisions'>) {
    this.#store = store
    for (const { decision } of store.lastDecisions()) this.#remember(decision)
  }

  /** Books that were in need when last looked at: their next decision may be that they are at rest again. */
  get unsettled(): ReadonlySet<ClientBookId> {
    return this.#unsettled
  }

  /**
   * Records what is not in force already; `write` puts the facts into the journal, where they belong to a transaction
   * with others. It is called even without facts.
   */
  record(
    decisions: readonly Decision[],
    write: (facts: readonly Fact[]) => void = (facts) => {
      if (facts.length > 0) this.#store.record(facts, 'desk')
    },
  ): void {
    const changed = decisions.filter((decision) => this.#isChange(decision))
    write(changed.map((decision) => fact('decision-recorded', { decision })))
    for (const decision of changed) this.#remember(decision)
  }

  #isChange(decision: Decision): boolean {
    const before = this.#inForce.get(decision.bookId)
    // a book that was never in need has nothing to come back from
    if (before === undefined && decision.reason === 'inside-band') return false
    return before !== decisionKey(decision)
  }

  #remember(decision: Decision): void {
    this.#inForce.set(decision.bookId, decisionKey(decision))
    if (decision.reason === 'inside-band') this.#unsettled.delete(decision.bookId)
    else this.#unsettled.add(decision.bookId)
  }
}
