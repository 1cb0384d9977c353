import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_LAYOUT, formatLayout, type Layout, parseLayout } from './layout.ts'

test('what was saved comes back', () => {
  const layout: Layout = {
    ...DEFAULT_LAYOUT,
    theme: 'light',
    density: 'compact',
    letters: false,
    monitor: {
      tab: 'model:growth',
      statuses: ['out-of-band'],
      needs: ['cash'],
      text: 'silv',
      sort: { column: 'drift', descending: true },
    },
    savedViews: [{ name: 'Month end', view: DEFAULT_LAYOUT.monitor }],
    blotterTab: 'working',
  }
  expect(parseLayout(formatLayout(layout))).toEqual(layout)
})
test('nothing saved, or not a layout: the defaults', () => {
  for (const saved of ['', 'null', '[]', '{', '"dark"']) expect(parseLayout(saved)).toEqual(DEFAULT_LAYOUT)
})
test('one bad field does not cost the others', () => {
  const saved = JSON.stringify({ theme: 'light', density: 'huge', monitor: { statuses: ['in-band', 7], sort: 'no' } })
  expect(parseLayout(saved)).toEqual({
    ...DEFAULT_LAYOUT,
    theme: 'light',
    monitor: { ...DEFAULT_LAYOUT.monitor, statuses: ['in-band'] },
  })
})
test('whatever is stored, the screens get a whole layout', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const layout = parseLayout(JSON.stringify(value))
      expect(Object.keys(layout).sort()).toEqual(Object.keys(DEFAULT_LAYOUT).sort())
      expect(parseLayout(formatLayout(layout))).toEqual(layout)
    }),
  )
})
