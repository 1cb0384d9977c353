import { type Amount, add, subtract, sum, ZERO } from '../../core/amount.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import type { ChildRecord, DeskStore, ParentRecord } from '../../core/contracts/store.ts'
import type { VenueId } from '../../core/instruments.ts'
import { isTerminal, type ParentState, type Participant } from '../../core/order.ts'
import type { ExecutionSettings } from './settings.ts'

/** At most one live or unknown attempt per leg. */
export const legOf = (parentId: string, venue: VenueId): string => `${parentId}@${venue}`

/** Final, and everything it filled has been given to its client books. */
export const isSettled = (record: ChildRecord): boolean =>
  isTerminal(record.state) && record.allocatedQuantity === record.filledQuantity

const FINAL_PARENT_STATES: ReadonlySet<ParentState> = new Set(['filled', 'partially-filled', 'cancelled', 'denied'])
export const isFinished = (record: ParentRecord): boolean => FINAL_PARENT_STATES.has(record.state)

/** Where a parent stands, derived from the store alone, so that a restart sees the same. */
export interface ParentProgress {
  readonly record: ParentRecord
  readonly children: readonly ChildRecord[]
  readonly filledQuantity: Amount
  /** Sent and perhaps filled: counted as spent until it is known. */
  readonly atRisk: readonly ChildRecord[]
  /** What may still be ordered, per client book: intended − allocated − at risk. Only books with something left. */
  readonly remaining: readonly Participant[]
  readonly remainingQuantity: Amount
}

export function readProgress(
  store: Pick<DeskStore, 'childrenOf' | 'allocationsOf'>,
  record: ParentRecord,
): ParentProgress {
  const children = store.childrenOf(record.parent.id)
  const atRisk = children.filter((child) => !isSettled(child))
  const spent = new Map<ClientBookId, Amount>()
  const spend = (bookId: ClientBookId, quantity: Amount): void => {
    spent.set(bookId, add(spent.get(bookId) ?? ZERO, quantity))
  }
  for (const child of children) {
    if (isSettled(child)) {
      if (child.filledQuantity === ZERO) continue
      for (const allocation of store.allocationsOf(child.child.id)) spend(allocation.bookId, allocation.quantity)
    } else {
      for (const participant of child.child.participants) spend(participant.bookId, participant.quantity)
    }
  }
  const remaining = record.parent.participants
    .map(({ bookId, quantity }) => ({ bookId, quantity: subtract(quantity, spent.get(bookId) ?? ZERO) }))
    .filter(({ quantity }) => quantity > ZERO)
  return {
    record,
    children,
    filledQuantity: sum(children.map((child) => child.filledQuantity)),
    atRisk,
    remaining,
    remainingQuantity: sum(remaining.map((participant) => participant.quantity)),
  }
}

export interface LegHistory {
  readonly nextAttempt: number
  /** An attempt is live or unknown: nothing else may be sent on this leg. */
  readonly busy: boolean
  /** Why the leg takes no further attempt; null while it does. */
  readonly spent: string | null
}

export function legHistory(children: readonly ChildRecord[], leg: string, settings: ExecutionSettings): LegHistory {
  const attempts = children.filter((record) => record.child.leg === leg)
  const inState = (...states: readonly string[]): readonly ChildRecord[] =>
    attempts.filter((record) => states.includes(record.state))
  const rejected = inState('rejected')
  const answered = inState('filled', 'cancelled', 'expired').length
  const dead = inState('dead').length
  return {
    nextAttempt: Math.max(0, ...attempts.map((record) => record.child.attempt)) + 1,
    busy: attempts.some((record) => !isSettled(record)),
    spent: spentBecause(rejected, answered, dead, settings),
  }
}

function spentBecause(
  rejected: readonly ChildRecord[],
  answered: number,
  dead: number,
  settings: ExecutionSettings,
): string | null {
  if (rejected.length >= settings.maximumRejections) {
    return `refused ${rejected.length} times, last: ${rejected.at(-1)?.why ?? 'no reason given'}`
  }
  if (answered >= settings.maximumRounds)
    return `${answered} attempts were answered, ${settings.maximumRounds} are allowed`
  const attempts = answered + dead + rejected.length
  if (attempts >= settings.maximumAttempts)
    return `${attempts} attempts were made, ${settings.maximumAttempts} are allowed`
  return null
}
