import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { amount, parseAmount } from '../core/amount.ts'
import type { openAccountReply, openAccountRequest, SandboxVenue } from '../core/contracts/sandbox-control.ts'
import { type Failure, fail, ok, type Result } from '../core/result.ts'
import type { Venue } from './venue.ts'

type Request = z.output<typeof openAccountRequest>
type Reply = z.infer<typeof openAccountReply>

/** Opens and funds an account; one that has the key already is answered as it is, without new money. */
export function openSandboxAccount(
  venue: Venue,
  request: Request,
): Result<Reply, Failure<'unknown-asset' | 'bad-amount' | 'account-exists' | 'bad-secret'>> {
  const { account, apiKey, secret } = request
  const existing = venue.exchange.accountByApiKey(apiKey)
  if (existing) return ok({ venue: request.venue, account: existing.identity.account, apiKey, created: false })
  if (venue.exchange.account(account) || account.startsWith('#')) {
    return fail('account-exists', `${request.venue} has an account "${account}" under another key`)
  }
  if (request.venue === 'kraken' && Buffer.from(secret, 'base64').length === 0) {
    return fail('bad-secret', 'a Kraken secret is base64')
  }
  const { feeAsset } = request
  if (feeAsset !== undefined && !venue.paysFeesIn(feeAsset)) {
    return fail('unknown-asset', `fees at ${request.venue} can't be paid in "${feeAsset}"`)
  }
  for (const [asset, text] of Object.entries(request.deposits)) {
    if (!venue.assets().has(asset)) {
      return fail('unknown-asset', `${request.venue} has no "${asset}", it has ${[...venue.assets()].join(', ')}`)
    }
    const parsed = parseAmount(text)
    if (!parsed.ok) return fail('bad-amount', `${asset}: ${parsed.error.message}`)
  }
  venue.exchange.openAccount({
    account,
    apiKey,
    secret,
    fees: {
      makerBps: request.makerFeeBps ?? venue.profile.makerFeeBps,
      takerBps: request.takerFeeBps ?? venue.profile.takerFeeBps,
      feeAsset: feeAsset ?? null,
    },
  })
  for (const [asset, text] of Object.entries(request.deposits)) {
    venue.exchange.transfer(account, 'deposit', asset, amount(text))
  }
  return ok({ venue: request.venue, account, apiKey, created: true })
}

/** What the test account starts with: a few hundred thousand dollars of everything. */
const TEST_FUNDS: Readonly<Record<string, string>> = {
  BTC: '20',
  ETH: '400',
  XRP: '400000',
  LTC: '8000',
  BNB: '1500',
  ADA: '900000',
  DOGE: '2500000',
  LINK: '50000',
  MATIC: '2000000',
  SOL: '5000',
  DOT: '150000',
  AVAX: '25000',
  USDT: '5000000',
  USDC: '1000000',
  USD: '5000000',
}

/** The account whose keys the sandbox prints. */
export function openTestAccount(venue: Venue, seed: number): { apiKey: string; secret: string } {
  const keys = testKeys(venue.profile.name, seed)
  const deposits = Object.fromEntries([...venue.assets()].map((asset) => [asset, TEST_FUNDS[asset] ?? '1000']))
  openSandboxAccount(venue, { venue: venue.profile.name, account: 'test', ...keys, deposits })
  return keys
}

function testKeys(venue: SandboxVenue, seed: number): { apiKey: string; secret: string } {
  const digest = (what: string, algorithm: string): Buffer =>
    createHash(algorithm).update(`${venue} ${seed} ${what}`).digest()
  const apiKey = digest('key', 'sha256').toString('hex')
  // Kraken's secrets are base64 of 64 bytes, Binance's are 64 characters.
  const secret =
    venue === 'kraken' ? digest('secret', 'sha512').toString('base64') : digest('secret', 'sha256').toString('hex')
  return { apiKey, secret }
}
