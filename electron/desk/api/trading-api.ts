import { absolute, formatAmount, parseAmount, toFloat, ZERO } from '../../../core/amount.ts'
import { accountOf } from '../../../core/client-book.ts'
import type { DeskApi } from '../../../core/contracts/desk-api.ts'
import { type AssetId, VENUES, type VenueId } from '../../../core/instruments.ts'
import { type Actor, fact } from '../../../core/journal.ts'
import type { TradingState } from '../../../core/order.ts'
import type { CashFlowKind } from '../../../core/proposal.ts'
import { err, type Failure, ok, type Result } from '../../../core/result.ts'
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
  /**
   * Opens accounts that are new and adds to those that are there: all of it or nothing. Errors: refused, when what was
   * moved is taken back; left-behind, naming what could not be.
   */
  fund(deposits: readonly VenueDeposit[]): Promise<Result<null, Failure<'refused' | 'left-behind'>>>
  /** Connects accounts of client books that are not connected yet; null, or which was refused. */
  openAccounts(): Promise<string | null>
}

const COMES_IN: Readonly<Record<CashFlowKind, boolean>> = {
  deposit: true,
  withdrawal: false,
  reward: true,
  fee: false,
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
      // whoever lets trading go on has seen the alarm that stopped it
      if (action === 'resume' && scope.kind === 'all') parts.alerts.clear('execution-alarm')
      publisher.publishSummary()
      return ok(null)
    },

    // In turn: no plan can be released between looking at what the book holds and booking what was moved.
    simulateCashFlow: (bookId, venue, asset, quantity, given) =>
      desk.inTurn(async () => {
        const book = parts.world.book(bookId)
        if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
        const parsed = parseAmount(quantity)
        if (!parsed.ok) return refuse('invalid-request', `quantity: ${parsed.error.message}`)
        const moved = parsed.value
        if (moved === ZERO) return refuse('invalid-request', 'quantity was 0, a cash flow is above or below it')
        const kind = given ?? (moved > ZERO ? 'deposit' : 'withdrawal')
        if (moved > ZERO !== COMES_IN[kind])
          return refuse(
            'invalid-request',
            `quantity was ${formatAmount(moved)}, a ${kind} is ${COMES_IN[kind] ? 'above' : 'below'} 0`,
          )
        if (!heldAssets(parts.world).get(venue)?.has(asset))
          return refuse('unknown-asset', `${venue} has no asset ${asset}`)
        const held = parts.world
          .holdingsOf(bookId)
          .find((holding) => holding.venue === venue && holding.asset === asset)
        if ((held?.quantity ?? ZERO) + moved < ZERO)
          return refuse(
            'invalid-request',
            `client book ${bookId} holds ${formatAmount(held?.quantity ?? ZERO)} ${asset} on ${venue}, less than ${formatAmount(absolute(moved))}`,
          )
        if (parts.proposals.isExecuting(bookId))
          return refuse('not-open', `orders of client book ${bookId} are working; move cash when they are done`)
        const text = formatAmount(moved)
        const refused = await options.funding.move({ venue, account: accountOf(book), asset, quantity: text })
        if (refused !== null) return refuse('venue-refused', refused)
        parts.store.record(
          [
            fact('cash-flow-booked', {
              subAccount: bookId,
              account: accountOf(book),
              venue,
              asset,
              quantity: moved,
              kind,
              venueEntryId: null,
            }),
          ],
          actor,
        )
        parts.world.refreshHoldings([bookId])
        parts.drift.touch([bookId])
        parts.history.setHoldings(parts.market.marketNow(), bookId, parts.world.holdingsOf(bookId))
        const price = parts.market.prices().get(asset)?.priceUsd ?? Number.NaN
        const amountUsd = usd(toFloat(moved) * price)
        publisher.moveDayOpen(bookId, amountUsd)
        if (!publisher.assets.includes(asset)) publisher.reset(`${asset} is new to the firm`)
        // a price that nobody has stated yet: the flow is named, its worth is not
        const known = Number.isFinite(amountUsd) ? amountUsd : usd(0)
        parts.proposals.request(bookId, { kind: 'cash-flow', flows: [{ kind, asset, amountUsd: known }] })
        return ok(null)
      }),

    importClientBooks: (csv) =>
      desk.inTurn(async () => {
        const parsed = parseClientBooksCsv(csv, {
          assets: heldAssets(parts.world),
          modelIds: parts.world.models.map((model) => model.id),
          existingBooks: new Set(parts.world.books.map((book) => book.id)),
          existingAccounts: new Set(parts.store.venueAccounts()),
          now: parts.clock.now(),
        })
        if (!parsed.ok) return err(parsed.error)
        // The venues first: a refusal there leaves a ledger that knows nothing of the file.
        const funded = await options.funding.fund(firmDeposits(parsed.value))
        if (!funded.ok) {
          if (funded.error.code === 'left-behind')
            parts.alerts.raise('import-funding', 'critical', `an import was refused: ${funded.error.message}`)
          return err({
            code: 'import-refused',
            message: `nothing was imported: ${funded.error.message}`,
            lines: [],
          })
        }
        parts.alerts.clear('import-funding')
        loadFirm(parts.store, firmFacts({ models: [], riskProfiles: new Map(), ...parsed.value }))
        parts.world.reload()
        desk.forgetSweep()
        publisher.reset('client books were imported')
        for (const book of parsed.value.books)
          parts.history.setHoldings(parts.market.marketNow(), book.id, parts.world.holdingsOf(book.id))
        const notOpen = await options.funding.openAccounts()
        if (notOpen !== null)
          parts.alerts.raise('import-accounts', 'critical', `an account of an imported client book: ${notOpen}`)
        const loaded = await parts.drift.load(parts.market.multiplier(), parts.market.prices())
        if (!loaded.ok)
          parts.alerts.raise('drift-engine', 'critical', `client books are not checked: ${loaded.error.message}`)
        return ok({ books: parsed.value.books.length })
      }),
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
