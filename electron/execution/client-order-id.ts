import { createHash } from 'node:crypto'

/** What makes an attempt unique. The epoch is new for every data folder and every restored backup. */
export interface AttemptKey {
  readonly epoch: string
  readonly planId: string
  readonly leg: string
  readonly attempt: number
}

/**
 * Client order id of an attempt: a UUID of version 8 made from SHA-256 over the key, so that the same attempt has the
 * same id after a restart and no other attempt ever has it. Both venues take a UUID (Kraken: a UUID or at most 18
 * characters; Binance: 36).
 */
export function clientOrderId(key: AttemptKey): string {
  // JSON keeps the parts apart: ("ab", "c") and ("a", "bc") must not meet.
  const text = JSON.stringify([key.epoch, key.planId, key.leg, key.attempt])
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-')
}
