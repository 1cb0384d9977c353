import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { amount } from '../../../core/amount.ts'
import type { DeskStore } from '../../../core/contracts/store.ts'
import { fact } from '../../../core/journal.ts'
import { readOpenOrders } from '../../store/history-reader/history-records.ts'
import { childOf, openingFacts, openTestStore, parentOf, tradeOf } from '../../store/test-support/example-firm.ts'
import { executionProgress } from './execution-progress.ts'

let folder: string
let store: DeskStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-progress-'))
  store = openTestStore(folder)
  store.record(openingFacts(), 'import')
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})
const fill = (childId: string, id: string, quantity: string): void => {
  store.record(
    [
      fact('child-journaled', { child: childOf(childId) }),
      fact('child-changed', { childId, state: 'sent', venueOrderId: null, why: null }),
      fact('trade-recorded', { trade: tradeOf(id, quantity, '100000'), childId }),
    ],
    'venue:binance',
  )
}

test('nothing runs: no book has progress', () => expect(executionProgress(readOpenOrders(store))).toEqual(new Map()))

test('each book has the share of its parents that is filled, by value', () => {
  // 0.5 BTC for anna and boris together; anna alone sells a second lot worth as much as her part of the first
  const second = parentOf('parent-2', {
    side: 'sell',
    quantity: amount('0.3'),
    participants: [{ bookId: 'anna', quantity: amount('0.3') }],
  })
  store.record(
    [
      fact('plan-released', {
        planId: 'plan-1',
        proposalIds: [],
        approval: 'advisor',
        parents: [parentOf('parent-1'), second],
      }),
    ],
    'desk',
  )
  expect(executionProgress(readOpenOrders(store))).toEqual(
    new Map([
      ['anna', 0],
      ['boris', 0],
    ]),
  )
  fill('child-1', 't1', '0.125')
  expect(executionProgress(readOpenOrders(store)).get('boris')).toBeCloseTo(0.25, 12)
  expect(executionProgress(readOpenOrders(store)).get('anna')).toBeCloseTo(0.125, 12)
  fill('child-2', 't2', '0.375')
  expect(executionProgress(readOpenOrders(store)).get('boris')).toBe(1)
  expect(executionProgress(readOpenOrders(store)).get('anna')).toBeCloseTo(0.5, 12)
})

test('a closed plan is no progress any more', () => {
  store.record(
    [
      fact('plan-released', {
        planId: 'plan-1',
        proposalIds: [],
        approval: 'advisor',
        parents: [parentOf('parent-1')],
      }),
    ],
    'desk',
  )
  store.record(
    [
      fact('parent-changed', { parentId: 'parent-1', state: 'cancelled', why: 'cancelled by a person' }),
      fact('plan-closed', { planId: 'plan-1', outcome: 'done-with-exceptions', exceptions: ['none'] }),
    ],
    'desk',
  )
  expect(executionProgress(readOpenOrders(store)).size).toBe(0)
})
