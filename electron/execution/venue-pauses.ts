import type { VenueId } from '../../core/instruments.ts'

/** Venues that asked for a pause (429, 418): only that venue waits, the others go on. */
export class VenuePauses {
  readonly #until = new Map<VenueId, number>()

  /** Never shortens a pause that is already longer. */
  pause(venue: VenueId, until: number): void {
    this.#until.set(venue, Math.max(until, this.#until.get(venue) ?? 0))
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
