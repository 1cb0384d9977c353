import { describe, expect, test } from 'vitest'
import {
  BOOK_STATUSES,
  type BookStatus,
  type GridColumn,
  NEXT_ACTIONS,
  type NextAction,
} from '../../../core/contracts/monitor-view.ts'
import { nextStep } from './next-action.ts'

const NOW = Date.UTC(2026, 10, 20, 14, 32)
function stepOf(
  action: NextAction,
  status: BookStatus = 'in-band',
  cells: Partial<Record<GridColumn, number>> = {},
  stale = false,
) {
  return nextStep(
    {
      books: [],
      assets: ['BTC', 'ATOM', 'CASH'],
      value: (_row, column) =>
        column === 'status'
          ? BOOK_STATUSES.indexOf(status)
          : column === 'nextAction'
            ? NEXT_ACTIONS.indexOf(action)
            : (cells[column] ?? Number.NaN),
    },
    0,
    NOW,
    stale,
  )
}

describe('next action', () => {
  test('every action has words, with and without its numbers', () => {
    for (const action of NEXT_ACTIONS) {
      expect(stepOf(action).text).not.toMatch(/NaN|undefined|—/)
      expect(stepOf(action, 'out-of-band', { actionUntil: NOW + 1, actionProgress: 0.5 }).text.length).toBeGreaterThan(
        3,
      )
    }
  })
  test('none: silent in band, watch near the edge, propose outside', () => {
    expect(stepOf('none')).toEqual({ glyph: 'in', text: 'None', go: false })
    expect(stepOf('none', 'near-edge').text).toBe('Watch')
    expect(stepOf('none', 'out-of-band')).toEqual({ glyph: 'out', text: 'Propose', go: true })
  })
  test('numbers behind the word', () => {
    expect(stepOf('executing', 'executing', { actionProgress: 0.812 }).text).toBe('Executing 81 %')
    expect(stepOf('cool-down', 'out-of-band', { actionUntil: NOW + 88 * 60_000 })).toMatchObject({
      glyph: 'out',
      text: 'Cool-down until 16:00',
    })
    expect(stepOf('paused', 'in-band', { pausedUntil: NOW + 2 * 86_400_000 }).text).toBe('Paused until 22 Nov')
    expect(stepOf('unable-to-check', 'unable-to-check', { oldestAsset: 1, ageSeconds: 27.4 }).text).toBe(
      'ATOM price is 27 s old',
    )
    expect(
      stepOf('unable-to-check', 'unable-to-check', { oldestAsset: 1, ageSeconds: Number.POSITIVE_INFINITY }).text,
    ).toBe('No price for ATOM')
  })
  test('on stale prices nothing offers approval', () => {
    expect(stepOf('approve-proposal', 'awaiting-approval', {}, true)).toEqual({
      glyph: 'approve',
      text: 'Waits for prices',
      go: false,
    })
  })
})
