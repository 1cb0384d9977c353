import type { VenueId } from '../../core/instruments.ts'

/** However often a venue refuses, it is tried again after this, unless it asks for more itself. */
const LONGEST_OWN_PAUSE_MS = 15_000

/** Venues that asked for a pause (429, 418) or can't be reached: only that venue waits, the others go on. */
export class VenuePauses {
  readonly #until = new Map<VenueId, number>()
  /** Pauses in a row without an answer in between. */
  readonly #strikes = new Map<VenueId, number>()

  /** As long as asked for, twice that the next time in a row, and so on. Never shortens a pause that is longer. */
  pause(venue: VenueId, now: number, retryAfterMs: number): void {
    if (retryAfterMs <= 0) return
    const strikes = this.#strikes.get(venue) ?? 0
    this.#strikes.set(venue, strikes + 1)
    const own = Math.min(retryAfterMs * 2 ** strikes, LONGEST_OWN_PAUSE_MS)
    const until = now + Math.max(retryAfterMs, own)
    this.#until.set(venue, Math.max(until, this.#until.get(venue) ?? 0))
  }

  /** The venue takes orders again. */
  answered(venue: VenueId): void {
    this.#strikes.delete(venue)
  }

  /** End of the pause of a venue; null when it is not paused. */
  pausedUntil(venue: VenueId, now: number): number | null {
    const until = this.#until.get(venue) ?? 0
    return until > now ? until : null
  }

  all(now: number): readonly { readonly venue: VenueId; readonly until: number }[] {
    return [...this.#until].filter(([, until]) => until > now).map(([venue, until]) => ({ venue, until }))
  }
}
