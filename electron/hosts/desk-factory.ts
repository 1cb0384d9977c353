import type { DeskApi, DeskEvents } from '../../core/contracts/desk-api.ts'
import type { Failure, Result } from '../../core/result.ts'

/** A desk at work, as a host sees it. */
export interface RunningDesk {
  readonly api: DeskApi
  /** Returns how to stop listening. */
  on<K extends keyof DeskEvents>(name: K, listener: (value: DeskEvents[K]) => void): () => void
  close(): Promise<void>
}

/** Hosts know no more of how a desk is made. A failure is a sentence for the person who started the program. */
export type DeskFactory = () => Promise<Result<RunningDesk, Failure>>
