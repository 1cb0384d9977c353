import { expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import type { OpenAccountRequest } from '../../core/contracts/sandbox-control.ts'
import { fail, ok } from '../../core/result.ts'
import { openSimulatedAccounts, simulatedAccountName, simulatedCredentials } from './accounts.ts'
import type { SandboxControl } from './control-client.ts'

const ACCOUNTS = [
  { venue: 'binance', account: 'omnibus' },
  { venue: 'kraken', account: 'omnibus' },
] as const

/** Answers `created` for accounts not in `known`; refuses Kraken when told so. */
function sandbox(options: { readonly known?: readonly string[]; readonly refuses?: boolean } = {}) {
  const asked: OpenAccountRequest[] = []
  const control = {
    openAccount: async (request: OpenAccountRequest) => {
      asked.push(request)
      if (options.refuses && request.venue === 'kraken') return fail('sandbox-refused', 'no')
      return ok({ ...request, created: !options.known?.includes(request.venue) })
    },
  } as unknown as SandboxControl
  return { asked, control }
}

test('keys follow from epoch, venue and account alone, and differ with each', () => {
  const keys = (epoch: string, venue: 'binance' | 'kraken', account: string): string => {
    const { apiKey, secret } = simulatedCredentials(epoch, venue, account)
    return `${apiKey} ${secret}`
  }
  expect(keys('e', 'binance', 'omnibus')).toBe(keys('e', 'binance', 'omnibus'))
  const all = [
    keys('e', 'binance', 'omnibus'),
    keys('f', 'binance', 'omnibus'),
    keys('e', 'kraken', 'omnibus'),
    keys('e', 'binance', 'clara'),
  ]
  expect(new Set(all).size).toBe(4)
  expect(Buffer.from(simulatedCredentials('e', 'kraken', 'a').secret, 'base64')).toHaveLength(24)
})

test('account names are the account’s own with a part of its key: desks on one sandbox don’t meet', () => {
  expect(simulatedAccountName('e', 'binance', 'omnibus')).toMatch(/^omnibus-[0-9a-f]{8}$/)
  expect(simulatedAccountName('e', 'binance', 'omnibus')).not.toBe(simulatedAccountName('f', 'binance', 'omnibus'))
})

test('each account is opened with its own deposits, summed per asset, empty ones left out', async () => {
  const { asked, control } = sandbox()
  const deposit = (venue: 'binance' | 'kraken', account: string, asset: string, quantity: string) => ({
    venue,
    account,
    asset,
    quantity: amount(quantity),
  })
  const opened = await openSimulatedAccounts(control, 'e', ACCOUNTS, [
    deposit('binance', 'omnibus', 'BTC', '1.5'),
    deposit('binance', 'omnibus', 'BTC', '0.000000000001'),
    deposit('binance', 'omnibus', 'ETH', '0'),
    deposit('kraken', 'omnibus', 'USD', '7'),
    deposit('kraken', 'clara', 'USD', '9'),
  ])
  expect(opened).toEqual(ok({ created: 2 }))
  expect(asked).toMatchObject([
    {
      venue: 'binance',
      account: simulatedAccountName('e', 'binance', 'omnibus'),
      apiKey: simulatedCredentials('e', 'binance', 'omnibus').apiKey,
      deposits: { BTC: '1.500000000001' },
    },
    { venue: 'kraken', deposits: { USD: '7' } },
  ])
  expect(asked[0]!.deposits).toEqual({ BTC: '1.500000000001' })
})

test('accounts that are there already are not counted as new', async () =>
  expect(await openSimulatedAccounts(sandbox({ known: ['binance'] }).control, 'e', ACCOUNTS, [])).toEqual(
    ok({ created: 1 }),
  ))

test('a refusal is handed on', async () =>
  expect(await openSimulatedAccounts(sandbox({ refuses: true }).control, 'e', ACCOUNTS, [])).toMatchObject({
    ok: false,
    error: { code: 'sandbox-refused', message: 'no' },
  }))
