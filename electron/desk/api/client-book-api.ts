import type { ClientBookView, DeskApi, DeskFailure } from '../../../core/contracts/desk-api.ts'
import { BOOK_STATUSES } from '../../../core/contracts/desk-api.ts'
import { CASH } from '../../../core/instruments.ts'
import { fact } from '../../../core/journal.ts'
import { ok, type Result } from '../../../core/result.ts'
import { millis } from '../../../core/units.ts'
import { trackingError } from '../../proposals/make-proposal.ts'
import { positionFor } from '../cycle.ts'
import type { Desk } from '../desk.ts'
import type { Publisher } from '../publisher.ts'
import { withBlock } from '../views/approvals-view.ts'
import { cashView, clientBookLines } from '../views/client-book-view.ts'
import { refuse } from './failures.ts'

const LONGEST_PAUSE_HOURS = 72

export function clientBookApi(
  desk: Desk,
  publisher: Publisher,
  advisor: string,
): Pick<DeskApi, 'clientBook' | 'weightHistory' | 'pauseClientBook'> {
  const { parts } = desk
  return {
    clientBook: (bookId) => clientBookView(desk, publisher, bookId),

    weightHistory: (bookId, asset, days) => {
      const book = parts.world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      const model = parts.world.modelOf(book)
      const held = parts.world.holdingsOf(bookId).some((holding) => holding.asset === asset)
      if (asset !== CASH && !held && !model.lines.some((line) => line.asset === asset))
        return refuse('unknown-asset', `client book ${bookId} has no line ${asset}`)
      return ok(parts.history.weights(book, model, asset, days, parts.market.marketNow()))
    },

    pauseClientBook: (bookId, hours, why) => {
      const book = parts.world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      if (!(hours >= 0 && hours <= LONGEST_PAUSE_HOURS))
        return refuse(
          'invalid-request',
          `a pause was asked for ${hours} hours, 0 to ${LONGEST_PAUSE_HOURS} are allowed`,
        )
      const pausedUntil = hours === 0 ? null : millis(parts.clock.now() + hours * 3_600_000)
      const changed = { ...book, pausedUntil }
      parts.store.record([fact('client-book-changed', { book: changed, why })], `advisor:${advisor}`)
      parts.world.refreshBook(changed)
      parts.proposals.clearWait(bookId)
      return ok(null)
    },
  }
}

function clientBookView(desk: Desk, publisher: Publisher, bookId: string): Result<ClientBookView, DeskFailure> {
  const { world, market, proposals, settings, store, clock } = desk.parts
  const book = world.book(bookId)
  if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
  const view = market.view()
  const model = world.modelOf(book)
  const position = positionFor(world, book, view, settings)
  const open = proposals.of(bookId)
  const proposal = open === undefined ? null : withBlock(open, desk.approvals, view)
  const assets = position.lines.map((line) => line.asset)
  const wait = proposals.waitOf(bookId)
  const row = world.rowOf(bookId)
  const differences = position.lines.map((line) => line.weight - line.target)
  /** Nothing is claimed of a book that cannot be checked. */
  const claimed = (value: number): number => (position.unableWhy === null ? value : Number.NaN)
  const now = clock.now()
  return ok({
    book,
    modelName: model.name,
    modelVersion: model.version,
    at: now,
    valueUsd: claimed(position.valueUsd),
    driftOneWay: claimed(0.5 * differences.reduce((total, difference) => total + Math.abs(difference), 0)),
    trackingErrorBps: claimed(1e4 * trackingError(view.risk.covarianceOf(assets), differences)),
    riskIsPrior: view.risk.isPrior(assets),
    status: BOOK_STATUSES[publisher.grid.cell(row, 'status')] ?? 'unable-to-check',
    nonTrigger:
      position.unableWhy !== null
        ? { reason: 'stale-price', why: position.unableWhy }
        : wait === undefined
          ? null
          : { reason: wait.reason, why: wait.why },
    lines: clientBookLines({
      book,
      position,
      prices: view.prices,
      multiplier: view.multiplier,
      lots: store.lotsOf(bookId),
      proposal,
      now,
    }),
    proposal,
    cash: cashView(book, position, view.prices),
    regime: market.regime(),
    restrictions: book.restrictions,
    lastRebalanceAt: proposals.rebalancedAt(bookId),
    events: store.historyOf(bookId).map(({ at, text }) => ({ at, text })),
  })
}
