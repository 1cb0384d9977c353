import type { Result } from '../../core/result.ts'
import type { Account } from '../engine/accounts.ts'
import type { FaultRegistry } from '../faults/registry.ts'
import type { Venue } from '../venue.ts'
import type { BinanceError } from './errors.ts'
import type { RateLimits } from './rate-limits.ts'

/** What every endpoint works on. */
export interface BinanceContext {
  readonly venue: Venue
  readonly limits: RateLimits
  readonly faults: FaultRegistry
}

export type Parameters = Readonly<Record<string, string>>
export type Outcome = Result<unknown, BinanceError>

/** One REST endpoint; the WebSocket API calls the same handlers. */
export interface Endpoint {
  /** Request weight, which may hang on the parameters. */
  readonly weight: number | ((parameters: Parameters) => number)
  /** 'public' needs nothing, 'key' only the API key, 'signed' key and signature. */
  readonly security: 'public' | 'key' | 'signed'
  /** Counts against the order limits. */
  readonly isOrder?: boolean
  handle(parameters: Parameters, context: BinanceContext, account: Account): Outcome
}

export type Endpoints = Readonly<Record<string, Endpoint>>
