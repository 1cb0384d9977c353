import type { ClientBook, ClientBookId } from '../../core/client-book.ts'
import type { Clock } from '../../core/clock.ts'
import type { Decision } from '../../core/decision.ts'
import { endsWay } from '../../core/decisions/continuation.ts'
import { decideMandate } from '../../core/decisions/mandates.ts'
import { type DefensiveLimit, decideTrigger, defensiveWhy } from '../../core/decisions/triggers.ts'
import type { Fact } from '../../core/journal.ts'
import type { NonTriggerReason, Proposal, Trigger } from '../../core/proposal.ts'
import { type Millis, millis } from '../../core/units.ts'
import { type BookPosition, boundPosition } from '../proposals/book-position.ts'
import type { PlanFailure } from '../proposals/draft.ts'
import { planBooks } from '../proposals/plan-books.ts'
import type { MarketView, PlanningDeps, PlanRequest } from '../proposals/planning-inputs.ts'
import type { PlanningSettings } from '../proposals/settings.ts'
import { snapshotHash } from '../proposals/snapshot.ts'
import type { DayFlow } from './day-flow.ts'
import type { DecisionLedger } from './decision-ledger.ts'
import { proposedDecision, waitingDecision } from './describe-decision.ts'
import type { Ids } from './ids.ts'
import type { ProposalBook, Wait } from './proposal-book.ts'
import type { World } from './world.ts'

export interface CycleDeps {
  readonly world: World
  readonly proposals: ProposalBook
  readonly decisions: DecisionLedger
  readonly clock: Clock
  readonly ids: Ids
  readonly settings: PlanningSettings
  readonly solve: PlanningDeps['solve']
  readonly solveFirm: PlanningDeps['solveFirm']
  readonly relax: PlanningDeps['relax']
  readonly dayFlow: DayFlow
  /** Sentence where trading is stopped for this book, null otherwise. */
  readonly haltedWhy: (book: ClientBook) => string | null
}

/** After a book was found with nothing to do or infeasible it is asked again this much later, not ten times a second. */
const RETRY_MS = 30_000
/** A proposal stands at least this long before a price move computes it again: a screen has to be readable. */
const SHORTEST_LIFE_MS = 15_000

/** What became of a proposal is in its own history: these are no new decision. */
const FOLLOWS_A_PROPOSAL: ReadonlySet<NonTriggerReason> = new Set(['open-proposal', 'executing'])

/** Reasons of the planner, in the words of the non-triggers. */
const WAIT_REASON: Record<PlanFailure['code'], Wait['reason']> = {
  'stale-prices': 'stale-price',
  infeasible: 'infeasible',
  'nothing-to-trade': 'cost-exceeds-benefit',
  'below-minimum': 'below-minimum',
  'no-cash': 'no-cash',
  restricted: 'restricted',
  'optimizer-failed': 'infeasible',
}

export const positionFor = (
  world: World,
  book: ClientBook,
  market: MarketView,
  settings: PlanningSettings,
): BookPosition =>
  boundPosition(
    { model: world.modelOf(book), holdings: world.holdingsOf(book.id), terms: world.termsOf(book) },
    market,
    settings,
  )

/**
 * Ends open proposals that no longer hold: expired, book changed, back inside its band, prices moved. Those whose
 * prices moved are asked for again under the same trigger. Held ones are left alone, and so are those that wait out
 * their undo window: they are checked again when they are released.
 */
export function reviewOpen(
  market: MarketView,
  deps: CycleDeps,
  releasing: ReadonlySet<string>,
  /** Those that a person approved and that came back because prices moved: computed again at once. */
  cameBack: ReadonlySet<string> = new Set(),
): void {
  const { proposals, world, clock, settings } = deps
  const now = clock.now()
  const ended = proposals.list().flatMap((proposal) => {
    const verdict = releasing.has(proposal.id) ? null : reviewOne(proposal, market, deps)
    if (verdict === null) return []
    if (!verdict.again) proposals.leaveOut(proposal.bookId, [])
    else if (proposal.trigger.kind !== 'band-breach') proposals.request(proposal.bookId, proposal.trigger)
    return [{ proposal, state: verdict.state, why: verdict.why }]
  })
  proposals.change(ended, 'desk')

  function reviewOne(
    proposal: Proposal,
    market: MarketView,
    deps: CycleDeps,
  ): { readonly state: 'expired' | 'superseded'; readonly why: string; readonly again: boolean } | null {
    // held by a person: whatever happens meanwhile, nothing else is proposed for the book until it is let go
    if (proposal.state === 'held') return null
    if (proposal.expiresAt <= now) return { state: 'expired', why: 'not approved in time', again: true }
    const book = world.book(proposal.bookId)!
    if (snapshotHash(planRequest(world, book, proposal.trigger, []), market.multiplier) !== proposal.snapshot)
      return { state: 'superseded', why: 'holdings, model, bands or risk profile changed', again: true }
    const position = positionFor(world, book, market, deps.settings)
    if (position.unableWhy !== null) return null
    if (proposal.trigger.kind === 'band-breach' && breachedAssets(position).length === 0)
      return { state: 'superseded', why: 'inside its bands again', again: false }
    const defensive = defensiveLimit(position, market, deps.settings)
    if (proposal.trigger.kind === 'band-breach' && defensive?.beyond.length === 0)
      return { state: 'superseded', why: defensiveWhy(defensive.outerLimit), again: false }
    const moved = priceMoveBps(proposal, market)
    const mayAgain = cameBack.has(proposal.id) || now - proposal.createdAt >= SHORTEST_LIFE_MS
    return moved > settings.repriceBps && mayAgain
      ? { state: 'superseded', why: `prices moved by ${moved.toFixed(0)} bps`, again: true }
      : null
  }
}

export const breachedAssets = (position: BookPosition): readonly string[] =>
  position.lines.filter((line) => line.weight > line.band.high || line.weight < line.band.low).map((line) => line.asset)

/** In a crisis: the lines beyond the outer limit; null in any other regime. */
export const defensiveLimit = (
  position: BookPosition,
  market: MarketView,
  { crisisOuterLimit }: PlanningSettings,
): DefensiveLimit | null =>
  market.regime === 'crisis'
    ? {
        outerLimit: crisisOuterLimit,
        beyond: position.lines
          .filter((line) => Math.abs(line.weight - line.target) > crisisOuterLimit)
          .map((line) => line.asset),
      }
    : null

/** Largest move of a traded price since the proposal was computed; its own price is notional ÷ quantity. */
export function priceMoveBps(proposal: Proposal, market: MarketView): number {
  let worst = 0
  for (const line of proposal.lines) {
    if (line.side === null) continue
    const then = line.notionalUsd / (Number(line.quantity) / 1e12)
    const now = market.prices.get(line.asset)?.priceUsd ?? Number.NaN
    worst = Math.max(worst, Number.isFinite(now) ? 1e4 * Math.abs(now / then - 1) : Number.POSITIVE_INFINITY)
  }
  return worst
}

/**
 * Asks "does it need a proposal?" for the books that are out of band or were asked for, plans those that do in one
 * batch, and records proposals and reasons. Answers what was proposed.
 */
export async function planNeeded(
  candidates: Iterable<ClientBookId>,
  market: MarketView,
  deps: CycleDeps,
): Promise<readonly Proposal[]> {
  const { world, proposals, clock, settings } = deps
  const now = clock.now()
  const requests: PlanRequest[] = []
  const positions: BookPosition[] = []
  const decided: Decision[] = []
  for (const bookId of candidates) {
    const book = world.book(bookId)
    if (book === undefined) continue
    const request = proposals.requestOf(bookId) ?? null
    const waitUntil = proposals.waitOf(bookId)?.until ?? null
    if (request === null && waitUntil !== null && waitUntil > now) continue
    const position = positionFor(world, book, market, settings)
    const coolDown = coolDownOf(bookId, deps)
    const decision = decideTrigger({
      now,
      breachedAssets: position.unableWhy === null ? breachedAssets(position) : null,
      unableWhy: position.unableWhy,
      defensive: defensiveLimit(position, market, settings),
      hasOpenProposal: proposals.of(bookId) !== undefined,
      isExecuting: proposals.isExecuting(bookId),
      coolDownUntil: coolDown.until,
      coolDownAfter: coolDown.after,
      pausedUntil: book.pausedUntil,
      pausedWhy: book.pausedWhy ?? null,
      tradingHalted: deps.haltedWhy(book),
      request,
    })
    if (decision.kind === 'propose') {
      if (request?.kind === 'continuation' && decision.trigger.kind === 'band-breach') proposals.leaveOut(bookId, [])
      requests.push(planRequest(world, book, decision.trigger, proposals.leftOutOf(bookId)))
      positions.push(position)
      continue
    }
    if (!FOLLOWS_A_PROPOSAL.has(decision.reason))
      decided.push(waitingDecision(bookId, decision.reason, decision.why, position, market))
    if (decision.reason === 'inside-band') proposals.clearWait(bookId)
    else {
      const until =
        decision.reason === 'cool-down' ? coolDown.until : decision.reason === 'paused' ? book.pausedUntil : null
      proposals.wait(bookId, { reason: decision.reason, why: decision.why, until })
    }
  }
  deps.decisions.record(decided)
  return plan(requests, positions, market, deps)
}

/**
 * Closes the decisions of books that need nothing any more: "inside its bands" where they came back, "a price is
 * missing" where nobody can say. To be called with the books that are in need, after they were planned.
 */
export function settleDecisions(inNeed: ReadonlySet<ClientBookId>, market: MarketView, deps: CycleDeps): void {
  const { world, proposals, settings, decisions } = deps
  const settled: Decision[] = []
  for (const bookId of decisions.unsettled) {
    const book = world.book(bookId)
    if (book === undefined || inNeed.has(bookId)) continue
    if (proposals.of(bookId) !== undefined || proposals.isExecuting(bookId)) continue
    const position = positionFor(world, book, market, settings)
    if (position.unableWhy !== null)
      settled.push(waitingDecision(bookId, 'stale-price', position.unableWhy, position, market))
    else if (breachedAssets(position).length === 0)
      settled.push(waitingDecision(bookId, 'inside-band', 'every line is inside its band', position, market))
  }
  decisions.record(settled)
}

/** A book that was rebalanced, or whose proposal was turned down, is left alone for a while. */
function coolDownOf(
  bookId: ClientBookId,
  { proposals, settings }: CycleDeps,
): { readonly until: Millis | null; readonly after: string } {
  const [rebalanced, dismissed] = [proposals.rebalancedAt(bookId), proposals.dismissedAt(bookId)]
  const since = Math.max(rebalanced ?? Number.NEGATIVE_INFINITY, dismissed ?? Number.NEGATIVE_INFINITY)
  return {
    until: Number.isFinite(since) ? millis(since + settings.coolDownMs) : null,
    after: dismissed !== null && since === dismissed ? 'its proposal was dismissed' : 'rebalanced a short while ago',
  }
}

export const planRequest = (
  world: World,
  book: ClientBook,
  trigger: Trigger,
  leftOut: readonly string[],
): PlanRequest => ({
  book,
  model: world.modelOf(book),
  holdings: world.holdingsOf(book.id),
  lots: book.taxTerms === undefined ? [] : world.lotsOf(book.id),
  terms: world.termsOf(book),
  trigger,
  leftOut,
})

async function plan(
  requests: readonly PlanRequest[],
  positions: readonly BookPosition[],
  market: MarketView,
  deps: CycleDeps,
): Promise<readonly Proposal[]> {
  if (requests.length === 0) return []
  const { proposals, clock } = deps
  const answers = await planBooks(requests, market, planningDeps(deps, market))
  const made: Proposal[] = []
  const decided: Decision[] = []
  const ended: (Fact & { readonly type: 'way-ended' })[] = []
  answers.forEach((answer, i) => {
    const { book, leftOut, trigger } = requests[i]!
    if (answer.ok) {
      made.push(leftOut.length > 0 ? answer.value : underMandate(book, answer.value))
      decided.push(proposedDecision(answer.value, positions[i]!, market))
    } else {
      proposals.settleRequest(book.id)
      const until = millis(clock.now() + RETRY_MS)
      const { code, message } = answer.error
      proposals.wait(book.id, { reason: WAIT_REASON[code], why: message, until })
      decided.push(waitingDecision(book.id, WAIT_REASON[code], message, positions[i]!, market))
      const way = trigger.kind === 'continuation' ? proposals.ways.of(book.id) : undefined
      if (way !== undefined && endsWay(WAIT_REASON[code])) {
        const payload = { bookId: book.id, proposalId: way.proposalId, why: message }
        ended.push({ type: 'way-ended', payload })
      }
    }
  })
  deps.decisions.record(decided, (facts) => proposals.add(made, 'desk', [...facts, ...ended]))
  for (const { payload } of ended) proposals.ways.refresh(payload.bookId)
  return made
}

export const planningDeps = (deps: CycleDeps, market: Pick<MarketView, 'marketTime'>): PlanningDeps => ({
  settings: deps.settings,
  clock: deps.clock,
  nextProposalId: () => deps.ids.next('proposal'),
  solve: deps.solve,
  solveFirm: deps.solveFirm,
  flowBeside: (planned) => deps.dayFlow.besides(deps.proposals.list(), planned, market.marketTime),
  relax: deps.relax,
})

/** Marks what may run unasked (never what an advisor has edited); a premium book that may not says why in its remarks. */
function underMandate(book: ClientBook, proposal: Proposal): Proposal {
  const decision = decideMandate(book, proposal)
  if (decision.kind === 'automatic') return { ...proposal, automatic: true }
  return book.tier === 'premium' && proposal.cleanliness === 'clean'
    ? { ...proposal, remarks: [`not automatic: ${decision.why}`] }
    : proposal
}
