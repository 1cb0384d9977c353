import { type Amount, add, ZERO } from '../../core/amount.ts'
import { assert } from '../../core/assert.ts'
import type { VenueOrder } from '../../core/contracts/exchange.ts'
import type { ChildRecord } from '../../core/contracts/store.ts'
import { type Fact, fact } from '../../core/journal.ts'
import type { ChildState, VenueTrade } from '../../core/order.ts'
import { CHILD_TRANSITIONS } from '../../core/order-states.ts'

/** States that may stand between what we knew and what we learn: it was handed over, and its fate was open. */
const BETWEEN: readonly ChildState[] = ['sent', 'unknown']

/** Shortest chain of states from one to the other (`to` included) that the state machine allows; [] when equal. */
export function statesTo(from: ChildState, to: ChildState): readonly ChildState[] {
  if (from === to) return []
  if (CHILD_TRANSITIONS[from].includes(to)) return [to]
  for (const between of BETWEEN) {
    if (!CHILD_TRANSITIONS[from].includes(between)) continue
    const rest = statesTo(between, to)
    if (rest.length > 0) return [between, ...rest]
  }
  return []
}

export interface ChildNews {
  readonly state: ChildState
  readonly venueOrderId?: string | null
  readonly why: string | null
}

/** Facts that bring a child to a state through every state between. The same state again carries a new reason only. */
export function childChangedFacts(
  record: Pick<ChildRecord, 'child' | 'state' | 'venueOrderId'>,
  news: ChildNews,
): Fact[] {
  const states = statesTo(record.state, news.state)
  assert(
    states.length > 0 || record.state === news.state,
    `child order ${record.child.id} can't go from ${record.state} to ${news.state}`,
  )
  const chain = states.length > 0 ? states : [news.state]
  return chain.map((state, index) =>
    fact('child-changed', {
      childId: record.child.id,
      state,
      venueOrderId: news.venueOrderId ?? record.venueOrderId,
      why: index === chain.length - 1 ? news.why : null,
    }),
  )
}

/** Trades of an order that are not recorded yet, oldest first, each once. */
export function newTrades(known: readonly VenueTrade[], seen: readonly VenueTrade[]): readonly VenueTrade[] {
  const ids = new Set(known.map((trade) => trade.id))
  return seen
    .filter((trade) => {
      if (ids.has(trade.id)) return false
      ids.add(trade.id)
      return true
    })
    .sort((a, b) => a.at - b.at || compareTradeIds(a.id, b.id))
}

const compareTradeIds = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length

export const quantityOf = (trades: readonly VenueTrade[]): Amount =>
  trades.reduce((total, trade) => add(total, trade.quantity), ZERO)

/** What the venue's word for an order means here; final only once its trades are complete. */
export function stateOf(order: VenueOrder, filled: Amount): ChildState {
  if (order.state !== 'working' && order.state !== 'partially-filled') return order.state
  return filled > ZERO ? 'partially-filled' : 'working'
}
