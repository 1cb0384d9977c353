import { add, amount } from '../../../core/amount.ts'
import { assert } from '../../../core/assert.ts'
import type { ChildRecord, ParentRecord, PlanRecord } from '../../../core/contracts/store.ts'
import type { MarketKey, VenueId } from '../../../core/instruments.ts'
import type { Allocation, ChildState, ParentState, VenueTrade } from '../../../core/order.ts'
import { millis } from '../../../core/units.ts'
import { childOrder, parentOrder, venueTrade } from '../codec/entity-schemas.ts'
import { decodeEntity } from '../codec/payload-codec.ts'
import type { Database, Statement } from '../sqlite.ts'

interface PlanRow {
  readonly plan_id: string
  readonly proposal_ids: string
  readonly approval: PlanRecord['approval']
  readonly released_at: number
  readonly outcome: string | null
}
interface ParentRow {
  readonly content: string
  readonly state: ParentState
  readonly why: string
}
interface ChildRow {
  readonly child_id: string
  readonly content: string
  readonly state: ChildState
  readonly venue_order_id: string | null
  readonly why: string | null
  readonly alarm: string | null
  readonly filled_quantity: string
  readonly filled_cost: string
  readonly allocated_quantity: string
}

interface AllocationRow {
  readonly book_id: string
  readonly quantity: string
  readonly cost: string
  readonly fee: string
  readonly fee_asset: string
}

/** Plans, parent orders, child orders and their trades. */
export function createOrderRepository(database: Database) {
  const openPlans = database.prepare('SELECT * FROM plan WHERE outcome IS NULL ORDER BY released_sequence')
  const newestPlans = database.prepare('SELECT * FROM plan ORDER BY released_sequence DESC LIMIT ?')
  const onePlan = database.prepare('SELECT * FROM plan WHERE plan_id = ?')
  const parentsOf = database.prepare('SELECT * FROM parent_order WHERE plan_id = ? ORDER BY position')
  const parent = database.prepare('SELECT * FROM parent_order WHERE parent_id = ?')
  const child = database.prepare('SELECT * FROM child_order WHERE child_id = ?')
  const childrenOf = database.prepare('SELECT * FROM child_order WHERE parent_id = ? ORDER BY made_sequence')
  const unfinished = database.prepare('SELECT * FROM child_order WHERE finished = 0 ORDER BY made_sequence')
  const alarming = database.prepare('SELECT * FROM child_order WHERE alarm IS NOT NULL ORDER BY made_sequence')
  const toAllocate = database.prepare(
    `SELECT * FROM child_order
     WHERE filled_quantity <> allocated_quantity OR filled_cost <> allocated_cost OR unallocated_fees <> '{}'
     ORDER BY made_sequence`,
  )
  const byVenueOrder = database.prepare(
    'SELECT * FROM child_order WHERE venue = ? AND venue_order_id = ? ORDER BY made_sequence',
  )
  const tradesOf = database.prepare('SELECT content FROM trade WHERE child_id = ? ORDER BY sequence')

  const allocationsOf = database.prepare('SELECT * FROM allocation WHERE child_id = ? ORDER BY sequence, position')

  const readPlan = (row: PlanRow): PlanRecord => ({
    planId: row.plan_id,
    proposalIds: JSON.parse(row.proposal_ids) as string[],
    approval: row.approval,
    releasedAt: millis(row.released_at),
    closed: row.outcome !== null,
  })
  const readParent = (row: ParentRow): ParentRecord => ({
    parent: decodeEntity(parentOrder, row.content),
    state: row.state,
    why: row.why,
  })
  const readChild = (row: ChildRow): ChildRecord => ({
    child: decodeEntity(childOrder, row.content),
    state: row.state,
    venueOrderId: row.venue_order_id,
    why: row.why,
    filledQuantity: amount(row.filled_quantity),
    filledCost: amount(row.filled_cost),
    trades: (tradesOf.all(row.child_id) as { content: string }[]).map(
      ({ content }): VenueTrade => decodeEntity(venueTrade, content),
    ),
    allocatedQuantity: amount(row.allocated_quantity),
  })
  const children = (statement: Statement, ...parameters: unknown[]): readonly ChildRecord[] =>
    (statement.all(...parameters) as ChildRow[]).map(readChild)

  return {
    openPlans: (): readonly PlanRecord[] => (openPlans.all() as PlanRow[]).map(readPlan),
    /** Newest first. */
    plans: (newest: number): readonly PlanRecord[] => (newestPlans.all(newest) as PlanRow[]).map(readPlan),
    plan(planId: string): PlanRecord | undefined {
      const row = onePlan.get(planId) as PlanRow | undefined
      return row && readPlan(row)
    },
    parentsOf: (planId: string): readonly ParentRecord[] => (parentsOf.all(planId) as ParentRow[]).map(readParent),
    parent(parentId: string): ParentRecord | undefined {
      const row = parent.get(parentId) as ParentRow | undefined
      return row && readParent(row)
    },
    childrenOf: (parentId: string): readonly ChildRecord[] => children(childrenOf, parentId),
    child(childId: string): ChildRecord | undefined {
      const row = child.get(childId) as ChildRow | undefined
      return row && readChild(row)
    },
    /** Binance's order ids are unique per market only: without a market an ambiguous id is refused. */
    childByVenueOrder(venue: VenueId, venueOrderId: string, market?: MarketKey): ChildRecord | undefined {
      const found = children(byVenueOrder, venue, venueOrderId).filter(
        (record) => market === undefined || record.child.market === market,
      )
      assert(found.length <= 1, `${venue} order ${venueOrderId} is ${found.length} child orders: name the market`)
      return found[0]
    },
    unfinishedChildren: (): readonly ChildRecord[] => children(unfinished),
    childrenToAllocate: (): readonly ChildRecord[] => children(toAllocate),
    /** Summed per client book and fee asset. */
    allocationsOf: (childId: string): readonly Allocation[] =>
      mergeAllocations(allocationsOf.all(childId) as AllocationRow[]),
    alarms: (): readonly { readonly childId: string; readonly why: string }[] =>
      (alarming.all() as ChildRow[]).map((row) => ({ childId: row.child_id, why: row.alarm ?? '' })),
  }
}

function mergeAllocations(rows: readonly AllocationRow[]): readonly Allocation[] {
  const merged = new Map<string, Allocation>()
  for (const row of rows) {
    const key = JSON.stringify([row.book_id, row.fee_asset])
    const before = merged.get(key)
    const part: Allocation = {
      bookId: row.book_id,
      quantity: amount(row.quantity),
      cost: amount(row.cost),
      fee: amount(row.fee),
      feeAsset: row.fee_asset,
    }
    merged.set(
      key,
      before
        ? {
            ...part,
            quantity: add(before.quantity, part.quantity),
            cost: add(before.cost, part.cost),
            fee: add(before.fee, part.fee),
          }
        : part,
    )
  }
  return [...merged.values()]
}
