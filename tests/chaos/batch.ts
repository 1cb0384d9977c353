import { type Amount, add, amount, floorToStep, formatAmount, fromFloat, ZERO } from '../../core/amount.ts'
import { accountOf, type ClientBook, OMNIBUS, type VenueAccountId } from '../../core/client-book.ts'
import type { SandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import { type AssetId, VENUES, type VenueId } from '../../core/instruments.ts'
import { type Fact, fact } from '../../core/journal.ts'
import type { ParentOrder, Side } from '../../core/order.ts'
import { createRandom } from '../../core/random.ts'
import { unwrap } from '../../core/result.ts'
import { bps, millis } from '../../core/units.ts'
import type { SandboxControl } from '../../electron/simulation/control-client.ts'

/** Where the process under test ends itself; `after` counts the passes of that point. */
export interface KillPoint {
  readonly at: 'before-journal' | 'after-journal' | 'after-send' | 'after-answer' | 'between-waves'
  readonly after: number
}

/** Everything the process under test needs; written by the test, read by the process. */
export interface Assignment {
  readonly folder: string
  readonly addresses: SandboxAddresses
  readonly plans: readonly (readonly PlannedParent[])[]
  readonly pricesUsd: Readonly<Record<AssetId, number>>
}

export interface PlannedParent {
  readonly id: string
  readonly asset: AssetId
  readonly side: Side
  readonly account: VenueAccountId
  readonly participants: readonly { readonly bookId: string; readonly quantity: string }[]
}

const ASSETS = ['BTC', 'ETH', 'SOL', 'XRP', 'ADA', 'LINK', 'DOT', 'AVAX', 'LTC', 'DOGE']
const STEP = amount('0.1')
const COARSE: ReadonlySet<AssetId> = new Set(['XRP', 'ADA', 'DOGE', 'DOT', 'LINK', 'SOL', 'AVAX', 'LTC'])
const SEGREGATED = 'segregated-account'
export const ACCOUNTS = [OMNIBUS, SEGREGATED] as const

export const clientBooks: readonly ClientBook[] = Array.from({ length: 12 }, (_, index) => ({
  id: `book-${index}`,
  clientId: `client-${index}`,
  clientName: `Client ${index}`,
  tier: 'standard',
  modelId: 'core',
  custody: index === 11 ? { kind: 'segregated', account: SEGREGATED } : { kind: 'omnibus' },
  cashReserve: 0,
  riskAversion: 5,
  mandate: null,
  restrictions: [],
  pausedUntil: null,
  mayCross: false,
}))

/** Keys of the sandbox accounts of this test; Kraken's secrets are base64. */
export const credentialsOf = (venue: VenueId, account: VenueAccountId) => ({
  account,
  apiKey: `chaos-${venue}-${account}`,
  secret: Buffer.from(`secret of ${venue} ${account}`).toString('base64'),
})

/** A third of the books lives on Binance, a third on Kraken, a third on both: blocks must split by inventory. */
const VENUES_OF_BOOK: readonly (readonly VenueId[])[] = [['binance'], ['kraken'], ['binance', 'kraken']]

/** Some of each asset and of cash, on the venues of the book. */
function openingQuantities(
  index: number,
  pricesUsd: Assignment['pricesUsd'],
): readonly { venue: VenueId; asset: AssetId; quantity: Amount }[] {
  return VENUES_OF_BOOK[index % 3]!.flatMap((venue) => [
    ...listedAssets(pricesUsd).map((asset) => ({ venue, asset, quantity: unitsWorth(asset, 30_000, pricesUsd) })),
    { venue, asset: venue === 'binance' ? 'USDT' : 'USD', quantity: amount('150000') },
  ])
}

/** Opens the accounts at the venues with what the books of each own there. */
export async function openAccounts(control: SandboxControl, pricesUsd: Assignment['pricesUsd']): Promise<void> {
  for (const venue of VENUES) {
    for (const account of ACCOUNTS) {
      const deposits = new Map<AssetId, Amount>()
      for (const [index, book] of clientBooks.entries()) {
        if (accountOf(book) !== account) continue
        for (const holding of openingQuantities(index, pricesUsd)) {
          if (holding.venue !== venue) continue
          deposits.set(holding.asset, add(deposits.get(holding.asset) ?? ZERO, holding.quantity))
        }
      }
      const texts = [...deposits].map(([asset, quantity]) => [asset, formatAmount(quantity)])
      const { apiKey, secret } = credentialsOf(venue, account)
      unwrap(await control.openAccount({ venue, account, apiKey, secret, deposits: Object.fromEntries(texts) }))
    }
  }
}

export async function readPrices(control: SandboxControl): Promise<Assignment['pricesUsd']> {
  const { prices } = unwrap(await control.state())
  return Object.fromEntries(Object.entries(prices).map(([asset, price]) => [asset, Number(price)]))
}

/** Whole tenths or ten-thousandths: in whole steps of both venues. */
function unitsWorth(asset: AssetId, usd: number, pricesUsd: Assignment['pricesUsd']): Amount {
  return floorToStep(fromFloat(usd / pricesUsd[asset]!), COARSE.has(asset) ? STEP : amount('0.0001'))
}

export const listedAssets = (pricesUsd: Assignment['pricesUsd']): readonly AssetId[] =>
  ASSETS.filter((asset) => pricesUsd[asset] !== undefined)

export function firmFacts({ pricesUsd }: Pick<Assignment, 'pricesUsd'>): readonly Fact[] {
  const assets = listedAssets(pricesUsd)
  const lines = [...assets, 'CASH'].map((asset) => ({
    asset,
    target: 1 / (assets.length + 1),
    band: { kind: 'absolute', halfWidth: 0.05 } as const,
  }))
  return [
    fact('model-saved', { model: { id: 'core', name: 'Core', version: 1, lines, groupCaps: [] } }),
    ...clientBooks.map((book) => fact('client-book-opened', { book })),
    ...clientBooks.map((book, index) =>
      fact('holdings-opened', {
        subAccount: book.id,
        account: accountOf(book),
        lots: openingQuantities(index, pricesUsd).map((holding) => ({
          ...holding,
          unitCostUsd: null,
          acquiredAt: millis(0),
        })),
      }),
    ),
  ]
}

/** Plans of parents of one to three books each, 300 to 3,000 USD a book, over all assets and both sides. */
export function planBatch(
  seed: number,
  sizes: readonly number[],
  pricesUsd: Assignment['pricesUsd'],
): readonly (readonly PlannedParent[])[] {
  const random = createRandom(seed)
  const assets = listedAssets(pricesUsd)
  return sizes.map((size, plan) =>
    Array.from({ length: size }, (_, index) => {
      const first = random.integer(clientBooks.length)
      const isSegregated = clientBooks[first]!.custody.kind === 'segregated'
      const members = isSegregated ? [first] : Array.from({ length: 1 + random.integer(3) }, (_, k) => (first + k) % 11)
      const asset = assets[index % assets.length]!
      return {
        id: `plan-${plan + 1}.${index}`,
        asset,
        side: random.next() < 0.5 ? ('sell' as const) : ('buy' as const),
        account: isSegregated ? SEGREGATED : OMNIBUS,
        participants: members.map((member) => ({
          bookId: clientBooks[member]!.id,
          quantity: formatAmount(unitsWorth(asset, random.between(300, 3_000), pricesUsd)),
        })),
      }
    }),
  )
}

export function parentOrder(planId: string, parent: PlannedParent, priceUsd: number, createdAt: number): ParentOrder {
  const participants = parent.participants.map(({ bookId, quantity }) => ({ bookId, quantity: amount(quantity) }))
  return {
    id: parent.id,
    planId,
    asset: parent.asset,
    side: parent.side,
    account: parent.account,
    quantity: participants.reduce((total, { quantity }) => (total + quantity) as Amount, 0n as Amount),
    participants,
    schedule: { kind: 'immediate' },
    arrivalPriceUsd: priceUsd,
    estimatedCostBps: bps(10),
    maximumSlippageBps: bps(300),
    createdAt: millis(createdAt),
  }
}
