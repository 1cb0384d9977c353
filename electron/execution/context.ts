import { type Amount, ONE } from '../../core/amount.ts'
import { HOUSE, type SubAccountId, type VenueAccountId } from '../../core/client-book.ts'
import type { Clock } from '../../core/clock.ts'
import type { AccountConnection } from '../../core/contracts/exchange.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import type { AssetId, Market, MarketKey, OrderBookSnapshot, VenueId } from '../../core/instruments.ts'
import { VENUES } from '../../core/instruments.ts'
import type { Actor, Fact } from '../../core/journal.ts'
import type { ExecutionEvent } from './events.ts'
import { DEFAULT_SETTINGS, type ExecutionSettings } from './settings.ts'
import { VenuePauses } from './venue-pauses.ts'

/** Where the router tells what it does; a sentence and the numbers behind it. */
export interface ExecutionLog {
  info(message: string, detail?: Readonly<Record<string, unknown>>): void
  warn(message: string, detail?: Readonly<Record<string, unknown>>): void
  error(message: string, detail?: Readonly<Record<string, unknown>>): void
}

/** The world as the router sees it. */
export interface ExecutionDependencies {
  readonly store: DeskStore
  readonly accounts: (venue: VenueId, account: VenueAccountId) => AccountConnection | undefined
  readonly orderBook: (market: MarketKey) => OrderBookSnapshot | undefined
  /** The market in which a base asset trades on a venue, with its filters as they are now. */
  readonly market: (venue: VenueId, base: AssetId) => Market | undefined
  /** USD mid of an asset; settlement currencies other than USD have one too. */
  readonly assetPriceUsd: (asset: AssetId) => Amount | undefined
  /** Wire time: order timestamps and proofs of absence are measured by it, whatever the market's clock says. */
  readonly clock: Clock
  /** What the journal's times are told by, where that is another clock (lockstep): the age of a plan. */
  readonly journalClock?: Clock
  /** Waits on the wire clock; tests pass one that moves theirs. */
  readonly wait?: (milliseconds: number) => Promise<void>
  /** Lets the live order books catch up with our own fills; a barrier in lockstep. */
  readonly settleOrderBooks: () => Promise<void>
  readonly log: ExecutionLog
  readonly limits?: Partial<ExecutionSettings>
}

/** Dependencies plus what the router itself holds in memory; nothing in here must survive a crash. */
export interface ExecutionContext extends Required<Omit<ExecutionDependencies, 'limits'>> {
  readonly settings: ExecutionSettings
  readonly pauses: VenuePauses
  /** When a lookup first said "not found" after the moment from which that counts, per child. */
  readonly firstAbsence: Map<string, number>
  /** Accounts whose ledger was never compared with the venue since the start, as `accountKey`: nothing is sent there. */
  readonly unreconciled: Set<string>
  /** Accounts whose last comparison was not possible: tried again before the next plan. */
  readonly reconcileDue: Set<string>
  readonly emit: (event: ExecutionEvent) => void
  /** The desk is closing: nothing is sent any more, plans stay open for the next start. */
  readonly isStopping: () => boolean
}

export const accountKey = (venue: VenueId, account: VenueAccountId): string => `${venue}|${account}`

const waitOnTimer = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

export function createContext(
  dependencies: ExecutionDependencies,
  emit: (event: ExecutionEvent) => void,
  isStopping: () => boolean,
): ExecutionContext {
  return {
    ...dependencies,
    wait: dependencies.wait ?? waitOnTimer,
    journalClock: dependencies.journalClock ?? dependencies.clock,
    settings: { ...DEFAULT_SETTINGS, ...dependencies.limits },
    pauses: new VenuePauses(),
    firstAbsence: new Map(),
    unreconciled: new Set(),
    reconcileDue: new Set(),
    emit,
    isStopping,
  }
}

/** Every venue account that is connected, venue by venue. */
export function connectedAccounts(context: ExecutionContext): readonly AccountConnection[] {
  const connections: AccountConnection[] = []
  for (const venue of VENUES) {
    for (const account of context.store.venueAccounts()) {
      const connection = context.accounts(venue, account)
      if (connection) connections.push(connection)
    }
  }
  return connections
}

/** Records facts and broadcasts what they changed. Durable on return. */
export function recordFacts(context: ExecutionContext, facts: readonly Fact[], actor: Actor): void {
  if (facts.length === 0) return
  context.store.record(facts, actor)
  for (const fact of facts) {
    switch (fact.type) {
      case 'child-changed':
        context.emit({ kind: 'child-changed', childId: fact.payload.childId, state: fact.payload.state })
        break
      case 'parent-changed':
        context.emit({ kind: 'parent-changed', parentId: fact.payload.parentId, state: fact.payload.state })
        break
      case 'trade-recorded':
        context.emit({ kind: 'trade-recorded', trade: fact.payload.trade, childId: fact.payload.childId })
        break
      case 'fills-allocated':
        emitHoldings(
          context,
          fact.payload.allocations.map(({ bookId }) => bookId),
        )
        break
      case 'cash-flow-booked':
        emitHoldings(context, [fact.payload.subAccount])
        break
      case 'trading-state-changed':
        context.emit({ kind: 'trading-state-changed', ...fact.payload })
        break
      default:
        break
    }
  }
}

function emitHoldings(context: ExecutionContext, owners: readonly SubAccountId[]): void {
  const bookIds = [...new Set(owners)].filter((owner) => owner !== HOUSE)
  if (bookIds.length > 0) context.emit({ kind: 'holdings-changed', bookIds })
}

/** US dollars per unit of a quote currency; undefined while it has no price. Only USD is worth 1 by definition. */
export const quotePriceUsd = (context: ExecutionContext, quote: AssetId): Amount | undefined =>
  quote === 'USD' ? ONE : context.assetPriceUsd(quote)
