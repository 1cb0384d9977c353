import { parseAmount } from '../../../core/amount.ts'
import { accountOf } from '../../../core/client-book.ts'
import type { DeskApi } from '../../../core/contracts/desk-api.ts'
import { type AssetId, isSettlementAsset, VENUES, type VenueId } from '../../../core/instruments.ts'
import { type Actor, fact } from '../../../core/journal.ts'
import type { TradingState } from '../../../core/order.ts'
import { err, ok } from '../../../core/result.ts'
import { usd } from '../../../core/units.ts'
import { firmDeposits, firmFacts, loadFirm, type VenueDeposit } from '../../firm/firm.ts'
import { parseClientBooksCsv } from '../../firm/parse-client-books.ts'
import type { Desk } from '../desk.ts'
import type { Publisher } from '../publisher.ts'
import type { World } from '../world.ts'
import { refuse } from './failures.ts'

/** Money and holdings that appear at a simulated venue; the sandbox's control endpoint behind it. */
export interface SimulatedFunding {
  move(request: {
    readonly venue: 'binance' | 'kraken'
    readonly account: string
    readonly asset: string
    /** Signed decimal text: plus is in. */
    readonly quantity: string
  }): Promise<string | null>
  /** Opens accounts that are new and adds to those that are there; null, or why not. */
  fund(deposits: readonly VenueDeposit[]): Promise<string | null>
}

const STATE_OF: Record<'stop' | 'reduce-only' | 'resume', TradingState> = {
  stop: 'halted',
  'reduce-only': 'reducing',
  resume: 'active',
}

export function tradingApi(
  desk: Desk,
  publisher: Publisher,
  options: {
    readonly advisor: string
    readonly funding: SimulatedFunding
  },
): Pick<DeskApi, 'cancelParent' | 'setTrading' | 'simulateCashFlow' | 'importClientBooks'> {
  const { parts } = desk
  const actor: Actor = `advisor:${options.advisor}`
  return {
    cancelParent: async (parentId) => {
      const cancelled = await parts.executor.cancelParent(parentId, actor)
      return cancelled.ok
        ? cancelled
        : refuse(cancelled.error.code === 'unknown-parent' ? 'unknown-order' : 'not-open', cancelled.error.message)
    },

    setTrading: async ({ action, scope, why }) => {
      if (scope.kind === 'client-book' && parts.world.book(scope.bookId) === undefined)
        return refuse('unknown-client-book', `there is no client book ${scope.bookId}`)
      await parts.executor.setTradingState(scope, STATE_OF[action], why, actor)
      publisher.publishSummary()
      return ok(null)
    },

    simulateCashFlow: async (bookId, venue, asset, quantity) => {
      const book = parts.world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      const parsed = parseAmount(quantity)
      if (!parsed.ok) return refuse('invalid-request', `quantity: ${parsed.error.message}`)
      if (parsed.value === 0n) return refuse('invalid-request', 'quantity was 0, a cash flow is above or below it')
      const price = parts.market.prices().get(asset)
      if (price === undefined || !(isSettlementAsset(asset) || parts.world.marketOn(venue, asset)))
        return refuse('unknown-asset', `${venue} has no asset ${asset}`)
      const held = parts.world.holdingsOf(bookId).find((holding) => holding.venue === venue && holding.asset === asset)
      if (parsed.value < 0n && (held?.quantity ?? 0n) < -parsed.value)
        return refuse(
          'invalid-request',
          `client book ${bookId} holds less ${asset} on ${venue} than ${quantity.slice(1)}`,
        )
      if (parts.proposals.isExecuting(bookId))
        return refuse('not-open', `orders of client book ${bookId} are working; move cash when they are done`)
      const refused = await options.funding.move({ venue, account: accountOf(book), asset, quantity })
      if (refused !== null) return refuse('venue-refused', refused)
      parts.store.record(
        [
          fact('cash-flow-booked', {
            subAccount: bookId,
            account: accountOf(book),
            venue,
            asset,
            quantity: parsed.value,
            kind: parsed.value > 0n ? 'deposit' : 'withdrawal',
            venueEntryId: null,
          }),
        ],
        actor,
      )
      parts.world.refreshHoldings([bookId])
      parts.drift.touch([bookId])
      parts.history.setHoldings(parts.market.marketNow(), bookId, parts.world.holdingsOf(bookId))
      const amountUsd = usd((Number(parsed.value) / 1e12) * price.priceUsd)
      parts.proposals.request(bookId, { kind: 'cash-flow', asset, amountUsd })
      return ok(null)
    },

    importClientBooks: async (csv) => {
      const parsed = parseClientBooksCsv(csv, {
        assets: heldAssets(parts.world),
        modelIds: parts.world.models.map((model) => model.id),
        existingBooks: new Set(parts.world.books.map((book) => book.id)),
        existingAccounts: new Set(parts.store.venueAccounts()),
        now: parts.clock.now(),
      })
      if (!parsed.ok) return err(parsed.error)
      return desk.inTurn(async () => {
        loadFirm(parts.store, firmFacts({ models: [], ...parsed.value }))
        parts.world.reload()
        const refused = await options.funding.fund(firmDeposits(parsed.value))
        if (refused !== null)
          parts.alerts.raise('import-funding', 'critical', `imported holdings are not at the venue: ${refused}`)
        await parts.drift.load(parts.market.multiplier())
        publisher.reset('client books were imported')
        return ok({ books: parsed.value.books.length })
      })
    },
  }
}

/** What can be held on each venue: what its markets trade and settle in. */
export function heldAssets(world: World): ReadonlyMap<VenueId, ReadonlySet<AssetId>> {
  return new Map(
    VENUES.map((venue) => [
      venue,
      new Set(
        world.markets.filter((market) => market.venue === venue).flatMap((market) => [market.base, market.quote]),
      ),
    ]),
  )
}
