import type { Command } from 'commander'
import { formatAmount } from '../../core/amount.ts'
import type { ClientBook } from '../../core/client-book.ts'
import { systemClock } from '../../core/clock.ts'
import type { DecisionRecord, DeskStore } from '../../core/contracts/store.ts'
import { decisionSentence } from '../../core/decision.ts'
import type { Proposal } from '../../core/proposal.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { weighingSentence } from '../../core/risk-weighing.ts'
import { type Millis, millis } from '../../core/units.ts'
import { openStore } from '../store/open-store.ts'
import { defaultDataFolder, installation } from './installation.ts'
import { badInput, done, failed, type Outcome, printJson, type Settle } from './outcome.ts'

interface WhyOptions {
  readonly at?: string
  readonly data?: string
  readonly json?: boolean
}

/** What was decided for a book: the decision in force at a time, those around it, its proposal. */
interface Answer {
  readonly book: ClientBook
  readonly at: Millis
  readonly inForce: DecisionRecord | null
  readonly proposal: Proposal | null
  /** Oldest first. */
  readonly before: readonly DecisionRecord[]
  readonly after: readonly DecisionRecord[]
  /** What was set, moved and became of its proposals until then, newest last: what the decisions rest on. */
  readonly log: readonly LogLine[]
  /** When the book was opened: of the time before nothing is known. */
  readonly openedAt: Millis | null
}
type LogLine = ReturnType<DeskStore['historyOf']>[number]

/** A moment asked for; of a day everything that was decided on it is told. */
export interface Asked {
  readonly at: Millis
  readonly dayFrom: Millis | null
}

/** Decisions shown on either side of the one in force. */
const AROUND = 5
/** Of a whole day at most so many. */
const OF_A_DAY = 50
/** Entries of the log that are told. */
const LOG_LINES = 8
/** Client books named where the one asked for is not there. */
const NAMED_BOOKS = 8

export function addWhy(program: Command, settle: Settle): void {
  program
    .command('why')
    .description('what was decided for a client book, and why: rebalanced or not')
    .argument('<book>', 'id of the client book')
    .option(
      '--at <time>',
      '2026-03-17, "2026-03-17 14:05" or 2026-03-17T14:05:00Z, UTC; of a day all of it is told (default: now)',
    )
    .option('--data <folder>', 'the data folder (default: the platform’s own place)')
    .option('--json', 'JSON on stdout')
    .action((bookId: string, options: WhyOptions) => settle(why(bookId, options)))
}

function why(bookId: string, options: WhyOptions): Outcome {
  const now = systemClock.now()
  const asked = options.at === undefined ? ok({ at: now, dayFrom: null }) : parseTime(options.at, now)
  if (!asked.ok) return badInput(asked.error.message)
  const store = openStore({
    folder: options.data ?? defaultDataFolder(),
    clock: systemClock,
    // read-only: no folder is made, so no epoch is asked for
    epochSource: () => '',
    readOnly: true,
    migrationsDir: installation().migrationsDir,
  })
  if (!store.ok) return store.error.code === 'cannot-open' ? badInput(store.error.message) : failed(store.error.message)
  try {
    const answer = answerOf(store.value, bookId, asked.value)
    if (!answer.ok) return badInput(answer.error.message)
    if (options.json) printJson(jsonOf(answer.value))
    else process.stdout.write(`${textOf(answer.value).join('\n')}\n`)
    return done
  } finally {
    store.value.close()
  }
}

/** The answer to `why`, line by line. Errors: unknown-client-book. */
export function tellWhy(
  store: DeskStore,
  bookId: string,
  asked: Asked,
): Result<readonly string[], Failure<'unknown-client-book'>> {
  const answer = answerOf(store, bookId, asked)
  return answer.ok ? ok(textOf(answer.value)) : answer
}

/**
 * A time in UTC, not after now. A day stands for its last millisecond, when everything that was decided on it has been;
 * today for now.
 */
export function parseTime(text: string, now: Millis): Result<Asked, Failure<'bad-time'>> {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2}(?:\.\d{1,3})?))?Z?)?$/.exec(text)
  const day = parts?.[1]
  const written =
    day === undefined ? '' : `${day}T${parts![2] ?? '23:59'}:${parts![3] ?? (parts![2] ? '00' : '59.999')}Z`
  const at = Date.parse(written)
  // Date.parse rolls 30 February over into March
  if (!Number.isFinite(at) || !new Date(at).toISOString().startsWith(day!))
    return fail(
      'bad-time',
      `--at was "${text}", it must be a time in UTC like 2026-03-17, "2026-03-17 14:05" or 2026-03-17T14:05:00Z; words such as yesterday are not read`,
    )
  const dayFrom = parts![2] === undefined ? millis(Date.parse(`${day}T00:00:00Z`)) : null
  if ((dayFrom ?? at) > now)
    return fail('bad-time', `--at was "${text}", which is in the future: it is ${clock(now)} now`)
  return ok({ at: millis(Math.min(at, now)), dayFrom })
}

function answerOf(
  store: DeskStore,
  bookId: string,
  { at, dayFrom }: Asked,
): Result<Answer, Failure<'unknown-client-book'>> {
  const books = store.clientBooks()
  const book = books.find((candidate) => candidate.id === bookId)
  if (book === undefined) {
    const named = books.slice(0, NAMED_BOOKS).map((candidate) => candidate.id)
    const more = books.length > named.length ? `, … (${books.length} in all)` : ''
    return fail('unknown-client-book', `there is no client book "${bookId}"; there is ${named.join(', ')}${more}`)
  }
  const ofTheDay = dayFrom === null ? [] : store.decisionsOf(bookId, { from: dayFrom, to: at, limit: OF_A_DAY })
  const until = ofTheDay.length > AROUND ? ofTheDay : store.decisionsOf(bookId, { to: at, limit: AROUND + 1 })
  const history = store.historyOf(bookId)
  const inForce = until[0] ?? null
  const proposalId = inForce?.decision.proposalId ?? null
  return ok({
    book,
    at,
    inForce,
    proposal: proposalId === null ? null : (store.proposal(proposalId) ?? null),
    before: until.slice(1).reverse(),
    after: store.decisionsOf(bookId, { from: millis(at + 1), limit: AROUND, order: 'oldest' }),
    log: history.filter((line) => line.at <= at && line.type !== 'decision-recorded').slice(-LOG_LINES),
    openedAt: history[0]?.at ?? null,
  })
}

const clock = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
const dollars = (value: number): string => `${value < 0 ? '-' : ''}$${Math.abs(value).toFixed(0)}`
const percent = (weight: number): string => `${(100 * weight).toFixed(2)} %`
const lineOf = ({ at, decision }: DecisionRecord): string =>
  `  ${clock(at)}  ${decisionSentence(decision)}${decision.proposalId === null ? '' : ` (${decision.proposalId})`}`

function textOf({ book, at, inForce, proposal, before, after, log, openedAt }: Answer): readonly string[] {
  const lines = [`${book.id} (${book.clientName}) at ${clock(at)}`]
  if (openedAt !== null && at < openedAt)
    lines.push(`  it was opened on ${clock(openedAt)}: of the time before nothing is known`)
  else if (inForce === null)
    lines.push('  nothing was decided for it until then: it was inside its bands, or not checked')
  else {
    const { worst, regime, marketTime } = inForce.decision
    lines.push(lineOf(inForce))
    const furthest =
      worst === null ? 'not checked' : `furthest: ${worst.asset} at ${worst.position.toFixed(2)} half-widths`
    lines.push(
      `    ${furthest}; regime ${regime.class}, bands × ${regime.multiplier}; market time ${clock(marketTime)}`,
    )
  }
  if (proposal !== null) {
    lines.push(`  proposal ${proposal.id}, now ${proposal.state}:`)
    for (const line of proposal.lines) {
      const trade = line.side === null ? 'no trade' : `${line.side} ${formatAmount(line.quantity)}`
      lines.push(`    ${line.asset}  ${percent(line.before)} to ${percent(line.after)}  ${trade}: ${line.why}`)
    }
    if (proposal.tax !== undefined)
      lines.push(`    tax ${dollars(proposal.tax.taxUsd)}, due later; naive ${dollars(proposal.tax.naiveTaxUsd)}`)
    if (proposal.wayLeft !== undefined)
      lines.push(`    ${percent(proposal.wayLeft.turnover)} of the book is left of the way for later days`)
    const weighed = proposal.weighing === undefined ? null : weighingSentence(proposal.weighing)
    if (weighed !== null) lines.push(`    ${weighed}`)
    for (const remark of proposal.remarks) lines.push(`    ${remark}`)
  }
  if (before.length > 0) lines.push('before:', ...before.map(lineOf))
  if (after.length > 0) lines.push('after:', ...after.map(lineOf))
  if (log.length > 0) lines.push('its log until then:', ...log.map((line) => `  ${clock(line.at)}  ${line.text}`))
  return lines
}

function jsonOf({ book, at, inForce, proposal, before, after, log, openedAt }: Answer): unknown {
  const plain = (record: DecisionRecord): unknown => ({
    sequence: record.sequence,
    at: new Date(record.at).toISOString(),
    text: decisionSentence(record.decision),
    ...record.decision,
    marketTime: new Date(record.decision.marketTime).toISOString(),
  })
  return {
    book: book.id,
    clientName: book.clientName,
    taxTerms: book.taxTerms ?? null,
    at: new Date(at).toISOString(),
    inForce: inForce === null ? null : plain(inForce),
    proposal:
      proposal === null
        ? null
        : {
            id: proposal.id,
            state: proposal.state,
            trigger: proposal.trigger,
            remarks: proposal.remarks,
            costUsd: proposal.cost.totalUsd,
            naiveCostUsd: proposal.naiveCost.totalUsd,
            ...(proposal.tax === undefined ? {} : { tax: proposal.tax }),
            wayLeft: proposal.wayLeft ?? null,
            weighing: proposal.weighing ?? null,
            lines: proposal.lines.map((line) => ({
              asset: line.asset,
              before: line.before,
              target: line.target,
              low: line.low,
              high: line.high,
              after: line.after,
              side: line.side,
              quantity: formatAmount(line.quantity),
              reason: line.reason,
              why: line.why,
              ...(line.tax === undefined ? {} : { tax: line.tax }),
            })),
          },
    before: before.map(plain),
    after: after.map(plain),
    log: log.map((line) => ({ at: new Date(line.at).toISOString(), type: line.type, text: line.text })),
    openedAt: openedAt === null ? null : new Date(openedAt).toISOString(),
  }
}
