import { crc32 } from 'node:zlib'
import { type Amount, formatAmountFixed } from '../../core/amount.ts'
import type { Level } from '../../core/instruments.ts'

/** Levels per side that the checksum covers, whatever the depth of the subscription. */
export const CHECKSUM_LEVELS = 10

const digits = (value: Amount, decimals: number): string =>
  formatAmountFixed(value, decimals).replace('.', '').replace(/^0+/, '')

/**
 * CRC32 of Kraken's order book (https://docs.kraken.com/api/docs/guides/spot-ws-book-v2): asks best first, then bids
 * best first, each level its price and quantity with the market's full decimals, without point and leading zeros.
 */
export function krakenChecksum(
  bids: readonly Level[],
  asks: readonly Level[],
  decimals: { readonly price: number; readonly quantity: number },
): number {
  let text = ''
  for (const side of [asks, bids]) {
    for (const { price, quantity } of side.slice(0, CHECKSUM_LEVELS)) {
      text += digits(price, decimals.price) + digits(quantity, decimals.quantity)
    }
  }
  return crc32(text)
}
