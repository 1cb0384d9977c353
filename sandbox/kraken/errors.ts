import type { RefusalCode } from '../engine/place-check.ts'
import type { KrakenMarket } from './markets.ts'

export const UNKNOWN_PAIR = 'EQuery:Unknown asset pair'
export const UNKNOWN_METHOD = 'EGeneral:Unknown method'
export const INVALID_KEY = 'EAPI:Invalid key'
export const INVALID_SIGNATURE = 'EAPI:Invalid signature'
export const INVALID_NONCE = 'EAPI:Invalid nonce'
export const RATE_LIMIT = 'EAPI:Rate limit exceeded'
export const ORDER_RATE_LIMIT = 'EOrder:Rate limit exceeded'
export const UNKNOWN_ORDER = 'EOrder:Unknown order'
export const UNKNOWN_TRADE = 'EQuery:Unknown trade'
export const DEADLINE_ELAPSED = 'EService:Deadline elapsed'
export const invalidArgument = (name: string): string => `EGeneral:Invalid arguments:${name}`

export function refusalText(code: RefusalCode, market: KrakenMarket): string {
  switch (code) {
    case 'unknown-market':
      return UNKNOWN_PAIR
    case 'price-tick':
      return `EOrder:Invalid price:${market.wsname} price can only be specified up to ${market.priceDecimals} decimals.`
    case 'price-range':
    case 'price-band':
      return 'EOrder:Invalid price'
    case 'quantity-small':
      return invalidArgument('volume minimum not met')
    case 'quantity-large':
    case 'quantity-step':
    case 'market-quantity-large':
      return invalidArgument('volume')
    case 'notional-small':
      return 'EOrder:Cost minimum not met'
    case 'notional-large':
      return 'EOrder:Order minimum or maximum not met'
    case 'duplicate-client-id':
      return 'EOrder:Duplicate cl_ord_id'
    case 'too-many-orders':
      return 'EOrder:Orders limit exceeded'
    case 'would-take':
      return 'EOrder:Post only order'
    case 'insufficient-funds':
      return 'EOrder:Insufficient funds'
  }
}
