import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BOOK_STATUSES, type BookStatus, type GridColumn } from '../../../core/contracts/monitor-view.ts'
import { type MonitorView, PLAIN_VIEW } from '../../state/layout.ts'
import { activeFilters, type MonitorFacts, matchingRows, toggled } from './monitor-filter.ts'
import { orderRows } from './monitor-order.ts'

interface Given {
  readonly name?: string
  readonly tier?: 'standard' | 'premium'
  readonly model?: string
  readonly status?: BookStatus
  readonly position?: number
  readonly cells?: Partial<Record<GridColumn, number>>
}

function factsOf(given: readonly Given[]): MonitorFacts {
  return {
    assets: ['BTC', 'ETH', 'LINK'],
    books: given.map((each, row) => ({
      bookId: `b${row}`,
      clientId: `C-${row}`,
      clientName: each.name ?? `Client ${row}`,
      tier: each.tier ?? 'standard',
      modelId: each.model ?? 'core',
      modelName: (each.model ?? 'core').toUpperCase(),
      segregated: false,
    })),
    value(row, column) {
      const each = given[row]!
      if (column === 'status') return BOOK_STATUSES.indexOf(each.status ?? 'in-band')
      if (column === 'position') return each.position ?? 0
      return each.cells?.[column] ?? Number.NaN
    },
  }
}

describe('filters', () => {
  const facts = factsOf([
    {
      name: 'Silvera Family Trust',
      tier: 'premium',
      model: 'growth',
      status: 'awaiting-approval',
      cells: { cashNeedUsd: 5 },
    },
    { name: 'Zieliński, D.', status: 'awaiting-approval', cells: { worstAsset: 2 } },
    { name: 'Norwell, K.', model: 'growth', status: 'executing', cells: { pausedUntil: 9, cashNeedUsd: 0 } },
    { name: 'Keswick, F.', status: 'unable-to-check' },
  ])
  const rows = (view: Partial<typeof PLAIN_VIEW>) => matchingRows(facts, { ...PLAIN_VIEW, ...view })

  test('nothing chosen: every book', () => expect(rows({})).toEqual([0, 1, 2, 3]))
  test('within a group or, across groups and', () => {
    expect(rows({ statuses: ['awaiting-approval', 'executing'] })).toEqual([0, 1, 2])
    expect(rows({ statuses: ['awaiting-approval'], needs: ['cash'] })).toEqual([0])
    expect(rows({ needs: ['cash', 'paused'] })).toEqual([0, 2])
    expect(rows({ statuses: ['executing'], needs: ['cash'] })).toEqual([])
  })
  test('views', () => {
    expect(rows({ tab: 'premium' })).toEqual([0])
    expect(rows({ tab: 'model:growth' })).toEqual([0, 2])
  })
  test('text: client, number, model and worst asset, accents apart, all words', () => {
    expect(rows({ text: 'zielinski' })).toEqual([1])
    expect(rows({ text: 'growth trust' })).toEqual([0])
    expect(rows({ text: 'link' })).toEqual([1])
    expect(rows({ text: 'c-3' })).toEqual([3])
  })
  test('the filters in words, each with the way back', () => {
    const view = {
      ...PLAIN_VIEW,
      statuses: ['awaiting-approval', 'executing'],
      needs: ['cash'],
      tab: 'model:growth',
      text: ' si ',
    }
    const filters = activeFilters(view, (id) => `the ${id}`)
    expect(filters.map((filter) => filter.label)).toEqual([
      'Awaiting approval or Executing',
      'Cash needs',
      'the growth',
      '“si”',
    ])
    const cleared = filters.reduce<MonitorView>((rest, filter) => ({ ...rest, ...filter.without }), view)
    expect(activeFilters(cleared, String)).toEqual([])
  })
  test('toggling twice is nothing', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.string(), (group, value) => {
        expect([...toggled(toggled(group, value), value)].sort()).toEqual([...group].sort())
      }),
    )
  })
})

describe('order', () => {
  test('by urgency: unable first, then furthest out either side, unknown last', () => {
    const facts = factsOf([
      { position: 0.3 },
      { position: -2.4 },
      { position: Number.NaN },
      { position: 1.2 },
      { status: 'unable-to-check', position: Number.NaN },
      { position: Number.POSITIVE_INFINITY },
    ])
    expect(orderRows(facts, [0, 1, 2, 3, 4, 5], null)).toEqual([4, 5, 1, 3, 0, 2])
  })
  test('by a column, unknown last in both directions', () => {
    const facts = factsOf([{ cells: { cashWeight: 0.2 } }, {}, { cells: { cashWeight: 0.9 } }])
    expect(orderRows(facts, [0, 1, 2], { column: 'cashWeight', descending: true })).toEqual([2, 0, 1])
    expect(orderRows(facts, [0, 1, 2], { column: 'cashWeight', descending: false })).toEqual([0, 2, 1])
  })
  test('by name, and by size of the drift', () => {
    const facts = factsOf([
      { name: 'Ürgen', cells: { drift: -0.03 } },
      { name: 'Adams', cells: { drift: 0.01 } },
      { name: 'Zorn', cells: { drift: 0.02 } },
    ])
    expect(orderRows(facts, [0, 1, 2], { column: 'client', descending: false })).toEqual([1, 0, 2])
    expect(orderRows(facts, [0, 1, 2], { column: 'drift', descending: true })).toEqual([0, 2, 1])
  })
  test('a column of another version: by urgency', () => {
    const facts = factsOf([{ position: 0.1 }, { position: 0.9 }])
    expect(orderRows(facts, [0, 1], { column: 'nosuch', descending: true })).toEqual([1, 0])
  })
  test('no row is lost or doubled, whatever the values', () => {
    const positions = fc.array(fc.double())
    fc.assert(
      fc.property(
        positions,
        fc.constantFrom('position', 'client', 'valueUsd', 'none'),
        fc.boolean(),
        (values, column, descending) => {
          const facts = factsOf(values.map((position) => ({ position, cells: { valueUsd: position } })))
          const all = values.map((_, row) => row)
          expect(orderRows(facts, all, { column, descending }).sort((a, b) => a - b)).toEqual(all)
        },
      ),
    )
  })
})
