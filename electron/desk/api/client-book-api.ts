import type { ClientBook } from '../../../core/client-book.ts'
import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import type { DeskApi, DeskFailure } from '../../../core/contracts/desk-api.ts'
import { BOOK_STATUSES } from '../../../core/contracts/monitor-view.ts'
import { CASH } from '../../../core/instruments.ts'
import { fact } from '../../../core/journal.ts'
import { ok, type Result } from '../../../core/result.ts'
import { checkExpiry } from '../../../core/risk-profile.ts'
import { checkTaxTerms, taxTermsText } from '../../../core/tax-terms.ts'
import { millis } from '../../../core/units.ts'
import { lineAssets } from '../../proposals/book-position.ts'
import { trackingError } from '../../proposals/make-proposal.ts'
import type { ClientBookHistory } from '../../store/history-reader.ts'
import { positionFor } from '../cycle.ts'
import type { Desk } from '../desk.ts'
import { restrictionName, unpaused } from '../expiries.ts'
import type { Publisher } from '../publisher.ts'
import { withBlock } from '../views/approvals-view.ts'
import { cashView, clientBookLines } from '../views/client-book-view.ts'
import { realisedGains, startOfYear } from '../views/realised-gains.ts'
import { reasonGiven, refuse, unread } from './failures.ts'

const LONGEST_PAUSE_HOURS = 72
/** Restrictions without an end come with the import of a client book only. */
const MAXIMUM_FLAG_DAYS = 366

export function clientBookApi(
  desk: Desk,
  publisher: Publisher,
  advisor: string,
): Pick<
  DeskApi,
  'clientBook' | 'weightHistory' | 'pauseClientBook' | 'restrictAsset' | 'liftRestriction' | 'setTaxTerms'
> {
  const { parts } = desk
  const change = (book: ClientBook, why: string): Result<null, DeskFailure> => {
    parts.store.record([fact('client-book-changed', { book, why })], `advisor:${advisor}`)
    parts.world.refreshBook(book)
    parts.proposals.clearWait(book.id)
    publisher.emit('changed', { topics: ['client-books'] })
    return ok(null)
  }
  return {
    clientBook: async (bookId) => {
      // first, so that everything else on the screen is of the moment of the answer
      const past = await parts.records.clientBook(bookId, startOfYear(parts.clock.now()))
      return past.ok ? clientBookView(desk, publisher, bookId, past.value) : unread(past.error)
    },

    weightHistory: (bookId, asset, days) => {
      const book = parts.world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      const model = parts.world.modelOf(book)
      const held = parts.world.holdingsOf(bookId).some((holding) => holding.asset === asset)
      if (asset !== CASH && !held && !model.lines.some((line) => line.asset === asset))
        return refuse('unknown-asset', `client book ${bookId} has no line ${asset}`)
      const bands = { model, terms: parts.world.termsOf(book) }
      return ok(parts.history.weights(book, bands, asset, days, parts.market.marketNow()))
    },

    pauseClientBook: (bookId, hours, why) => {
      const book = parts.world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      if (!(hours >= 0 && hours <= LONGEST_PAUSE_HOURS))
        return refuse(
          'invalid-request',
          `a pause was asked for ${hours} hours, 0 to ${LONGEST_PAUSE_HOURS} are allowed`,
        )
      const reason = why.trim()
      if (hours === 0) return change(unpaused(book), `pause ended${reason ? `: ${reason}` : ''}`)
      const pausedUntil = millis(parts.clock.now() + hours * 3_600_000)
      return change(
        { ...unpaused(book), pausedUntil, ...(reason ? { pausedWhy: reason } : {}) },
        `paused for ${hours} h${reason ? `: ${reason}` : ''}`,
      )
    },

    restrictAsset: (bookId, restriction) => {
      const book = parts.world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      const { asset, until } = restriction
      const lines = lineAssets(parts.world.modelOf(book), parts.world.holdingsOf(bookId))
      if (asset === CASH || !lines.includes(asset))
        return refuse('unknown-asset', `client book ${bookId} has no line ${asset} to restrict`)
      const reason = reasonGiven(restriction.reason)
      if (!reason.ok) return reason
      if (restriction.kind === 'at-most' && !(restriction.weight >= 0 && restriction.weight <= 1))
        return refuse('invalid-request', `the weight was ${restriction.weight}, 0 to 1 is allowed`)
      if (restriction.kind === 'keep' && !(restriction.share >= 0 && restriction.share <= 1))
        return refuse('invalid-request', `the share was ${restriction.share}, 0 to 1 is allowed`)
      const end = checkExpiry(until ?? millis(Number.NaN), parts.clock.now(), MAXIMUM_FLAG_DAYS)
      if (!end.ok) return refuse('invalid-request', `a flag: ${end.error.message}`)
      const others = book.restrictions.filter((each) => each.asset !== asset || each.kind !== restriction.kind)
      const flag = { ...restriction, reason: reason.value }
      return change({ ...book, restrictions: [...others, flag] }, `${restrictionName(flag)}: ${reason.value}`)
    },

    liftRestriction: (bookId, asset, kind, why) => {
      const book = parts.world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      const lifted = book.restrictions.find((each) => each.asset === asset && each.kind === kind)
      if (lifted === undefined) return refuse('invalid-request', `client book ${bookId} has no ${kind} on ${asset}`)
      const reason = reasonGiven(why)
      if (!reason.ok) return reason
      const restrictions = book.restrictions.filter((each) => each !== lifted)
      return change({ ...book, restrictions }, `${restrictionName(lifted)} lifted: ${reason.value}`)
    },

    setTaxTerms: (bookId, terms, why) => {
      const book = parts.world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      const reason = reasonGiven(why)
      if (!reason.ok) return reason
      const { taxTerms, ...rest } = book
      if (terms === null) {
        if (taxTerms === undefined) return refuse('invalid-request', `client book ${bookId} has no tax terms`)
        return change(rest, `no tax terms any more: ${reason.value}`)
      }
      const checked = checkTaxTerms(terms)
      if (!checked.ok) return refuse('invalid-request', checked.error.message)
      return change({ ...rest, taxTerms: checked.value }, `tax terms, ${taxTermsText(terms)}: ${reason.value}`)
    },
  }
}

function clientBookView(
  desk: Desk,
  publisher: Publisher,
  bookId: string,
  past: ClientBookHistory,
): Result<ClientBookView, DeskFailure> {
  const { world, market, proposals, settings, clock } = desk.parts
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
  const risk = world.riskOf(bookId)
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
      model,
      position,
      prices: view.prices,
      multiplier: view.multiplier,
      terms: world.termsOf(book),
      lots: past.lots,
      proposal,
      regimeOf: (asset) => market.regimeOf(asset),
      now,
    }),
    proposal,
    cash: cashView(world.termsOf(book).cashReserve, position, view.prices),
    regime: market.regime(),
    risk: {
      given: risk ?? null,
      profile: (risk && world.profile(risk.profileId)) ?? null,
      inForce: world.termsOf(book),
    },
    restrictions: book.restrictions,
    realised: realisedGains(past.sales, now),
    lastRebalanceAt: proposals.rebalancedAt(bookId),
    events: past.events,
  })
}
