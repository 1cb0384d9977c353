import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatRoute, parseRoute, type Route } from './route.ts'

const id = fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: null })
const route = fc.oneof(
  fc.constant<Route>({ screen: 'monitor' }),
  fc.constant<Route>({ screen: 'proposals' }),
  id.map((bookId): Route => ({ screen: 'books', bookId })),
  id.map((parentId): Route => ({ screen: 'blotter', parentId })),
)

test('every route survives the address', () => {
  fc.assert(
    fc.property(route, (given) => {
      expect(parseRoute(formatRoute(given))).toEqual(given)
    }),
  )
})
test('an address that names no screen is no route', () => {
  expect(['', '#', '#/', '#/risk', '#token=1'].map(parseRoute)).toEqual([null, null, null, null, null])
  expect(parseRoute('#/books/%E0%A4%A')).toEqual({ screen: 'books', bookId: null })
})
