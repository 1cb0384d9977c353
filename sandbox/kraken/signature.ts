import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { err, ok, type Result } from '../../core/result.ts'
import type { Account } from '../engine/accounts.ts'
import type { Exchange } from '../engine/exchange.ts'
import type { WireRequest } from '../wire/http-server.ts'
import type { Parameters } from './context.ts'
import { INVALID_KEY, INVALID_NONCE, INVALID_SIGNATURE } from './errors.ts'

/** API-Sign = HMAC-SHA512 of (path + SHA256(nonce + body)) under the decoded secret; nonces only ever rise per key. */
export class Authenticator {
  readonly #exchange: Exchange
  readonly #lastNonce = new Map<string, bigint>()

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  check(request: WireRequest, parameters: Parameters): Result<Account, string> {
    const apiKey = request.headers['api-key'] ?? ''
    const account = this.#exchange.accountByApiKey(apiKey)
    if (!account) return err(INVALID_KEY)
    const { nonce = '' } = parameters
    const digest = createHash('sha256')
      .update(nonce + request.body)
      .digest()
    const due = createHmac('sha512', Buffer.from(account.identity.secret, 'base64'))
      .update(Buffer.concat([Buffer.from(request.path), digest]))
      .digest()
    const given = Buffer.from(request.headers['api-sign'] ?? '', 'base64')
    if (given.length !== due.length || !timingSafeEqual(given, due)) return err(INVALID_SIGNATURE)
    if (!/^\d{1,19}$/.test(nonce)) return err(INVALID_NONCE)
    const value = BigInt(nonce)
    if (value <= (this.#lastNonce.get(apiKey) ?? 0n)) return err(INVALID_NONCE)
    this.#lastNonce.set(apiKey, value)
    return ok(account)
  }
}
