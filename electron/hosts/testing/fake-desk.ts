import type { DeskApi, DeskEvents } from '../../../core/contracts/desk-api.ts'
import type { DeskSnapshot, DeskSummary, GridFrame } from '../../../core/contracts/monitor-view.ts'
import { GRID_COLUMNS } from '../../../core/contracts/monitor-view.ts'
import { SHIPPED_MULTIPLIERS } from '../../../core/regime.ts'
import { fail, ok } from '../../../core/result.ts'
import type { RunningDesk } from '../desk-factory.ts'

/** A desk of four books that does nothing by itself: tests of the hosts move it. */
export interface FakeDesk extends RunningDesk {
  /** Every call that reached the desk, as [method, ...arguments]. */
  readonly calls: readonly (readonly unknown[])[]
  emit<K extends keyof DeskEvents>(name: K, value: DeskEvents[K]): void
  listenerCount(): number
  isClosed(): boolean
}

const BOOKS = 4

export function fakeFrame(sequence: number, rows: readonly number[]): GridFrame {
  return {
    sequence,
    at: 1_700_000_000_000,
    rows: Uint32Array.from(rows),
    cells: new Float64Array(rows.length * GRID_COLUMNS.length).fill(sequence),
  }
}

export const fakeSummary: DeskSummary = {
  at: 1_700_000_000_000,
  marketTime: null,
  assetsUnderManagementUsd: 1e6,
  dayChangeUsd: Number.NaN,
  counts: {
    'in-band': BOOKS,
    'near-edge': 0,
    'out-of-band': 0,
    'awaiting-approval': 0,
    executing: 0,
    'unable-to-check': 0,
  },
  cashNeeds: { books: 0, usd: 0 },
  paused: 0,
  worst: null,
  costToFixUsd: 0,
  costToFixBps: 0,
  regime: { class: 'normal', since: 0, multiplier: 1, volatility: 0.5, prior: true, explanation: 'normal: assumed' },
  alerts: [],
  venues: [],
  trading: 'active',
  tradingWhy: null,
  booksChecked: BOOKS,
  engineP95Ms: 1,
  openProposals: 0,
  workingParents: 0,
  audit: { entries: 1, verifiedAt: null, ok: true },
  pendingApprovals: [],
}

export function createFakeDesk(): FakeDesk {
  const calls: (readonly unknown[])[] = []
  const listeners = new Map<keyof DeskEvents, Set<(value: never) => void>>()
  let closed = false
  let sequence = 0
  let layout = ''

  const snapshot = (): DeskSnapshot => ({
    mode: 'simulation',
    firm: 'Test firm',
    advisor: 'Test advisor',
    assets: ['BTC', 'CASH'],
    models: [{ id: 'model-1', name: 'Balanced', version: 1, books: BOOKS }],
    books: Array.from({ length: BOOKS }, (_, n) => ({
      bookId: `book-${n}`,
      clientId: `client-${n}`,
      clientName: `Client ${n}`,
      tier: 'standard',
      modelId: 'model-1',
      modelName: 'Balanced',
      segregated: false,
    })),
    frame: fakeFrame(sequence, [0, 1, 2, 3]),
    summary: fakeSummary,
    layout,
    version: '0.0.0',
  })
  const unknownBook = () => fail('unknown-client-book', 'the test desk has no client book to show')
  const unknownProposal = () => fail('unknown-proposal', 'the test desk has no proposals')
  const unknownOrder = () => fail('unknown-order', 'the test desk has no orders')
  const api: DeskApi = {
    snapshot,
    clientBook: async () => unknownBook(),
    weightHistory: unknownBook,
    proposals: () => ({
      at: 0,
      proposals: [],
      pricesAgeSeconds: 0,
      approvalBlocked: null,
      undoSeconds: 5,
      pending: [],
      lastOutcome: null,
    }),
    approve: () => fail('nothing-to-approve', 'the test desk has no proposals'),
    undoApproval: unknownProposal,
    holdProposal: unknownProposal,
    dismissProposal: () => ok(null),
    recomputeProposal: async () => unknownProposal(),
    proposeFor: async () => unknownBook(),
    blotter: async () =>
      ok({
        at: 0,
        parents: [],
        totals: { orderedUsd: 0, filledUsd: 0, slippageBps: 0, estimatedBps: 0, feesUsd: 0 },
      }),
    parentDetail: async () => unknownOrder(),
    cancelParent: async () => unknownOrder(),
    setTrading: async () => ok(null),
    pauseClientBook: () => ok(null),
    restrictAsset: unknownBook,
    liftRestriction: unknownBook,
    setTaxTerms: unknownBook,
    riskProfiles: () => [],
    saveRiskProfile: () => ok(null),
    assignRiskProfile: unknownBook,
    overrideRisk: unknownBook,
    endRiskOverride: unknownBook,
    rules: () => ({
      rules: {
        settle: 'optimal',
        coolDownMs: 0,
        proposalLifeMs: 900_000,
        crisisOuterLimit: 0.08,
        schedule: null,
        volatilitySpike: null,
        bandMultipliers: SHIPPED_MULTIPLIERS,
        tradeRate: null,
      },
      at: null,
      by: null,
      why: null,
    }),
    setRules: () => ok(null),
    simulateCashFlow: async () => {
      throw new Error('signed address https://venue/?signature=SECRET')
    },
    importClientBooks: async () => ok({ books: 0 }),
    saveLayout: (text) => {
      layout = text
      return null
    },
  }
  const recorded = Object.fromEntries(
    Object.entries(api).map(([method, answer]: [string, (...input: never[]) => unknown]) => [
      method,
      (...input: never[]) => {
        calls.push([method, ...input])
        return answer(...input)
      },
    ]),
  ) as unknown as DeskApi

  return {
    api: recorded,
    calls,
    on(name, listener) {
      const ofName = listeners.get(name) ?? new Set()
      listeners.set(name, ofName.add(listener))
      return () => ofName.delete(listener)
    },
    emit(name, value) {
      if (name === 'frame') sequence = (value as GridFrame).sequence
      for (const listener of listeners.get(name) ?? []) listener(value as never)
    },
    listenerCount: () => [...listeners.values()].reduce((sum, ofName) => sum + ofName.size, 0),
    isClosed: () => closed,
    close: async () => {
      closed = true
    },
  }
}
