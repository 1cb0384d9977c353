import { expect, test } from 'vitest'
import { ManualClock } from '../../core/clock.ts'
import { AlertBoard } from './alerts.ts'

test('newest first, one per id, raised again with its first time and its newest words', () => {
  const clock = new ManualClock(1_000)
  const board = new AlertBoard(clock)
  board.raise('a', 'warning', 'slow')
  clock.advance(10)
  board.raise('b', 'critical', 'down')
  clock.advance(10)
  board.raise('a', 'critical', 'gone')
  expect(board.list()).toEqual([
    { id: 'b', severity: 'critical', text: 'down', at: 1_010 },
    { id: 'a', severity: 'critical', text: 'gone', at: 1_000 },
  ])
})

test('equal times are ordered by id', () => {
  const board = new AlertBoard(new ManualClock(1_000))
  for (const id of ['c', 'a', 'b']) board.raise(id, 'notice', id)
  expect(board.list().map((alert) => alert.id)).toEqual(['a', 'b', 'c'])
})

test('cleared is gone, and raised after that it is new', () => {
  const clock = new ManualClock(1_000)
  const board = new AlertBoard(clock)
  board.raise('a', 'warning', 'slow')
  board.clear('a')
  expect(board.list()).toEqual([])
  clock.advance(5)
  board.raise('a', 'warning', 'slow')
  expect(board.list()[0]!.at).toBe(1_005)
})

test('keepOnly touches its own prefix only', () => {
  const board = new AlertBoard(new ManualClock(0))
  for (const id of ['venue-binance', 'venue-kraken', 'engine-drift']) board.raise(id, 'warning', id)
  board.keepOnly('venue-', new Set(['venue-kraken']))
  expect(board.list().map((alert) => alert.id)).toEqual(['engine-drift', 'venue-kraken'])
})
