import type { ExchangeError } from '../../core/contracts/exchange.ts'
import type { Market, MarketKey } from '../../core/instruments.ts'
import type { Result } from '../../core/result.ts'

/** A level as text, exactly as the venue writes it. Quantity zero takes the level away. */
export type WireLevel = readonly [price: string, quantity: string]

interface BookFrameBase {
  readonly market: MarketKey
  readonly bids: readonly WireLevel[]
  readonly asks: readonly WireLevel[]
  /** The venue's ordering value after this frame. */
  readonly sequence: number
  /** CRC32 of the ten best levels after this frame, where the venue states it. */
  readonly checksum: number | null
  /** When the venue says it happened, UTC milliseconds. */
  readonly venueTime: number | null
}
export interface BookSnapshotFrame extends BookFrameBase {
  readonly kind: 'snapshot'
}
export interface BookUpdateFrame extends BookFrameBase {
  readonly kind: 'update'
  /** First update id of the frame, where the venue counts them: the previous frame's sequence + 1. */
  readonly firstSequence: number | null
}
export type BookFrame = BookSnapshotFrame | BookUpdateFrame

export interface BookFeedListener {
  /** The venue has taken the subscription: what was known of these markets is void until a snapshot is here. */
  subscribed(markets: readonly MarketKey[]): void
  frame(frame: BookFrame): void
  /** A frame that could not even be read; it may have belonged to any market. */
  unreadable(why: string): void
  disconnected(why: string): void
}

/** How the wire writes a market's levels; what a checksum over text needs. */
export interface WireDecimals {
  readonly price: number
  readonly quantity: number
}

/** One venue's order book streams, unverified. Reconnects by itself until closed. */
export interface BookFeed {
  /** Levels per side that the stream keeps; null: all of them. */
  readonly depth: number | null
  open(markets: readonly Market[], listener: BookFeedListener): void
  /**
   * A new snapshot of one market: answered (REST), or null when the venue sends it as a frame after a new
   * subscription.
   */
  requestSnapshot(market: MarketKey): Promise<Result<BookSnapshotFrame | null, ExchangeError>>
  /** The best levels over REST, to confirm a market that has gone silent. Sequence null where REST has none. */
  probe(market: MarketKey): Promise<Result<BookProbe, ExchangeError>>
  decimals(market: MarketKey): WireDecimals | null
  /** Cuts the socket and subscribes anew. */
  reconnect(why: string): void
  close(): Promise<void>
}

export interface BookProbe {
  readonly sequence: number | null
  readonly bids: readonly WireLevel[]
  readonly asks: readonly WireLevel[]
}
