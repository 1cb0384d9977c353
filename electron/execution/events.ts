import type { ClientBookId } from '../../core/client-book.ts'
import type { FactPayloads } from '../../core/journal.ts'
import type { ChildState, ParentState, TradingState, VenueTrade } from '../../core/order.ts'

/** All trading, one venue, or one client book. */
export type TradingScope = FactPayloads['trading-state-changed']['scope']

/** Broadcast after the fact is durable. Events only tell what is so; nobody steers by them. */
export type ExecutionEvent =
  | { readonly kind: 'plan-started'; readonly planId: string }
  | { readonly kind: 'plan-settling'; readonly planId: string }
  | { readonly kind: 'plan-closed'; readonly planId: string; readonly outcome: 'done' | 'done-with-exceptions' }
  | { readonly kind: 'parent-changed'; readonly parentId: string; readonly state: ParentState }
  | { readonly kind: 'child-changed'; readonly childId: string; readonly state: ChildState }
  | { readonly kind: 'trade-recorded'; readonly trade: VenueTrade; readonly childId: string | null }
  /** Fills were given to these books, or money that nobody could explain was booked. */
  | { readonly kind: 'holdings-changed'; readonly bookIds: readonly ClientBookId[] }
  | {
      readonly kind: 'trading-state-changed'
      readonly scope: TradingScope
      readonly state: TradingState
      readonly why: string
    }
  /** Something that must not happen did: trading is halted. */
  | { readonly kind: 'alarm'; readonly why: string }

export type ExecutionListener = (event: ExecutionEvent) => void
