import { type Amount, formatAmount, parseAmount } from '../../core/amount.ts'
import type { Level } from '../../core/instruments.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import type { BookFrame, BookSnapshotFrame, BookUpdateFrame, WireDecimals, WireLevel } from '../exchanges/book-feed.ts'
import { BookSide } from './book-side.ts'
import { CHECKSUM_LEVELS, krakenChecksum } from './kraken-checksum.ts'

/** Why an order book is refused: counted, named, and fetched again. */
export const BOOK_FAULTS = ['gap', 'bad-checksum', 'crossed', 'empty', 'not-positive', 'not-a-number'] as const
export type BookFault = (typeof BOOK_FAULTS)[number]

export type ApplyOutcome =
  | { readonly kind: 'applied' }
  /** No snapshot yet: kept for later, or superseded by the snapshot to come. */
  | { readonly kind: 'waiting' }
  /** Already contained in what is known. */
  | { readonly kind: 'ignored' }
  /** The snapshot ends before the first event that was kept: a newer one is needed. */
  | { readonly kind: 'snapshot-too-old' }
  | { readonly kind: 'refused'; readonly fault: BookFault; readonly why: string }

/** Events kept while a snapshot is on its way: 100 seconds at ten per second. */
const LONGEST_BACKLOG = 1_000

type ExactLevels = { readonly bids: readonly Level[]; readonly asks: readonly Level[] }

/**
 * One market's order book, proved frame by frame: update ids without a gap (Binance), the venue's own checksum
 * (Kraken), positive prices, both sides there and not crossed. Pure: no clock, no socket.
 * Kraken's checksum covers ten levels: a change lost below them shows only when the market gets there.
 */
export class VerifiedOrderBook {
  readonly #bids = new BookSide('bids')
  readonly #asks = new BookSide('asks')
  readonly #depth: number | null
  readonly #decimals: WireDecimals | null
  #backlog: BookUpdateFrame[] = []
  #live = false
  #sequence = 0
  #version = 0

  /** @param depth levels per side of the stream, null for all; @param decimals of the wire, for the checksum */
  constructor(depth: number | null, decimals: WireDecimals | null) {
    this.#depth = depth
    this.#decimals = decimals
  }

  get live(): boolean {
    return this.#live
  }

  get sequence(): number {
    return this.#sequence
  }

  /** Changes with every change of content. */
  get version(): number {
    return this.#version
  }

  /** Copies, best first. */
  levels(count?: number): { bids: Level[]; asks: Level[] } {
    return { bids: this.#bids.top(count), asks: this.#asks.top(count) }
  }

  /** Nothing is known any more until the next snapshot. */
  invalidate(): void {
    this.#live = false
    this.#backlog = []
    this.#version++
  }

  apply(frame: BookFrame): ApplyOutcome {
    return frame.kind === 'snapshot' ? this.#applySnapshot(frame) : this.#applyUpdate(frame)
  }

  #applySnapshot(frame: BookSnapshotFrame): ApplyOutcome {
    const backlog = this.#backlog.filter((update) => update.sequence > frame.sequence)
    const next = backlog[0]?.firstSequence ?? null
    if (next !== null && next > frame.sequence + 1) return { kind: 'snapshot-too-old' }
    this.invalidate()
    const levels = readLevels(frame)
    if (!levels.ok) return this.#refuse(levels.error)
    if ([...levels.value.bids, ...levels.value.asks].some((level) => level.quantity === 0n)) {
      return this.#refuse({ code: 'not-positive', message: 'a snapshot level has quantity 0' })
    }
    this.#bids.clear()
    this.#asks.clear()
    this.#write(levels.value)
    this.#sequence = frame.sequence
    const fault = this.#faultOf(frame.checksum)
    if (fault) return this.#refuse(fault)
    this.#live = true
    for (const update of backlog) {
      const outcome = this.#applyUpdate(update)
      if (outcome.kind === 'refused') return outcome
    }
    return { kind: 'applied' }
  }

  #applyUpdate(frame: BookUpdateFrame): ApplyOutcome {
    if (!this.#live) return this.#keep(frame)
    if (frame.firstSequence !== null) {
      if (frame.sequence <= this.#sequence) return { kind: 'ignored' }
      // The first event after a snapshot may begin before it; every other begins where the last one ended.
      if (frame.firstSequence > this.#sequence + 1) {
        const message = `update ${frame.firstSequence} came after ${this.#sequence}`
        const refusal = this.#refuse({ code: 'gap', message })
        this.#keep(frame)
        return refusal
      }
    }
    const levels = readLevels(frame)
    if (!levels.ok) return this.#refuse(levels.error)
    this.#write(levels.value)
    this.#sequence = Math.max(this.#sequence, frame.sequence)
    const fault = this.#faultOf(frame.checksum)
    return fault ? this.#refuse(fault) : { kind: 'applied' }
  }

  /** Only counted events can be fitted to a later snapshot. */
  #keep(frame: BookUpdateFrame): ApplyOutcome {
    if (frame.firstSequence === null) return { kind: 'waiting' }
    if (this.#backlog.length >= LONGEST_BACKLOG) this.#backlog = []
    this.#backlog.push(frame)
    return { kind: 'waiting' }
  }

  #write({ bids, asks }: ExactLevels): void {
    for (const { price, quantity } of bids) this.#bids.set(price, quantity)
    for (const { price, quantity } of asks) this.#asks.set(price, quantity)
    if (this.#depth !== null) {
      this.#bids.truncate(this.#depth)
      this.#asks.truncate(this.#depth)
    }
    this.#version++
  }

  #faultOf(checksum: number | null): Failure<BookFault> | null {
    const [bid, ask] = [this.#bids.best(), this.#asks.best()]
    if (!bid || !ask) return { code: 'empty', message: `there are ${this.#bids.size} bids and ${this.#asks.size} asks` }
    if (bid.price >= ask.price) {
      return {
        code: 'crossed',
        message: `bid ${formatAmount(bid.price)} is at or above ask ${formatAmount(ask.price)}`,
      }
    }
    if (checksum === null || this.#decimals === null) return null
    const { bids, asks } = this.levels(CHECKSUM_LEVELS)
    const computed = krakenChecksum(bids, asks, this.#decimals)
    if (computed === checksum) return null
    return { code: 'bad-checksum', message: `the levels give ${computed}, the venue states ${checksum}` }
  }

  #refuse({ code, message }: Failure<BookFault>): ApplyOutcome {
    this.invalidate()
    return { kind: 'refused', fault: code, why: message }
  }
}

function readLevels(frame: BookFrame): Result<ExactLevels, Failure<BookFault>> {
  const bids = readSide(frame.bids)
  if (!bids.ok) return bids
  const asks = readSide(frame.asks)
  return asks.ok ? ok({ bids: bids.value, asks: asks.value }) : asks
}

function readSide(levels: readonly WireLevel[]): Result<Level[], Failure<BookFault>> {
  const exact: Level[] = []
  for (const [priceText, quantityText] of levels) {
    const price = parseAmount(priceText)
    const quantity = parseAmount(quantityText)
    if (!price.ok || !quantity.ok) {
      return fail('not-a-number', `a level was "${priceText}" × "${quantityText}"`)
    }
    if (price.value <= (0n as Amount) || quantity.value < 0n) {
      return fail('not-positive', `a level was ${priceText} × ${quantityText}`)
    }
    exact.push({ price: price.value, quantity: quantity.value })
  }
  return ok(exact)
}
