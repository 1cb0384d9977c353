import { formatAmount, sum, ZERO } from '../../core/amount.ts'
import { assert } from '../../core/assert.ts'
import { accountOf } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { Actor } from '../../core/journal.ts'
import type { ParentOrder } from '../../core/order.ts'

export interface ReleaseOrder {
  readonly planId: string
  readonly proposalIds: readonly string[]
  readonly approval: 'advisor' | 'mandate'
  readonly parents: readonly ParentOrder[]
  readonly actor: Actor
}

/** What a plan must be; anything else is a bug of the caller and throws. */
export function checkRelease(
  store: Pick<DeskStore, 'clientBooks' | 'parent'>,
  { planId, parents }: ReleaseOrder,
): void {
  assert(parents.length > 0, `plan ${planId} has parent orders`)
  const accounts = new Map(store.clientBooks().map((book) => [book.id, accountOf(book)]))
  const ids = new Set<string>()
  for (const parent of parents) {
    const { id, quantity, participants } = parent
    assert(parent.planId === planId, `parent order ${id} belongs to plan ${parent.planId}, not ${planId}`)
    assert(!ids.has(id) && store.parent(id) === undefined, `parent order ${id} is new`)
    ids.add(id)
    assert(quantity > ZERO, `quantity of parent order ${id} was ${formatAmount(quantity)}`)
    assert(
      Number.isFinite(parent.arrivalPriceUsd) && parent.arrivalPriceUsd > 0,
      `parent order ${id} has an arrival price`,
    )
    const total = sum(participants.map((participant) => participant.quantity))
    assert(total === quantity, `participants of ${id} sum to ${formatAmount(total)}, not to ${formatAmount(quantity)}`)
    assert(new Set(participants.map(({ bookId }) => bookId)).size === participants.length, `books of ${id} join once`)
    for (const { bookId, quantity } of participants) {
      assert(quantity > ZERO, `client book ${bookId} joins ${id} with ${formatAmount(quantity)}`)
      // A segregated book's account is its own, so its parents have no other participant.
      assert(accounts.get(bookId) === parent.account, `client book ${bookId} is not kept in account ${parent.account}`)
    }
  }
}
