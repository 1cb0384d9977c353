import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { OpenAccountRequest, TransferRequest } from '../../core/contracts/sandbox-control.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { fail, ok } from '../../core/result.ts'
import { openingFacts, openTestStore } from '../store/test-support/example-firm.ts'
import { simulatedAccountName } from './accounts.ts'
import type { SandboxControl } from './control-client.ts'
import { createSimulatedFunding } from './funding.ts'

let folder: string
let store: DeskStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-funding-'))
  store = openTestStore(folder)
  store.record(openingFacts(), 'import')
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

/** Keeps what is moved; refuses an asset in `refuses` on the way given. */
function exchange(refuses: { readonly deposit?: string; readonly withdraw?: string } = {}) {
  const moved: string[] = []
  const opened: OpenAccountRequest[] = []
  const call = (kind: 'deposit' | 'withdraw') => async (request: TransferRequest) => {
    if (refuses[kind] === request.asset) return fail('sandbox-refused', `no ${kind} of ${request.asset}`)
    moved.push(`${kind} ${request.amount} ${request.asset} ${request.venue}`)
    return ok({})
  }
  const control = {
    openAccount: async (request: OpenAccountRequest) => {
      opened.push(request)
      return ok({ created: true })
    },
    deposit: call('deposit'),
    withdraw: call('withdraw'),
  } as unknown as SandboxControl
  return { moved, opened, funding: createSimulatedFunding(control, store) }
}
const deposit = (asset: string, quantity: string, account = 'omnibus') =>
  ({ venue: 'kraken', account, asset, quantity: amount(quantity) }) as const

test('the sign says whether money comes or goes, at the account of this ledger', async () => {
  const { moved, funding } = exchange()
  const request = { venue: 'kraken', account: 'omnibus', asset: 'USD' } as const
  expect(await funding.move({ ...request, quantity: '5.5' })).toBeNull()
  expect(await funding.move({ ...request, quantity: '-0.1' })).toBeNull()
  expect(moved).toEqual(['deposit 5.5 USD kraken', 'withdraw 0.1 USD kraken'])
})

test('accounts that the exchange does not know open with what the ledger says is there', async () => {
  const { opened, funding } = exchange()
  expect(await funding.ensure([{ venue: 'binance', account: 'omnibus' }])).toBeNull()
  expect(opened).toMatchObject([
    { account: simulatedAccountName(store.epoch, 'binance', 'omnibus'), deposits: { BTC: '2', USDT: '100000' } },
  ])
})

describe('funding an import', () => {
  test('opens what is new empty, then deposits everything', async () => {
    const { moved, opened, funding } = exchange()
    expect(await funding.fund([deposit('USD', '7'), deposit('ETH', '0'), deposit('USD', '9', 'dora')])).toEqual(
      ok(null),
    )
    expect(opened.map(({ account }) => account.split('-')[0])).toEqual(['omnibus', 'dora'])
    expect(opened.every(({ deposits }) => Object.keys(deposits ?? {}).length === 0)).toBe(true)
    expect(moved).toEqual(['deposit 7 USD kraken', 'deposit 9 USD kraken'])
  })

  test('refused in the middle: what was moved is taken back', async () => {
    const { moved, funding } = exchange({ deposit: 'ETH' })
    expect(await funding.fund([deposit('BTC', '1'), deposit('ETH', '2'), deposit('USD', '7')])).toEqual(
      fail('refused', 'no deposit of ETH'),
    )
    expect(moved).toEqual(['deposit 1 BTC kraken', 'withdraw 1 BTC kraken'])
  })

  test('what can’t be taken back is named', async () => {
    const { funding } = exchange({ deposit: 'ETH', withdraw: 'BTC' })
    expect(await funding.fund([deposit('BTC', '1'), deposit('ETH', '2')])).toEqual(
      fail(
        'left-behind',
        'no deposit of ETH. What was deposited before could not be taken back: 1 BTC on kraken omnibus',
      ),
    )
  })
})
