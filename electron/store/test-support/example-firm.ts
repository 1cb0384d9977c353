import { amount, multiply } from '../../../core/amount.ts'
import { type ClientBook, OMNIBUS } from '../../../core/client-book.ts'
import { ManualClock } from '../../../core/clock.ts'
import type { DeskStore } from '../../../core/contracts/store.ts'
import type { VenueId } from '../../../core/instruments.ts'
import { type Fact, fact } from '../../../core/journal.ts'
import type { ModelPortfolio } from '../../../core/model-portfolio.ts'
import type { ChildOrder, ParentOrder, VenueTrade } from '../../../core/order.ts'
import { unwrap } from '../../../core/result.ts'
import { bps, millis } from '../../../core/units.ts'
import { openStore } from '../open-store.ts'

export const START = Date.UTC(2025, 0, 6)

export const MODEL: ModelPortfolio = {
  id: 'core',
  name: 'Core',
  version: 1,
  lines: [
    { asset: 'BTC', target: 0.6, band: { kind: 'hybrid', ofTarget: 0.125, floor: 0.01 } },
    { asset: 'CASH', target: 0.4, band: { kind: 'absolute', halfWidth: 0.05 } },
  ],
  groupCaps: [],
}

export const bookOf = (id: string, changes: Partial<ClientBook> = {}): ClientBook => ({
  id,
  clientId: `client-${id}`,
  clientName: `Client ${id}`,
  tier: 'standard',
  modelId: 'core',
  custody: { kind: 'omnibus' },
  cashReserve: 0.01,
  riskAversion: 4,
  mandate: null,
  restrictions: [],
  pausedUntil: null,
  mayCross: false,
  ...changes,
})

/** Two omnibus books, one segregated; 1 BTC (0.4 of an old lot) and 50,000 USDT on Binance, 30,000 USD on Kraken each. */
export function openingFacts(): readonly Fact[] {
  const books = [
    bookOf('anna'),
    bookOf('boris', { tier: 'premium', mandate: { maximumTurnover: 0.1, maximumCostBps: 20 } }),
    bookOf('clara', { custody: { kind: 'segregated', account: 'clara-account' } }),
  ]
  const lot = (venue: VenueId, asset: string, quantity: string, cost: string | null, day: number) => ({
    venue,
    asset,
    quantity: amount(quantity),
    unitCostUsd: cost === null ? null : amount(cost),
    acquiredAt: millis(START - day * 86_400_000),
  })
  return [
    fact('model-saved', { model: MODEL }),
    ...books.map((book) => fact('client-book-opened', { book })),
    ...books.map((book) =>
      fact('holdings-opened', {
        subAccount: book.id,
        account: book.custody.kind === 'omnibus' ? OMNIBUS : book.custody.account,
        lots: [
          lot('binance', 'BTC', '0.6', '60000', 100),
          lot('binance', 'BTC', '0.4', '30000', 400),
          lot('binance', 'USDT', '50000', null, 1),
          lot('kraken', 'USD', '30000', null, 1),
        ],
      }),
    ),
  ]
}

export const parentOf = (id: string, changes: Partial<ParentOrder> = {}): ParentOrder => ({
  id,
  planId: 'plan-1',
  asset: 'BTC',
  side: 'buy',
  account: OMNIBUS,
  quantity: amount('0.5'),
  participants: [
    { bookId: 'anna', quantity: amount('0.3') },
    { bookId: 'boris', quantity: amount('0.2') },
  ],
  schedule: { kind: 'immediate' },
  arrivalPriceUsd: 100_000,
  estimatedCostBps: bps(8),
  maximumSlippageBps: bps(30),
  createdAt: millis(START),
  ...changes,
})

export const childOf = (id: string, changes: Partial<ChildOrder> = {}): ChildOrder => ({
  id,
  parentId: 'parent-1',
  planId: 'plan-1',
  leg: `parent-1/${id}`,
  attempt: 1,
  venue: 'binance',
  account: OMNIBUS,
  market: 'binance:BTC/USDT',
  side: 'buy',
  quantity: amount('0.5'),
  limitPrice: amount('100100'),
  timeInForce: 'IOC',
  postOnly: false,
  quotePriceUsd: amount('1'),
  participants: parentOf('parent-1').participants,
  createdAt: millis(START),
  ...changes,
})

export const tradeOf = (
  id: string,
  quantity: string,
  price: string,
  changes: Partial<VenueTrade> = {},
): VenueTrade => ({
  id,
  venue: 'binance',
  account: OMNIBUS,
  market: 'binance:BTC/USDT',
  venueOrderId: 'venue-order-1',
  side: 'buy',
  price: amount(price),
  quantity: amount(quantity),
  cost: multiply(amount(quantity), amount(price)),
  fee: amount('0'),
  feeAsset: 'USDT',
  maker: false,
  at: millis(START),
  ...changes,
})

/** A plan with one parent and one child that is at the venue. */
export const sentFacts = (childId = 'child-1'): readonly Fact[] => [
  fact('plan-released', { planId: 'plan-1', proposalIds: [], approval: 'advisor', parents: [parentOf('parent-1')] }),
  fact('child-journaled', { child: childOf(childId) }),
  fact('child-changed', { childId, state: 'sent', venueOrderId: null, why: null }),
]

export const openTestStore = (folder: string, clock = new ManualClock(START)): DeskStore =>
  unwrap(openStore({ folder, clock, epochSource: () => 'epoch-of-the-test' }))
