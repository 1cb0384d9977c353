import { expect, test } from 'vitest'
import { neighbour, outOfBand } from './neighbours.ts'

const facts = (positions: readonly number[]) => ({
  books: positions.map((_, row) => ({
    bookId: `b${row}`,
    clientId: '',
    clientName: `c${row}`,
    tier: 'standard' as const,
    modelId: '',
    modelName: '',
    segregated: false,
  })),
  assets: [],
  value: (row: number, column: string) => (column === 'position' ? positions[row]! : 0),
})

test('only books out of band, furthest first', () => {
  expect(outOfBand(facts([0.5, -1.4, 2.2, 1, Number.NaN]))).toEqual([2, 1])
})
test('around the ends, and in from a book that is inside', () => {
  expect([
    neighbour([2, 1, 5], 5, 1),
    neighbour([2, 1, 5], 2, -1),
    neighbour([2, 1], 9, 1),
    neighbour([2, 1], 9, -1),
  ]).toEqual([2, 5, 2, 1])
  expect([neighbour([], 0, 1), neighbour([3], 3, 1)]).toEqual([null, null])
})
