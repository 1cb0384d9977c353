import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { type Amount, formatAmount } from '../../../core/amount.ts'
import { OMNIBUS } from '../../../core/client-book.ts'
import type { DeskStore } from '../../../core/contracts/store.ts'
import { openingFacts, openTestStore } from './example-firm.ts'

let folder: string
/** The example firm's, a new one for every test of a file that imports it. */
export let store: DeskStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-store-'))
  store = openTestStore(folder)
  store.record(openingFacts(), 'import')
})
afterEach(() => {
  const report = store.verify()
  store.close()
  rmSync(folder, { recursive: true })
  // Whatever a test did, the tables are what the journal says.
  expect(report).toMatchObject({ ok: true })
})

/** The next desk on the same folder. */
export function reopen(): void {
  store.close()
  store = openTestStore(folder)
}

/** Quantities of a sub-account by venue and asset. */
export const owned = (subAccount: string): Record<string, string> =>
  Object.fromEntries(store.holdingsOf(subAccount).map((h) => [`${h.venue} ${h.asset}`, formatAmount(h.quantity)]))
/** Quantity and unit cost of a sub-account's lots, oldest first. */
export const lots = (subAccount: string, asset = 'BTC'): (string | null)[][] =>
  store
    .lotsOf(subAccount)
    .filter((lot) => lot.asset === asset)
    .map((lot) => [formatAmount(lot.quantity), lot.unitCostUsd === null ? null : formatAmount(lot.unitCostUsd)])
/** What the ledger says an account holds over its books and the house. */
export const total = (asset: string, account: string = OMNIBUS): string =>
  formatAmount(store.accountTotals('binance', account).get(asset) ?? (0n as Amount))
