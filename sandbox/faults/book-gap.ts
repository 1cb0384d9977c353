import type { FaultKind } from './fault.ts'

/** One frame of a book never arrives; the sequence shows it (Binance) or the checksum does (Kraken). */
export const bookGap: FaultKind = { kind: 'book-gap', frame: () => 'lose' }
