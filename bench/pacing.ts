import { parseArgs } from 'node:util'
import { createRandom } from '../core/random.ts'
import type { FlowPricing } from '../workers/optimizer/index.ts'
import { type BenchRow, printRows } from './measure.ts'
import { atTrackingError, type Matched } from './pacing/equal-tracking.ts'
import { bandPolicies, dailyPolicies, edgePolicies, type Policy } from './pacing/policies.ts'
import { daysWithin, makePriceDays, type PriceDay, type PriceDays, readPriceDays } from './pacing/price-days.ts'
import { MEMORIES, type Memory, meanOutcome, type Outcome, simulate } from './pacing/simulate.ts'
import { makeBooks, type StudyBook } from './pacing/study-books.ts'

/** Chosen on the days before the split, scored on those after it. */
interface Sample {
  readonly name: string
  readonly chosenOn: readonly PriceDay[]
  readonly testedOn: readonly PriceDay[]
  readonly assetCount: number
}

/** Books that are run together, and who they think trades with them. */
interface Firm {
  readonly name: string
  readonly groups: readonly (readonly StudyBook[])[]
  readonly pricing: FlowPricing
}

const MADE_UP_YEARS = 8
const MADE_UP_CHOSEN_YEARS = 5
const MEMORY_NAMES = Object.keys(MEMORIES) as Memory[]
/** Where the search for a tracking error begins. */
const FIRST_LOOSENESS = { edge: 0.05, bands: 0.05, daily: 0.3 } as const

/**
 * What pacing saves: books over many days at real and made-up prices, for the tuned edge band, the optimiser in one go
 * and at trade rates, by how long impact lasts; cost over that of the edge band at equal tracking error. See
 * `docs/pacing.md`.
 */
export async function benchPacing(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      books: { type: 'string', default: '10' },
      firm: { type: 'string', default: '20' },
      'tracking-error': { type: 'string', default: '0.04' },
      seeds: { type: 'string', default: '1' },
      split: { type: 'string', default: '2021-01-01' },
      only: { type: 'string', default: '' },
      sizes: { type: 'string', default: '0.2,2,20' },
      without: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  })
  const folder = process.env['TRIMTAB_DATA'] ?? ''
  if (folder === '') console.error('pacing runs at made-up prices only: set TRIMTAB_DATA to a folder of daily prices')
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1)
  const samples = [
    ...(folder === '' ? [] : [sampleOf(readPriceDays(folder, values.without.split(',')), '2018-01-01', values.split)]),
    ...seeds.map((seed) => madeUpSample(seed)),
  ].filter(({ name }) => name.includes(values.only))
  const wanted = Number(values['tracking-error'])
  const sizes = values.sizes.split(',').map((millions) => 1e6 * Number(millions))
  for (const sample of samples) {
    const random = createRandom(1)
    const alone = makeBooks(random, Number(values.books), sample.assetCount)
    const together = makeBooks(random, Number(values.firm), sample.assetCount)
    const firms = [
      ...sizes.map((valueUsd): Firm => {
        const groups = alone.map((book) => [{ ...book, valueUsd }])
        return { name: `one book of ${valueUsd / 1e6}M USD`, groups, pricing: 'alone' }
      }),
      {
        name: `${together.length} books of 2M USD`,
        groups: [together.map((book) => ({ ...book, valueUsd: 2e6 }))],
        pricing: 'pooled' as const,
      },
    ]
    for (const firm of firms) {
      const rows = compare(sample, firm, wanted)
      if (!values.json) console.log(`\n${sample.name}, ${firm.name}, tracking error ${100 * wanted} %`)
      printRows(rows, values.json)
    }
  }
}

function sampleOf(prices: PriceDays, from: string, split: string): Sample {
  const [chosenOn, testedOn] = [daysWithin(prices, from, split), daysWithin(prices, split, '9999')]
  const span = (days: readonly PriceDay[]): string => `${days[0]?.date} to ${days.at(-1)?.date}`
  const tested = testedOn.length === 0 ? 'tested on nothing' : `tested on ${span(testedOn)}`
  const name = `${prices.name}, chosen on ${span(chosenOn)}, ${tested}`
  return { name, chosenOn, testedOn, assetCount: prices.assets.length }
}

function madeUpSample(seed: number): Sample {
  const prices = makePriceDays(seed, MADE_UP_YEARS)
  return sampleOf(prices, '2000-01-01', `${2000 + MADE_UP_CHOSEN_YEARS}-01-01`)
}

const run = (days: readonly PriceDay[], { groups, pricing }: Firm, policy: Policy, looseness: number): Outcome =>
  meanOutcome(groups.map((books) => simulate(days, books, policy, looseness, pricing)))

interface Tuned {
  readonly policy: Policy
  readonly matched: Matched
}

/** Every policy over the edge band whose shape costs least where it is chosen. */
function compare({ name, chosenOn, testedOn }: Sample, firm: Firm, wanted: number): readonly BenchRow[] {
  const tune = (policy: Policy): Tuned => ({
    policy,
    matched: atTrackingError(wanted, FIRST_LOOSENESS[policy.kind], (looseness) =>
      run(chosenOn, firm, policy, looseness),
    ),
  })
  const edges = edgePolicies.map(tune)
  const edge = edges.reduce((best, each) => (each.matched.cost.overnight < best.matched.cost.overnight ? each : best))
  const power = edge.policy.kind === 'edge' ? edge.policy.power : 0
  const tuned = [...edges, ...[...bandPolicies(power), ...dailyPolicies].map(tune)]
  const score = testedOn.length === 0 ? () => ({}) : scorer(testedOn, firm, edge)
  const turnedOn = (each: Tuned): Readonly<Record<string, number>> => {
    if (each.policy.kind !== 'bands' || each.policy.rate === null) return {}
    const whole = tuned.find(({ policy }) => isWholeOf(policy, each.policy))!
    return {
      ...turnOn('chosen', chosenOn, firm, whole, each.policy),
      ...(testedOn.length === 0 ? {} : turnOn('tested', testedOn, firm, whole, each.policy)),
    }
  }
  return tuned.map(
    (each): BenchRow => ({
      name: each.policy === edge.policy ? `${each.policy.name} *` : each.policy.name,
      medianMicros: null,
      sample: name,
      firm: firm.name,
      looseness: each.matched.looseness,
      costBps: 1e4 * each.matched.cost.overnight,
      trades: each.matched.tradesPerBookYear,
      ...ratios('chosen', each.matched, edge.matched),
      ...score(each),
      ...turnedOn(each),
    }),
  )
}

/**
 * On days that nothing was chosen on: at the tracking error that the edge band comes to there, each policy loosened or
 * tightened to it; and as it was chosen, where tracking error is what it is.
 */
function scorer(days: readonly PriceDay[], firm: Firm, edge: Tuned): (each: Tuned) => Readonly<Record<string, number>> {
  const base = run(days, firm, edge.policy, edge.matched.looseness)
  const retune = ({ policy, matched }: Tuned): Matched =>
    atTrackingError(base.trackingError, matched.looseness, (looseness) => run(days, firm, policy, looseness))
  const edgeAgain = retune(edge)
  return (each) => {
    const asChosen = run(days, firm, each.policy, each.matched.looseness)
    return {
      ...ratios('tested', retune(each), edgeAgain),
      'as chosen, cost': asChosen.cost.overnight / base.cost.overnight,
      'as chosen, tracking': asChosen.trackingError / base.trackingError,
      edgeTested: base.trackingError,
    }
  }
}

/** The same policy without a trade rate. */
const isWholeOf = (policy: Policy, paced: Policy): boolean =>
  policy.kind === 'bands' &&
  paced.kind === 'bands' &&
  policy.rate === null &&
  policy.riskAversion === paced.riskAversion

/** A trade rate over none, nothing else changed: the bands are those that give the tracking error without. */
function turnOn(
  prefix: string,
  days: readonly PriceDay[],
  firm: Firm,
  { policy: without, matched: { looseness } }: Tuned,
  paced: Policy,
): Readonly<Record<string, number>> {
  const [off, on] = [run(days, firm, without, looseness), run(days, firm, paced, looseness)]
  return {
    ...Object.fromEntries(
      MEMORY_NAMES.map((memory) => [`turned on ${prefix}, ${memory}`, on.cost[memory] / off.cost[memory]]),
    ),
    [`turned on ${prefix}, tracking`]: on.trackingError / off.trackingError,
  }
}

const ratios = (prefix: string, of: Matched, over: Matched): Readonly<Record<string, number>> =>
  Object.fromEntries(MEMORY_NAMES.map((memory) => [`${prefix}, ${memory}`, of.cost[memory] / over.cost[memory]]))
