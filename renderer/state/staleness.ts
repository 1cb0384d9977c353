import type { VenueHealth } from '../../core/contracts/exchange.ts'

/** Stale is a state: amber at 5 s, red at 20 s; red takes away what needs fresh data. */
const AMBER_MS = 5_000
export const RED_MS = 20_000
export type Freshness = 'fresh' | 'amber' | 'red'

export const freshnessOf = (ageMs: number): Freshness =>
  ageMs >= RED_MS ? 'red' : ageMs >= AMBER_MS ? 'amber' : 'fresh'

export interface Staleness {
  readonly freshness: Freshness
  /** Who is silent: a venue, or the desk itself; null while fresh. */
  readonly source: VenueHealth['venue'] | 'desk' | null
  readonly ageMs: number
}

/**
 * The oldest source decides. `silenceMs` is the time since the desk last said anything: ages grow by it, and a desk
 * silent longer than the amber limit is named as the cause instead of the venues behind it.
 */
export function stalenessOf(venues: readonly VenueHealth[], silenceMs: number): Staleness {
  if (silenceMs >= AMBER_MS) return { freshness: freshnessOf(silenceMs), source: 'desk', ageMs: silenceMs }
  let oldest: Staleness = { freshness: 'fresh', source: null, ageMs: 0 }
  for (const venue of venues) {
    const ageMs = venue.state === 'no-data' ? Math.max(RED_MS, venue.ageMs) : venue.ageMs + silenceMs
    if (ageMs <= oldest.ageMs) continue
    const freshness = freshnessOf(ageMs)
    oldest = { freshness, source: freshness === 'fresh' ? null : venue.venue, ageMs }
  }
  return oldest
}
