import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LedgerTrade, SandboxLedger } from '../../core/contracts/sandbox-control.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { VenueId } from '../../core/instruments.ts'
import { fact } from '../../core/journal.ts'
import { simulatedAccountName } from '../simulation/accounts.ts'
import { openingFacts, openTestStore, sentFacts, tradeOf } from '../store/test-support/example-firm.ts'
import { compareLedgers, hashTrades } from './ledger-check.ts'

let folder: string
let store: DeskStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-ledger-'))
  store = openTestStore(folder)
  store.record([...openingFacts(), ...sentFacts()], 'import')
  // 0.1 BTC bought for 10,000 USDT
  store.record([fact('trade-recorded', { trade: tradeOf('17', '0.1', '100000'), childId: 'child-1' })], 'venue:binance')
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

const ACCOUNTS = [
  { venue: 'binance', account: 'omnibus' },
  { venue: 'kraken', account: 'omnibus' },
  { venue: 'binance', account: 'clara-account' },
  { venue: 'kraken', account: 'clara-account' },
] as const
const balance = (venue: VenueId, account: string, asset: string, free: string, locked = '0') => ({
  venue,
  account: simulatedAccountName(store.epoch, venue, account),
  asset,
  free,
  locked,
})
const tradeAt = (id: string, changes: Partial<LedgerTrade> = {}): LedgerTrade => ({
  id,
  venue: 'binance',
  account: simulatedAccountName(store.epoch, 'binance', 'omnibus'),
  market: 'BTCUSDT',
  side: 'buy',
  price: '100000',
  quantity: '0.1',
  cost: '10000',
  fee: '0',
  feeAsset: 'USDT',
  orderId: '1',
  clientOrderId: 'child-1',
  maker: false,
  marketTime: 5,
  wireTime: 6,
  ...changes,
})
/** Two books of 1 BTC, 50,000 USDT and 30,000 USD each in omnibus; clara's the same on her own. */
const truth = (changes: Partial<SandboxLedger> = {}): SandboxLedger => ({
  accounts: [],
  deposits: [],
  withdrawals: [],
  orders: [],
  balances: [
    balance('binance', 'omnibus', 'BTC', '2', '0.1'),
    balance('binance', 'omnibus', 'USDT', '90000'),
    balance('kraken', 'omnibus', 'USD', '60000'),
    balance('binance', 'clara-account', 'BTC', '1'),
    balance('binance', 'clara-account', 'USDT', '50000'),
    balance('kraken', 'clara-account', 'USD', '30000'),
    balance('kraken', 'clara-account', 'ETH', '0'),
  ],
  trades: [tradeAt('17')],
  ...changes,
})
const compare = (ledger: SandboxLedger) => compareLedgers(store, ACCOUNTS, ledger)

test('equal: free and locked together, nothing of others counted, a balance of zero is none', () => {
  const others = [
    { ...balance('binance', 'omnibus', 'BTC', '99'), account: 'omnibus-of-another-desk' },
    balance('binance', 'nobody', 'BTC', '99'),
  ]
  const stranger = tradeAt('18', { account: 'omnibus-of-another-desk' })
  expect(compare(truth({ balances: [...truth().balances, ...others], trades: [tradeAt('17'), stranger] }))).toEqual([])
})

describe('tampered with, every difference is named', () => {
  test('the last unit of a balance', () => {
    const balances = truth().balances.map((row) =>
      row.asset === 'USD' && row.free === '60000' ? { ...row, free: '60000.000000000001' } : row,
    )
    expect(compare(truth({ balances }))).toEqual([
      {
        kind: 'balance',
        venue: 'kraken',
        account: 'omnibus',
        asset: 'USD',
        ledger: '60000',
        venueBalance: '60000.000000000001',
      },
    ])
  })

  test('an asset that only one side has', () => {
    const [, ...rest] = truth().balances
    expect(compare(truth({ balances: rest }))).toMatchObject([
      { kind: 'balance', asset: 'BTC', ledger: '2.1', venueBalance: '0' },
    ])
    const more = [...truth().balances, balance('kraken', 'omnibus', 'ETH', '1')]
    expect(compare(truth({ balances: more }))).toMatchObject([{ asset: 'ETH', ledger: '0', venueBalance: '1' }])
  })

  test('money in the wrong account of the right venue', () => {
    const balances = truth().balances.map((row) =>
      row.asset === 'BTC' ? { ...row, free: row.free === '2' ? '1' : '2' } : row,
    )
    expect(compare(truth({ balances })).map((difference) => difference.account)).toEqual(['omnibus', 'clara-account'])
  })

  test('a trade that the journal lacks, and one that the venue lacks', () => {
    expect(compare(truth({ trades: [tradeAt('17'), tradeAt('18')] }))).toEqual([
      { kind: 'trade-missing', venue: 'binance', account: 'omnibus', trade: 'BTCUSDT 18' },
    ])
    expect(compare(truth({ trades: [] }))).toEqual([
      { kind: 'trade-invented', venue: 'binance', account: 'omnibus', trade: 'BTCUSDT 17' },
    ])
  })

  test('the right number on the wrong market is both', () => {
    expect(compare(truth({ trades: [tradeAt('17', { market: 'ETHUSDT' })] })).map(({ kind }) => kind)).toEqual([
      'trade-missing',
      'trade-invented',
    ])
  })
})

test('a trade booked to nobody’s order counts as the house’s, and still has to be at the venue', () => {
  store.record(
    [fact('trade-recorded', { trade: tradeOf('19', '0.1', '100000', { venueOrderId: 'foreign' }), childId: null })],
    'venue:binance',
  )
  expect(compare(truth()).map(({ kind }) => kind)).toEqual(['balance', 'balance', 'trade-invented'])
})

describe('the hash over all trades', () => {
  test('is blind to wire time and to nothing else', () => {
    const hash = (changes: Partial<LedgerTrade> = {}): string => hashTrades(truth({ trades: [tradeAt('17', changes)] }))
    expect(hash()).toMatch(/^[0-9a-f]{64}$/)
    expect(hash({ wireTime: 999 })).toBe(hash())
    const seen = new Set([
      hash(),
      hash({ marketTime: 6 }),
      hash({ price: '100000.1' }),
      hash({ quantity: '0.2' }),
      hash({ fee: '1' }),
      hash({ clientOrderId: 'child-2' }),
      hashTrades(truth({ trades: [] })),
      hashTrades(truth({ trades: [tradeAt('17'), tradeAt('18')] })),
      hashTrades(truth({ trades: [tradeAt('18'), tradeAt('17')] })),
    ])
    expect(seen.size).toBe(9)
  })
})
