import type { FaultRegistry } from './faults/registry.ts'
import type { Venue } from './venue.ts'
import type { RunningHttpServer } from './wire/http-server.ts'

/** What a venue's protocol needs to start. */
export interface ProtocolOptions {
  readonly venue: Venue
  readonly faults: FaultRegistry
  readonly port: number
  readonly enforceRateLimits: boolean
  readonly log: (message: string) => void
}

/** A venue's protocol at work. */
export interface RunningProtocol extends RunningHttpServer {
  /**
   * Sends what changed since the last call.
   * @param slowToo also what has a cadence of a second
   * @param always one book update for every market, changed or not
   */
  publish(slowToo: boolean, always: boolean): void
  /** The last sequence of every book stream (core/contracts/sandbox-control, barrierReply). */
  sequences(): Record<string, number>
}
