import {
  BOOK_STATUSES,
  type BookStatus,
  type GridColumn,
  NEXT_ACTIONS,
  type NextAction,
} from '../../core/contracts/monitor-view.ts'
import type { FakeBook, FakePosition } from './fake-firm.ts'

export interface FakeRowState {
  readonly status: BookStatus
  readonly action: NextAction
  readonly pausedUntil: number | undefined
  readonly sequence: number
  readonly now: number
}

/** What the grid shows of one book. */
export function fakeRow(
  book: FakeBook,
  position: FakePosition,
  { status, action, pausedUntil, sequence, now }: FakeRowState,
): Record<GridColumn, number> {
  const unable = status === 'unable-to-check'
  const line = position.lines[position.worst]!
  const cash = position.lines.at(-1)!
  return {
    valueUsd: position.value,
    worstAsset: unable ? Number.NaN : position.worst,
    drift: unable ? Number.NaN : line.weight - line.target,
    position: unable ? Number.NaN : line.position,
    linesOut: unable ? Number.NaN : position.linesOut,
    trackingErrorBps: unable ? Number.NaN : position.trackingErrorBps,
    cashWeight: cash.weight,
    rebalancedAt: book.rebalancedAt,
    nextAction: NEXT_ACTIONS.indexOf(action),
    actionProgress: action === 'executing' ? (0.38 + ((book.row * 7) % 57) / 100) % 1 : Number.NaN,
    ageSeconds: unable ? 27.4 : 0.2 + ((book.row * 13 + sequence) % 16) / 10,
    dayChangeUsd: book.dayChange,
    status: BOOK_STATUSES.indexOf(status),
    cashNeedUsd: book.flow === 'withdrawal' ? position.value * 0.02 : 0,
    pausedUntil: pausedUntil ?? Number.NaN,
    actionUntil:
      action === 'cool-down' ? now + 88 * 60_000 : action === 'paused' ? (pausedUntil ?? Number.NaN) : Number.NaN,
    oldestAsset: unable ? 9 : 0,
  }
}
