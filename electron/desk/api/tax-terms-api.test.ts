import { afterEach, describe, expect, test } from 'vitest'
import { unwrap } from '../../../core/result.ts'
import type { TaxTerms } from '../../../core/tax-terms.ts'
import { planNeeded, reviewOpen } from '../cycle.ts'
import type { Desk } from '../desk.ts'
import type { Publisher } from '../publisher.ts'
import { bookOf, DeskBench, TOO_MUCH_BTC } from '../test-support/desk-bench.ts'
import { World } from '../world.ts'
import { clientBookApi } from './client-book-api.ts'

const terms: TaxTerms = { shortTermRate: 0.35, longTermRate: 0.2, holdingPeriodDays: 365 }
const benches: DeskBench[] = []
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})
function open() {
  const bench = new DeskBench([{ book: bookOf('anna'), holdings: TOO_MUCH_BTC }])
  benches.push(bench)
  const desk = { parts: { ...bench.deps, store: bench.store } } as unknown as Desk
  const api = clientBookApi(desk, { emit: () => {} } as unknown as Publisher, 'Ada')
  return { bench, api, termsNow: () => bench.world.book('anna')!.taxTerms }
}

describe('tax terms of a client book', () => {
  test('hold from the next check on, are in the journal with their reason, and outlast a restart', () => {
    const { bench, api, termsNow } = open()
    unwrap(api.setTaxTerms('anna', terms, ' as agreed '))
    expect(termsNow()).toEqual(terms)
    expect(bench.store.historyOf('anna').at(-1)!.text).toBe(
      'client book changed: tax terms, gains 35 %, 20 % after 365 days; losses save the same: as agreed',
    )
    expect(new World(bench.store).book('anna')!.taxTerms).toEqual(terms)
    unwrap(api.setTaxTerms('anna', null, 'a foundation now'))
    expect(termsNow()).toBeUndefined()
    expect(new World(bench.store).book('anna')!.taxTerms).toBeUndefined()
  })

  test.each([
    ['a percentage for a fraction', { ...terms, shortTermRate: 35 }, 'why', 'the short-term rate was 35'],
    ['half a day', { ...terms, holdingPeriodDays: 0.5 }, 'why', 'the holding period was 0.5 days'],
    ['losses worth more than gains cost', { ...terms, lossRate: 0.4 }, 'why', 'the loss rate was 0.4'],
    ['no reason', terms, '  ', 'a reason is needed'],
    ['none to remove', null, 'why', 'client book anna has no tax terms'],
  ] as const)('%s is refused', (_, given, why, message) => {
    const { api, termsNow } = open()
    expect(api.setTaxTerms('anna', given, why)).toMatchObject({
      ok: false,
      error: { code: 'invalid-request', message: expect.stringContaining(message) },
    })
    expect(termsNow()).toBeUndefined()
  })

  test('an open proposal is computed again under them', async () => {
    const { bench, api } = open()
    const [before] = await planNeeded(['anna'], bench.view(), bench.deps)
    expect(before!.tax).toBeUndefined()
    unwrap(api.setTaxTerms('anna', terms, 'as agreed'))
    reviewOpen(bench.view(), bench.deps, new Set())
    expect(bench.store.proposal(before!.id)).toMatchObject({ state: 'superseded' })
    const [after] = await planNeeded(['anna'], bench.view(), bench.deps)
    // opened without costs: all that is sold counts as gain
    expect(after!.tax!.taxUsd).toBeGreaterThan(0)
    expect(after!.cleanliness).toBe('warning')
  })
})
