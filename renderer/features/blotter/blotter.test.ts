import { describe, expect, test } from 'vitest'
import { amount } from '../../../core/amount.ts'
import type { ChildView, ParentView } from '../../../core/contracts/blotter-view.ts'
import { CHILD_STATES as ALL_CHILD_STATES } from '../../../core/order.ts'
import { blotterItems, blotterKey, costBps } from './blotter-items.ts'
import { CHILD_STATES, inTab, isWorking, needsYou } from './order-states.ts'

const NOW = Date.UTC(2026, 10, 20, 14)
const child = (id: string, state: ChildView['state']) => ({ id, state }) as ChildView
const parent = (id: string, change: Partial<ParentView> = {}): ParentView =>
  ({
    id,
    asset: 'BTC',
    side: 'buy',
    state: 'working',
    releasedAt: NOW,
    books: 1,
    quantity: amount('1'),
    arrivalPriceUsd: 10,
    filledFraction: 0,
    slippageBps: Number.NaN,
    estimatedBps: 1,
    feesUsd: 0,
    children: [],
    ...change,
  }) as unknown as ParentView

describe('tabs', () => {
  test('every state of a child has words', () => {
    for (const state of ALL_CHILD_STATES) expect(CHILD_STATES[state].word.length).toBeGreaterThan(3)
  })
  test('what works belongs to today, whenever it was released', () => {
    const yesterday = NOW - 86_400_000
    expect(inTab(parent('a', { releasedAt: yesterday }), 'today', NOW)).toBe(true)
    expect(inTab(parent('a', { releasedAt: yesterday, state: 'filled' }), 'today', NOW)).toBe(false)
    expect(inTab(parent('a', { state: 'filled' }), 'today', NOW)).toBe(true)
  })
  test('working and finished exclude each other', () => {
    for (const state of [
      'planned',
      'working',
      'settling',
      'filled',
      'partially-filled',
      'cancelled',
      'denied',
    ] as const) {
      const given = parent('a', { state })
      expect(inTab(given, 'working', NOW)).toBe(!inTab(given, 'finished', NOW))
      expect(inTab(given, 'working', NOW)).toBe(isWorking(given))
    }
  })
  test('needs you: refused, unknown or left undone', () => {
    expect(needsYou(parent('a'))).toBe(false)
    expect(needsYou(parent('a', { children: [child('1', 'unknown')] }))).toBe(true)
    expect(needsYou(parent('a', { children: [child('1', 'rejected')] }))).toBe(true)
    expect(needsYou(parent('a', { state: 'partially-filled' }))).toBe(true)
    expect(needsYou(parent('a', { state: 'cancelled' }))).toBe(false)
  })
})

describe('rows', () => {
  const parents = [
    parent('P-1', { releasedAt: NOW - 10, children: [child('1', 'filled'), child('2', 'filled')], slippageBps: 3 }),
    parent('P-2', { asset: 'ETH', filledFraction: 0.5, slippageBps: 0.5 }),
    parent('P-3', { asset: 'ADA' }),
  ]
  const keys = (opened: readonly string[], sort: Parameters<typeof blotterItems>[2] = null) =>
    blotterItems(parents, new Set(opened), sort).map(blotterKey)
  test('latest first, children below their parent', () => {
    expect(keys(['P-1'])).toEqual(['P-2', 'P-3', 'P-1', 'P-1 1', 'P-1 2'])
  })
  test('by a head; without a fill slippage comes last', () => {
    expect(keys([], { column: 'slippage', descending: true })).toEqual(['P-1', 'P-2', 'P-3'])
    expect(keys([], { column: 'order', descending: false })).toEqual(['P-3', 'P-1', 'P-2'])
  })
})

test('costs in basis points of what they were paid on', () => {
  expect(costBps(1, 10_000)).toBe(1)
  expect(costBps(1, 0)).toBeNaN()
})
