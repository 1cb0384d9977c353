import type { VenueHealth } from '../../core/contracts/exchange.ts'
import { VENUE_NAMES, type VenueId } from '../../core/instruments.ts'
import type { AlertBoard } from './alerts.ts'

/** Raises what is wrong with a venue's data, once, and clears it when it is right again; `down` has an alert of its own. */
export function watchVenues(alerts: AlertBoard, venues: readonly VenueHealth[], down: readonly VenueId[]): void {
  for (const { venue, state, why } of venues) {
    const id = `venue-${venue}`
    const name = VENUE_NAMES[venue]
    if (state === 'connected' || down.includes(venue)) alerts.clear(id)
    else if (state === 'no-data')
      alerts.raise(
        id,
        'critical',
        `${name} sends no data${why === null ? '' : ` (${why})`}. What it prices is not checked.`,
      )
    else alerts.raise(id, 'warning', `${name} is slow${why === null ? '' : `: ${why}`}.`)
  }
}
