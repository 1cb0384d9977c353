import { describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { BlotterView, ParentView } from '../../core/contracts/blotter-view.ts'
import { stopBlocked, stopEffects } from './stop-effects.ts'

const parent = (id: string, state: ParentView['state'], children: readonly string[], books = 2): ParentView =>
  ({
    id,
    state,
    books,
    quantity: amount('10'),
    filledQuantity: amount('4'),
    arrivalPriceUsd: 20,
    children: children.map((each) => ({ state: each })),
  }) as unknown as ParentView
const blotter = (parents: readonly ParentView[]): BlotterView =>
  ({ at: 0, parents, totals: {} }) as unknown as BlotterView

describe('stopping', () => {
  test('counts what works, and only that', () => {
    const effects = stopEffects(
      blotter([
        parent('P-1', 'working', ['filled', 'working', 'unknown', 'planned']),
        parent('P-2', 'filled', ['filled']),
        parent('P-3', 'settling', ['cancelled'], 5),
      ]),
    )
    expect(effects).toEqual({ workingParents: ['P-1', 'P-3'], workingChildren: 3, toFillUsd: 240, books: 7 })
  })
  test('before the blotter is known nothing is claimed', () => {
    expect(stopEffects(null)).toEqual({ workingParents: [], workingChildren: 0, toFillUsd: 0, books: 0 })
  })
  test('stopping new orders needs a reason only; the others the word first', () => {
    expect(stopBlocked(null, '', 'fills look wrong', 'Stop')).toBeNull()
    expect(stopBlocked(null, '', ' ', 'Stop')).toBe('Stop: a reason is missing')
    expect(stopBlocked('STOP', 'STO', 'x', 'Stop and cancel 14')).toBe('Stop and cancel 14: type STOP')
    expect(stopBlocked('STOP', ' STOP ', 'x', 'Stop')).toBeNull()
  })
})
