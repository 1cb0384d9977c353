import type { RefusalCode } from '../engine/place-check.ts'

/** An error as Binance words it: HTTP status, code, text. */
export interface BinanceError {
  readonly status: number
  readonly code: number
  readonly msg: string
}

const error = (status: number, code: number, msg: string): BinanceError => ({ status, code, msg })

export const BAD_SIGNATURE = error(400, -1022, 'Signature for this request is not valid.')
export const BAD_API_KEY = error(401, -2014, 'API-key format invalid.')
export const UNKNOWN_API_KEY = error(401, -2015, 'Invalid API-key, IP, or permissions for action.')
export const TIMESTAMP_LATE = error(400, -1021, 'Timestamp for this request is outside of the recvWindow.')
export const TIMESTAMP_EARLY = error(400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.")
export const BAD_RECV_WINDOW = error(400, -1131, 'recvWindow must be less than 60000.')
export const BAD_SYMBOL = error(400, -1121, 'Invalid symbol.')
export const BAD_INTERVAL = error(400, -1120, 'Invalid interval.')
export const NO_SUCH_ORDER = error(400, -2013, 'Order does not exist.')
export const UNKNOWN_ORDER = error(400, -2011, 'Unknown order sent.')
export const UNKNOWN_METHOD = error(404, -1000, 'There is no such endpoint in the sandbox.')

export const missingParameter = (name: string): BinanceError =>
  error(400, -1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`)
export const illegalParameter = (name: string, range: string): BinanceError =>
  error(400, -1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`)
/** Enumerations have codes of their own. */
export const BAD_TIME_IN_FORCE = error(400, -1115, 'Invalid timeInForce.')
export const BAD_ORDER_TYPE = error(400, -1116, 'Invalid orderType.')
export const BAD_SIDE = error(400, -1117, 'Invalid side.')
export const unwantedParameter = (name: string): BinanceError =>
  error(400, -1106, `Parameter '${name}' sent when not required.`)
export const badCombination = (): BinanceError => error(400, -1128, 'Combination of optional parameters invalid.')

export const weightExceeded = (limit: number): BinanceError =>
  error(
    429,
    -1003,
    `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
  )
export const banned = (until: number): BinanceError =>
  error(
    418,
    -1003,
    `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
  )
export const orderRateExceeded = (limit: number, interval: string): BinanceError =>
  error(429, -1015, `Too many new orders; current limit is ${limit} orders per ${interval}.`)

const filter = (name: string): BinanceError => error(400, -1013, `Filter failure: ${name}`)

const REFUSALS: Readonly<Record<RefusalCode, BinanceError>> = {
  'unknown-market': BAD_SYMBOL,
  'price-tick': filter('PRICE_FILTER'),
  'price-range': filter('PRICE_FILTER'),
  'price-band': filter('PERCENT_PRICE_BY_SIDE'),
  'quantity-small': filter('LOT_SIZE'),
  'quantity-large': filter('LOT_SIZE'),
  'quantity-step': filter('LOT_SIZE'),
  'market-quantity-large': filter('MARKET_LOT_SIZE'),
  'notional-small': filter('NOTIONAL'),
  'notional-large': filter('NOTIONAL'),
  'too-many-orders': filter('MAX_NUM_ORDERS'),
  'duplicate-client-id': error(400, -2010, 'Duplicate order sent.'),
  'would-take': error(400, -2010, 'Order would immediately match and take.'),
  'insufficient-funds': error(400, -2010, 'Account has insufficient balance for requested action.'),
}
export const refusalError = (code: RefusalCode): BinanceError => REFUSALS[code]
