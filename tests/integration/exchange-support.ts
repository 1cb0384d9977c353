import { randomUUID } from 'node:crypto'
import { afterAll } from 'vitest'
import { type Amount, amount, floorToStep, fromFloat, multiply } from '../../core/amount.ts'
import type { VenueOrder } from '../../core/contracts/exchange.ts'
import type { SandboxAddresses, SandboxVenue } from '../../core/contracts/sandbox-control.ts'
import type { Market, MarketKey } from '../../core/instruments.ts'
import type { ChildOrder } from '../../core/order.ts'
import { unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { connectVenue } from '../../electron/exchanges/connect-venue.ts'
import type { LiveAccountConnection, LiveVenueConnection } from '../../electron/exchanges/live-connection.ts'
import type { ExchangeDependencies } from '../../electron/exchanges/settings.ts'

/** Name of the test account in the sandbox's ledger. */
export const SANDBOX_ACCOUNT = 'test'
export const BTC: Readonly<Record<SandboxVenue, MarketKey>> = { binance: 'binance:BTC/USDT', kraken: 'kraken:BTC/USD' }

/** A connection of our own making, closed after the file's tests. */
export function connectForTest(
  addresses: SandboxAddresses,
  venue: SandboxVenue,
  dependencies: ExchangeDependencies = {},
): LiveVenueConnection {
  const { http, ws } = addresses[venue]
  const connection = unwrap(connectVenue({ venue, http, ws }, dependencies))
  afterAll(() => connection.close())
  return connection
}

export async function openTestAccount(
  connection: LiveVenueConnection,
  addresses: SandboxAddresses,
): Promise<LiveAccountConnection> {
  const { apiKey, secret } = addresses[connection.venue]
  return unwrap(await connection.openAccount({ account: 'firm', apiKey, secret }))
}

export async function marketOf(connection: LiveVenueConnection, key: MarketKey): Promise<Market> {
  const market = unwrap(await connection.markets()).find((entry) => `${entry.venue}:${entry.symbol}` === key)
  if (!market) throw new Error(`${connection.venue} lists no ${key}`)
  return market
}

/** Last closed hourly price: close enough to now for a limit that crosses, or that stays away. */
export async function recentPrice(connection: LiveVenueConnection, key: MarketKey): Promise<number> {
  return unwrap(await connection.bars(key, '1h', 1))[0]!.close
}

/** A child order at a multiple of a price, on the tick; by default an IOC buy that crosses. */
export function childOrder(
  market: Market,
  price: number,
  changes: Partial<ChildOrder> & { readonly priceFactor?: string } = {},
): ChildOrder {
  const { priceFactor = '1.05', ...rest } = changes
  const limit: Amount = floorToStep(multiply(fromFloat(price), amount(priceFactor)), market.filters.tick)
  return {
    id: randomUUID(),
    parentId: 'parent',
    planId: 'plan',
    leg: 'leg',
    attempt: 1,
    venue: market.venue,
    account: 'firm',
    market: `${market.venue}:${market.symbol}`,
    side: 'buy',
    quantity: amount('0.01'),
    limitPrice: limit,
    timeInForce: 'IOC',
    postOnly: false,
    quotePriceUsd: amount('1'),
    participants: [],
    createdAt: millis(Date.now()),
    ...rest,
  }
}

/** The order as the venue has it after it took it: Kraken's answer to an order does not say, a lookup does. */
export async function settledOrder(account: LiveAccountConnection, child: ChildOrder): Promise<VenueOrder> {
  const outcome = await account.submit(child)
  if (outcome.kind !== 'accepted') throw new Error(`${outcome.kind}: ${outcome.why}`)
  if (outcome.order.state !== 'working') return outcome.order
  const found = await account.lookup(child, outcome.order.venueOrderId)
  if (found.kind !== 'found') throw new Error(`the order is ${found.kind}`)
  return found.order
}
