import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DESK_METHODS } from '../../core/contracts/desk-api.ts'
import { isDeskMethod, readArguments, refusal } from './desk-arguments.ts'

const message = (result: ReturnType<typeof readArguments>): string => (result.ok ? 'accepted' : result.error)

describe('arguments from a page', () => {
  test('right ones come through as they are', () => {
    expect(readArguments('weightHistory', ['book-1', 'BTC', 30])).toEqual({ ok: true, value: ['book-1', 'BTC', 30] })
    expect(readArguments('approve', [{ kind: 'selected', proposalIds: ['p-1'] }])).toMatchObject({ ok: true })
    expect(readArguments('pauseClientBook', ['book-1', 0, ''])).toMatchObject({ ok: true })
    expect(readArguments('setTrading', [{ action: 'stop', scope: { kind: 'all' }, why: 'x' }])).toMatchObject({
      ok: true,
    })
  })

  test.each([
    ['clientBook', [], 'clientBook: bookId was undefined'],
    ['clientBook', [''], 'clientBook: bookId was ""'],
    ['clientBook', ['a', 'b'], 'clientBook takes 1 arguments, 2 were given'],
    ['snapshot', [1], 'snapshot takes 0 arguments, 1 were given'],
    ['weightHistory', ['book-1', 'BTC', Number.NaN], 'weightHistory: days was NaN'],
    ['weightHistory', ['book-1', 'BTC', -1], 'weightHistory: days was -1: Too small'],
    ['pauseClientBook', ['book-1', 73, ''], 'pauseClientBook: hours was 73: Too big: expected number to be <=72'],
    ['simulateCashFlow', ['book-1', 'coinbase', 'BTC', '1'], 'simulateCashFlow: venue was "coinbase"'],
    ['simulateCashFlow', ['book-1', 'kraken', 'BTC', 1], 'simulateCashFlow: quantity was 1'],
    ['approve', [{ kind: 'selected', proposalIds: [7] }], 'approve: request.proposalIds.0 was 7'],
    ['approve', [{ kind: 'all-clean', more: 1 }], 'Unrecognized key: "more"'],
    [
      'setTrading',
      [{ action: 'stop', scope: { kind: 'venue', venue: true }, why: '' }],
      'request.scope.venue was true',
    ],
    ['saveLayout', ['x'.repeat((1 << 18) + 1)], '(262147 characters): Too big'],
  ] as const)('%s(%j) is refused by name, value and limit', (method, given, words) =>
    expect(message(readArguments(method, given))).toContain(words),
  )

  test('nothing that can be sent makes the check throw', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DESK_METHODS), fc.array(fc.anything({ withBigInt: true })), (method, given) => {
        expect(typeof message(readArguments(method, given))).toBe('string')
      }),
    )
  })

  test('a refusal has the shape that the method answers', () => {
    expect(refusal('clientBook', 'why')).toEqual({ ok: false, error: { code: 'invalid-request', message: 'why' } })
    expect(refusal('importClientBooks', 'why')).toMatchObject({ error: { code: 'import-refused', lines: [] } })
    expect(refusal('snapshot', 'why')).toBeUndefined()
  })

  test('names that every object has are not methods', () => {
    expect(['constructor', '__proto__', 'toString', 'close', ''].filter(isDeskMethod)).toEqual([])
    expect(DESK_METHODS.every(isDeskMethod)).toBe(true)
  })
})
