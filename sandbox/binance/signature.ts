import { createHmac, timingSafeEqual } from 'node:crypto'
import { err, ok, type Result } from '../../core/result.ts'
import type { Account } from '../engine/accounts.ts'
import type { Exchange } from '../engine/exchange.ts'
import type { Parameters } from './context.ts'
import {
  BAD_API_KEY,
  BAD_RECV_WINDOW,
  BAD_SIGNATURE,
  type BinanceError,
  missingParameter,
  TIMESTAMP_EARLY,
  TIMESTAMP_LATE,
  UNKNOWN_API_KEY,
} from './errors.ts'

const DEFAULT_WINDOW_MS = 5_000
const LARGEST_WINDOW_MS = 60_000
const AHEAD_MS = 1_000

export function findAccount(exchange: Exchange, apiKey: string | undefined): Result<Account, BinanceError> {
  if (!apiKey) return err(BAD_API_KEY)
  const account = exchange.accountByApiKey(apiKey)
  return account ? ok(account) : err(UNKNOWN_API_KEY)
}

/** @param payload what was signed, byte for byte: query and body without the signature */
export function checkSignature(
  account: Account,
  payload: string,
  parameters: Parameters,
  now: number,
): Result<true, BinanceError> {
  const { signature, timestamp } = parameters
  if (!timestamp || !/^\d{1,16}$/.test(timestamp)) return err(missingParameter('timestamp'))
  if (!signature) return err(missingParameter('signature'))
  const due = createHmac('sha256', account.identity.secret).update(payload).digest()
  const given = Buffer.from(signature, 'hex')
  if (given.length !== due.length || !timingSafeEqual(given, due)) return err(BAD_SIGNATURE)
  const window = parameters.recvWindow === undefined ? DEFAULT_WINDOW_MS : Number(parameters.recvWindow)
  if (!(window > 0 && window <= LARGEST_WINDOW_MS)) return err(BAD_RECV_WINDOW)
  const time = toMillis(Number(timestamp))
  if (time >= now + AHEAD_MS) return err(TIMESTAMP_EARLY)
  return now - time > window ? err(TIMESTAMP_LATE) : ok(true)
}

/** Timestamps may come in microseconds. */
const toMillis = (value: number): number => (value > 1e14 ? Math.floor(value / 1000) : value)
