import { parseArgs } from 'node:util'
import { createRandom } from '../core/random.ts'
import { chargedObjective, trackingErrorOf } from '../workers/optimizer/firm/charged-cost.ts'
import { type FirmAnswer, type FirmOptions, solveFirm } from '../workers/optimizer/firm/firm-batch.ts'
import { type GeneratedFirm, generateFirm } from '../workers/optimizer/test-support/generated-firm.ts'
import { tradeCost } from '../workers/optimizer/trade-cost.ts'
import { type BenchRow, measureTogether, printRows } from './measure.ts'

const CLONES = 4
const RETUNE = 1e-3

const MODES: readonly { readonly name: string; readonly options: Partial<FirmOptions> }[] = [
  { name: 'alone', options: { pricing: 'alone' } },
  { name: 'pooled', options: { pricing: 'pooled' } },
  { name: 'firm', options: { pricing: 'firm' } },
  { name: 'pooled, retuned', options: { pricing: 'pooled', retune: RETUNE } },
  { name: 'firm, retuned', options: { pricing: 'firm', retune: RETUNE } },
]

/**
 * A generated firm, every client four times, priced alone, on the pool and at the margin: what the pool of all trades
 * costs over what the books were told, objective and tracking error over those priced alone, the largest difference of
 * cost among identical clients, time per book.
 */
export async function benchFirm(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      books: { type: 'string', default: '1000' },
      size: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    },
  })
  const distinct = Math.max(1, Math.round(Number(values.books) / CLONES))
  const firm = generateFirm(createRandom(Number(values.seed)), Number(values.size), distinct, CLONES)
  const solve = (options: Partial<FirmOptions>): FirmAnswer =>
    solveFirm({
      books: firm.books,
      market: firm.market,
      options: { pricing: 'alone', retune: null, tradeRate: null, rotation: 0, ...options },
    })
  const answers = MODES.map(({ options }) => solve(options))
  const micros = measureTogether(
    MODES.map(
      ({ options }) =>
        () =>
          void solve(options),
    ),
    Number(values.rounds),
    0,
  )
  const [alone] = answers
  const rows = MODES.map(({ name, options }, m): BenchRow => {
    const answer = answers[m]!
    return {
      name: `firm/${name}`,
      medianMicros: micros[m]!,
      microsPerBook: micros[m]! / firm.books.length,
      paidOverTold: poolCost(firm, answer) / told(firm, answer, options.pricing === 'alone'),
      objective: objective(firm, answer) / objective(firm, alone!),
      cost: poolCost(firm, answer) / poolCost(firm, alone!),
      trackingError: meanTrackingError(firm, answer) / meanTrackingError(firm, alone!),
      cloneSpread: cloneSpread(firm, answer),
      riskFactor: answer.riskFactor,
      keptAlone: answer.books.filter(({ keptAlone }) => keptAlone).length,
    }
  })
  printRows(rows, values.json)
}

/** USD: every book's own spread and fee, and K·S^{3/2} of what all trade. */
function poolCost({ books, market }: GeneratedFirm, { books: answers, flow }: FirmAnswer): number {
  let cost = 0
  books.forEach(({ problem, valueUsd }, b) => {
    cost += valueUsd * tradeCost(problem, answers[b]!.x).linear
  })
  flow.buy.forEach((usd, a) => {
    cost += market.impactBuy[a]! * usd ** 1.5 + market.impactSell[a]! * flow.sell[a]! ** 1.5
  })
  return cost
}

/** USD: alone, what each problem's own costs say; otherwise the share of the pool. */
function told({ books }: GeneratedFirm, { books: answers }: FirmAnswer, isAlone: boolean): number {
  return books.reduce((sum, { problem, valueUsd }, b) => {
    const { x, chargedCost } = answers[b]!
    const { linear, impact } = tradeCost(problem, x)
    return sum + valueUsd * (isAlone ? linear + impact : chargedCost)
  }, 0)
}

const objective = ({ books }: GeneratedFirm, { books: answers, prices }: FirmAnswer): number =>
  books.reduce((sum, book, b) => sum + book.valueUsd * chargedObjective(book, answers[b]!.x, prices), 0)

const meanTrackingError = ({ books }: GeneratedFirm, { books: answers }: FirmAnswer): number =>
  books.reduce((sum, { problem, valueUsd }, b) => sum + valueUsd * trackingErrorOf(problem, answers[b]!.x), 0)

/** Largest relative difference of charged cost between clients who are the same. */
function cloneSpread({ books, clones }: GeneratedFirm, { books: answers }: FirmAnswer): number {
  let worst = 0
  books.forEach((_, b) => {
    const first = answers[b - (b % clones)]!.chargedCost
    if (first > 0) worst = Math.max(worst, Math.abs(answers[b]!.chargedCost / first - 1))
  })
  return worst
}
