import { type Amount, add, amount, formatAmount, subtract, sum, ZERO } from '../../../core/amount.ts'
import { assert, ensureDefined } from '../../../core/assert.ts'
import { HOUSE } from '../../../core/client-book.ts'
import { splitMarketKey } from '../../../core/instruments.ts'
import type { FactPayloads } from '../../../core/journal.ts'
import { type ChildOrder, type ChildState, isTerminal, type VenueTrade } from '../../../core/order.ts'
import { type ChildEvent, type ChildStep, reduceChild } from '../../../core/order-states.ts'
import { unwrap } from '../../../core/result.ts'
import { childOrder, venueTrade } from '../codec/entity-schemas.ts'
import { decodeEntity, encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

interface ChildRow {
  readonly state: ChildState
  readonly alarm: string | null
  readonly filled_quantity: string
  readonly filled_cost: string
  readonly allocated_quantity: string
  readonly allocated_cost: string
  readonly unallocated_fees: string
  readonly content: string
}

/** Child orders, their states and their trades. Every change goes through the state machine. */
export const createChildOrdersProjection: CreateProjection = (database) => {
  const insert = database.prepare(
    `INSERT INTO child_order (child_id, parent_id, venue, state, finished, why, denied_reason, filled_quantity,
       filled_cost, allocated_quantity, allocated_cost, unallocated_fees, made_sequence, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, '0', '0', '0', '0', '{}', ?, ?)`,
  )
  const read = database.prepare('SELECT * FROM child_order WHERE child_id = ?')
  const changeState = database.prepare(
    `UPDATE child_order SET state = ?, finished = ?, venue_order_id = coalesce(?, venue_order_id), why = ?
     WHERE child_id = ?`,
  )
  const addFill = database.prepare(
    `UPDATE child_order SET filled_quantity = ?, filled_cost = ?, unallocated_fees = ?, alarm = ?,
       venue_order_id = coalesce(venue_order_id, ?) WHERE child_id = ?`,
  )
  const markAllocated = database.prepare(
    `UPDATE child_order SET allocated_quantity = filled_quantity, allocated_cost = filled_cost, unallocated_fees = '{}'
     WHERE child_id = ?`,
  )
  const insertTrade = database.prepare(
    'INSERT INTO trade (venue, account, market, trade_id, sequence, child_id, content) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const insertAllocation = database.prepare(
    `INSERT INTO allocation (child_id, sequence, position, book_id, quantity, cost, fee, fee_asset)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const rebalanced = database.prepare(
    'INSERT INTO last_rebalance (book_id, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at',
  )

  const find = (childId: string): { row: ChildRow; child: ChildOrder } => {
    const row = ensureDefined(read.get(childId) as ChildRow | undefined, `child order ${childId}`)
    return { row, child: decodeEntity(childOrder, row.content) }
  }

  // The trade table's key keeps repeated trades out, so the reducer is not told earlier ids again.
  const step = (child: ChildOrder, row: ChildRow, event: ChildEvent): ChildStep =>
    unwrap(
      reduceChild(
        {
          state: row.state,
          quantity: child.quantity,
          filledQuantity: amount(row.filled_quantity),
          filledCost: amount(row.filled_cost),
          tradeIds: new Set(),
        },
        event,
      ),
    )

  const recordTrade = (trade: VenueTrade, childId: string | null, sequence: number): void => {
    const { venue, account, market, id } = trade
    insertTrade.run(venue, account, market, id, sequence, childId, encodeEntity(venueTrade, trade))
    if (childId === null) return
    const { row, child } = find(childId)
    const fits = child.account === trade.account && child.market === trade.market && child.side === trade.side
    assert(fits, `trade ${trade.id} (${trade.side} ${trade.market}) is not one of child order ${childId}`)
    const { progress, alarm } = step(child, row, { kind: 'trade', trade })
    const fees = readFees(row)
    fees.set(trade.feeAsset, add(fees.get(trade.feeAsset) ?? ZERO, trade.fee))
    addFill.run(
      formatAmount(progress.filledQuantity),
      formatAmount(progress.filledCost),
      writeFees(fees),
      alarm ?? row.alarm,
      trade.venueOrderId,
      childId,
    )
  }

  /** The parts must sum exactly to what was recorded and not yet allocated, in quantity, cost and every fee asset. */
  const allocate = (payload: FactPayloads['fills-allocated'], sequence: number, at: number): void => {
    const { row, child } = find(payload.childId)
    const { base, quote, venue } = splitMarketKey(child.market)
    const fits =
      venue === payload.venue &&
      child.account === payload.account &&
      base === payload.base &&
      quote === payload.quote &&
      child.side === payload.side
    assert(fits, `the allocation of ${payload.side} ${payload.base} is not one of child order ${payload.childId}`)
    const expect = (what: string, given: Amount, due: Amount): void =>
      assert(
        given === due,
        `allocations of child order ${payload.childId} sum to ${formatAmount(given)} ${what}, ${formatAmount(due)} is due`,
      )
    const due = (filled: string, allocated: string): Amount => subtract(amount(filled), amount(allocated))
    expect(base, sum(payload.allocations.map((a) => a.quantity)), due(row.filled_quantity, row.allocated_quantity))
    expect(`${quote} cost`, sum(payload.allocations.map((a) => a.cost)), due(row.filled_cost, row.allocated_cost))
    const fees = readFees(row)
    for (const asset of new Set([...fees.keys(), ...payload.allocations.map((a) => a.feeAsset)])) {
      const given = sum(payload.allocations.filter((a) => a.feeAsset === asset).map((a) => a.fee))
      expect(`${asset} fee`, given, fees.get(asset) ?? ZERO)
    }
    markAllocated.run(payload.childId)
    for (const [position, { bookId, quantity, cost, fee, feeAsset }] of payload.allocations.entries()) {
      const parts = [quantity, cost, fee].map(formatAmount)
      insertAllocation.run(payload.childId, sequence, position, bookId, ...parts, feeAsset)
      if (bookId !== HOUSE) rebalanced.run(bookId, at)
    }
  }

  return {
    apply(fact, sequence, at) {
      switch (fact.type) {
        case 'child-journaled':
        case 'child-denied': {
          const { child } = fact.payload
          const denied = fact.type === 'child-denied' ? fact.payload : null
          insert.run(
            child.id,
            child.parentId,
            child.venue,
            denied ? 'denied' : 'journaled',
            denied ? 1 : 0,
            denied?.why ?? null,
            denied?.reason ?? null,
            sequence,
            encodeEntity(childOrder, child),
          )
          break
        }
        case 'child-changed': {
          const { childId, state, venueOrderId, why } = fact.payload
          const { row, child } = find(childId)
          const { progress } = step(child, row, { kind: 'state', state })
          changeState.run(progress.state, isTerminal(progress.state) ? 1 : 0, venueOrderId, why, childId)
          break
        }
        case 'trade-recorded':
          recordTrade(fact.payload.trade, fact.payload.childId, sequence)
          break
        case 'fills-allocated':
          allocate(fact.payload, sequence, at)
          break
      }
    },
  }
}

const readFees = (row: Pick<ChildRow, 'unallocated_fees'>): Map<string, Amount> =>
  new Map(Object.entries(JSON.parse(row.unallocated_fees) as Record<string, string>).map(([a, q]) => [a, amount(q)]))

function writeFees(fees: ReadonlyMap<string, Amount>): string {
  const entries = [...fees].filter(([, fee]) => fee !== ZERO).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(Object.fromEntries(entries.map(([asset, fee]) => [asset, formatAmount(fee)])))
}
