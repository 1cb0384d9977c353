import { BINANCE_CHARACTER } from '../market/venue-character.ts'
import type { VenueProfile } from '../venue.ts'

export const BINANCE: VenueProfile = {
  name: 'binance',
  feeScheme: 'received',
  makerFeeBps: 10,
  takerFeeBps: 10,
  maximumOpenOrders: 200,
  character: BINANCE_CHARACTER,
  orderId: (id) => String(id),
  tradeId: (trade) => String(trade.id),
}
