import type { ClientBookId, Lot } from '../../../core/client-book.ts'
import type { ChildRecord, DeskStore, LotSale, ParentRecord, PlanRecord } from '../../../core/contracts/store.ts'
import type { Allocation, CostSplit, ParentOrder } from '../../../core/order.ts'
import { type Millis, millis, usd } from '../../../core/units.ts'

/** What happened to one thing, oldest first. */
export interface PastEvent {
  readonly at: Millis
  readonly text: string
}

/** A parent order with all that was sent for it. */
export interface OpenOrder extends ParentRecord {
  readonly children: readonly ChildRecord[]
}

export interface OrderRecords extends OpenOrder {
  readonly plan: PlanRecord
  /** What the proposals behind it had estimated for its asset and side. */
  readonly estimated: CostSplit
}

export interface OrderHistory extends OrderRecords {
  readonly allocations: readonly Allocation[]
  readonly events: readonly PastEvent[]
}

export interface ClientBookHistory {
  readonly lots: readonly Lot[]
  readonly sales: readonly LotSale[]
  readonly events: readonly PastEvent[]
}

/** Parent orders of the newest plans, newest plan first. */
export const readOrders = (store: DeskStore, newestPlans: number): readonly OrderRecords[] =>
  store
    .plans(newestPlans)
    .flatMap((plan) => store.parentsOf(plan.planId).map((record) => withChildren(store, plan, record)))

/** Parent orders of the plans that are not closed, finished ones among them. */
export const readOpenOrders = (store: DeskStore): readonly OpenOrder[] =>
  store
    .openPlans()
    .flatMap((plan) => store.parentsOf(plan.planId))
    .map((record) => ({ ...record, children: store.childrenOf(record.parent.id) }))

/** null where there is no parent order of that id. */
export function readOrder(store: DeskStore, parentId: string): OrderHistory | null {
  const record = store.parent(parentId)
  if (record === undefined) return null
  const records = withChildren(store, store.plan(record.parent.planId)!, record)
  return {
    ...records,
    allocations: records.children.flatMap(({ child }) => store.allocationsOf(child.id)),
    events: eventsOf(store, parentId),
  }
}

export const readClientBook = (
  store: DeskStore,
  bookId: ClientBookId,
  salesFrom: Millis = millis(0),
): ClientBookHistory => ({
  lots: store.lotsOf(bookId),
  sales: store.lotSalesOf(bookId, salesFrom),
  events: eventsOf(store, bookId),
})

const eventsOf = (store: DeskStore, id: string): readonly PastEvent[] =>
  store.historyOf(id).map(({ at, text }) => ({ at, text }))

const withChildren = (store: DeskStore, plan: PlanRecord, record: ParentRecord): OrderRecords => ({
  ...record,
  plan,
  children: store.childrenOf(record.parent.id),
  estimated: estimatedSplit(store, plan, record.parent),
})

function estimatedSplit(store: DeskStore, plan: PlanRecord, parent: ParentOrder): CostSplit {
  const books = new Set(parent.participants.map((participant) => participant.bookId))
  let [fee, spread, impact] = [0, 0, 0]
  for (const proposalId of plan.proposalIds) {
    const proposal = store.proposal(proposalId)
    if (proposal === undefined || !books.has(proposal.bookId)) continue
    const line = proposal.lines.find((candidate) => candidate.asset === parent.asset && candidate.side === parent.side)
    if (line === undefined) continue
    fee += line.cost.feeUsd
    spread += line.cost.spreadUsd
    impact += line.cost.impactUsd
  }
  return { feeUsd: usd(fee), spreadUsd: usd(spread), impactUsd: usd(impact), totalUsd: usd(fee + spread + impact) }
}
