import { assert } from '../../core/assert.ts'
import type { Clock } from '../../core/clock.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { Actor, Fact, JournalEntry } from '../../core/journal.ts'
import { decodeFact } from './codec/payload-codec.ts'
import { describeFact } from './describe-fact.ts'
import { Journal } from './journal.ts'
import type { Migration } from './migrations.ts'
import { createProjections } from './projections/all-projections.ts'
import { createCashFlowRepository } from './repositories/cash-flows.ts'
import { createClientBookRepository } from './repositories/client-books.ts'
import { createDecisionRepository } from './repositories/decisions.ts'
import { createDeskStateRepository } from './repositories/desk-states.ts'
import { createHoldingRepository } from './repositories/holdings.ts'
import { createLotSaleRepository } from './repositories/lot-sales.ts'
import { createOrderRepository } from './repositories/orders.ts'
import { createProposalRepository } from './repositories/proposals.ts'
import { createRiskRepository } from './repositories/risk.ts'
import { createTradeRepository } from './repositories/trades.ts'
import { type Database, errorText, type SqliteLibrary } from './sqlite.ts'
import { verifyStore } from './verify.ts'

interface Parts {
  readonly sqlite: SqliteLibrary
  readonly database: Database
  readonly migrations: readonly Migration[]
  readonly clock: Clock
  readonly onClose: () => void
}

/** The store over an open database whose schema is the newest. */
export function createDeskStore({ sqlite, database, migrations, clock, onClose }: Parts): DeskStore {
  const journal = new Journal(database)
  const projections = createProjections(database)
  const clientBooks = createClientBookRepository(database)
  const holdings = createHoldingRepository(database)
  const proposals = createProposalRepository(database)
  const cashFlows = createCashFlowRepository(database)
  const orders = createOrderRepository(database)
  const trades = createTradeRepository(database)
  const decisions = createDecisionRepository(database)
  const states = createDeskStateRepository(database)
  const risk = createRiskRepository(database)

  const appendAll = database.transaction((facts: readonly Fact[], actor: Actor): readonly JournalEntry[] => {
    const at = clock.now()
    const entries: JournalEntry[] = []
    for (const fact of facts) {
      if (trades.isRepeated(fact)) continue
      const entry = journal.append(fact, actor, at)
      try {
        projections.apply(fact, entry.sequence, at)
      } catch (error) {
        throw new Error(`can't record ${fact.type}: ${errorText(error)}`, { cause: error })
      }
      entries.push(entry)
    }
    const negative = holdings.findBelowZero()
    assert(
      negative === undefined,
      `client book ${negative?.subAccount} would own ${negative?.quantity} ${negative?.asset} on ${negative?.venue}`,
    )
    return entries
  })

  const record = (facts: readonly Fact[], actor: Actor): readonly JournalEntry[] => {
    try {
      return appendAll.immediate(facts, actor)
    } catch (error) {
      journal.rewind()
      throw error
    }
  }

  const epoch = database.prepare('SELECT epoch FROM ledger')
  const history = database.prepare(
    `SELECT at, type, version, payload FROM mention JOIN journal USING (sequence) WHERE id = ? ORDER BY sequence`,
  )
  const readSetting = database.prepare('SELECT value FROM setting WHERE key = ?')
  const writeSetting = database.prepare(
    'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )

  return {
    get epoch() {
      const row = epoch.get() as { epoch: string } | undefined
      assert(row !== undefined, 'the journal has no ledger-opened')
      return row.epoch
    },
    record,
    ...clientBooks,
    holdings: holdings.holdings,
    holdingsOf: holdings.holdingsOf,
    lotsOf: holdings.lotsOf,
    accountTotals: holdings.accountTotals,
    ...createLotSaleRepository(database),
    ...proposals,
    ...cashFlows,
    ...orders,
    hasTrade: trades.hasTrade,
    tradeKeys: trades.tradeKeys,
    tradeCount: trades.tradeCount,
    ...states,
    ...decisions,
    ...risk,
    historyOf: (id) =>
      (history.all(id) as Pick<JournalEntry, 'at' | 'type' | 'version' | 'payload'>[]).map((entry) => ({
        at: entry.at,
        type: entry.type,
        text: describeFact(decodeFact(entry.type, entry.version, entry.payload)),
      })),
    journalLength: () => journal.headSequence,
    verify: () => verifyStore(sqlite, database, journal, migrations),
    setting: (key) => (readSetting.get(key) as { value: string } | undefined)?.value,
    saveSetting: (key, value) => void writeSetting.run(key, value),
    close: onClose,
  }
}
