import { crc32 } from 'node:zlib'
import type { BookLevels } from '../faults/fault.ts'

const CHECKED_LEVELS = 10

/** A number as the checksum wants it: no point, no leading zeros. */
const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '')

/**
 * Kraken's book checksum: CRC32 over price and quantity digits of the ten best asks (lowest first), then the ten best
 * bids (highest first), in the market's own decimals.
 * @param levels best first
 */
export function bookChecksum(levels: BookLevels): number {
  const text = [...levels.asks.slice(0, CHECKED_LEVELS), ...levels.bids.slice(0, CHECKED_LEVELS)]
    .map(([price, quantity]) => digits(price) + digits(quantity))
    .join('')
  return crc32(text)
}
