import { KRAKEN_CHARACTER } from '../market/venue-character.ts'
import type { VenueProfile } from '../venue.ts'
import { krakenId } from './ids.ts'

export const KRAKEN: VenueProfile = {
  name: 'kraken',
  feeScheme: 'quote',
  makerFeeBps: 16,
  takerFeeBps: 26,
  maximumOpenOrders: 80,
  character: KRAKEN_CHARACTER,
  orderId: (id) => krakenId('O', id),
  // Both sides of a match have a trade id of their own.
  tradeId: (trade) => krakenId('T', trade.id * 2 + (trade.maker ? 1 : 0)),
}
