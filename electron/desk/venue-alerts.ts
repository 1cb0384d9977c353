import type { VenueHealth } from '../../core/contracts/exchange.ts'
import { VENUE_NAMES, type VenueId } from '../../core/instruments.ts'
import type { AlertBoard } from './alerts.ts'

/**
 * Raises what is wrong with a venue's data, once, and clears it when it is right again. What the connection itself says
 * of it stands in the status bar. `down` venues have an alert of their own.
 */
export function watchVenues(alerts: AlertBoard, venues: readonly VenueHealth[], down: readonly VenueId[]): void {
  for (const { venue, state } of venues) {
    const id = `venue-${venue}`
    const name = VENUE_NAMES[venue]
    if (state === 'connected' || down.includes(venue)) alerts.clear(id)
    else if (state === 'slow') alerts.raise(id, 'warning', `${name} is slow: some of its prices are old.`)
    else
      alerts.raise(
        id,
        'critical',
        `${name} sends no data. Books that need its prices cannot be checked; the desk connects again by itself.`,
      )
  }
}
