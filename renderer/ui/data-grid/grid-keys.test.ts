import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextSort, shownColumns } from './columns.ts'
import { moveCursor } from './grid-keys.ts'

const size = { rows: 100, columns: 5, page: 20 }
const press = (key: string, ctrlKey = false) => ({ key, ctrlKey })

describe('grid keys', () => {
  test('rows and pages', () => {
    expect(moveCursor({ row: 3, column: 2 }, press('ArrowDown'), size)).toEqual({ row: 4, column: 2 })
    expect(moveCursor({ row: 3, column: 2 }, press('PageDown'), size)).toEqual({ row: 22, column: 2 })
    expect(moveCursor({ row: 3, column: 2 }, press('PageUp'), size)).toEqual({ row: 0, column: 2 })
    expect(moveCursor({ row: 3, column: 2 }, press('End'), size)).toEqual({ row: 99, column: 2 })
    expect(moveCursor({ row: 3, column: 2 }, press('Home', true), size)).toEqual({ row: 0, column: 0 })
  })
  test('up from the first row is the head', () => {
    expect(moveCursor({ row: 0, column: 1 }, press('ArrowUp'), size)).toEqual({ row: -1, column: 1 })
    expect(moveCursor({ row: -1, column: 1 }, press('ArrowDown'), size)).toEqual({ row: 0, column: 1 })
  })
  test('other keys are not movements', () => {
    for (const key of ['Enter', ' ', 'a', 'Tab']) expect(moveCursor({ row: 0, column: 0 }, press(key), size)).toBeNull()
  })
  test('never leaves the grid', () => {
    const key = fc.constantFrom('ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'PageDown', 'PageUp', 'Home', 'End')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(key, fc.boolean())),
        fc.nat(5),
        fc.integer({ min: 1, max: 4 }),
        (keys, rows, columns) => {
          let cursor = { row: -1, column: 0 }
          for (const [name, control] of keys) {
            cursor = moveCursor(cursor, press(name, control), { rows, columns, page: 3 })!
            expect(cursor.row).toBeGreaterThanOrEqual(-1)
            expect(cursor.row).toBeLessThanOrEqual(Math.max(-1, rows - 1))
            expect(cursor.column).toBeGreaterThanOrEqual(0)
            expect(cursor.column).toBeLessThan(columns)
          }
        },
      ),
    )
  })
})

describe('columns', () => {
  test('a head is clicked down, up, and back to the grid’s own order', () => {
    const first = nextSort(null, 'drift')
    expect(first).toEqual({ column: 'drift', descending: true })
    const second = nextSort(first, 'drift')
    expect(second).toEqual({ column: 'drift', descending: false })
    expect(nextSort(second, 'drift')).toBeNull()
    expect(nextSort(second, 'value')).toEqual({ column: 'value', descending: true })
  })
  test('columns fall away where there is no room, or hidden by choice', () => {
    const column = (id: string, dropsBelow = 0) => ({
      id,
      head: id,
      label: id,
      width: '1fr',
      dropsBelow,
      cell: () => id,
    })
    const columns = [column('a'), column('b', 1361), column('c')]
    expect(shownColumns(columns, 1280).map((each) => each.id)).toEqual(['a', 'c'])
    expect(shownColumns(columns, 1440, ['c']).map((each) => each.id)).toEqual(['a', 'b'])
  })
})
