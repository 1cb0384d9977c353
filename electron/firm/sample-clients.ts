import { z } from 'zod'
import { halfWidth } from '../../core/band.ts'
import type { ClientBook, Custody, Mandate, Restriction } from '../../core/client-book.ts'
import { CASH } from '../../core/instruments.ts'
import type { ModelLine, ModelPortfolio } from '../../core/model-portfolio.ts'
import type { Random } from '../../core/random.ts'
import { type Millis, millis } from '../../core/units.ts'
import names from '../../resources/client-names.json' with { type: 'json' }

const { families, forms } = z
  .strictObject({ families: z.array(z.string().min(1)).min(1), forms: z.array(z.string().includes('{family}')).min(1) })
  .parse(names)

const DAY = 86_400_000
const PREMIUM_SHARE = 0.3
const RESTRICTED_SHARE = 0.08

/**
 * One book in forty has custody of its own, five at most: every account is reconciled at the start, at the pace its
 * venue allows. A firm too small to have any has none.
 */
export const segregatedCount = (books: number): number =>
  books < 20 ? 0 : Math.min(5, Math.max(1, Math.round(books / 40)))

/** Names in an order of the seed's own, none twice; beyond all combinations they are numbered. */
export function clientNames(count: number, random: Random): readonly string[] {
  const all = families.flatMap((family) => forms.map((form) => form.replace('{family}', family)))
  shuffle(all, random)
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / all.length)
    return `${all[index % all.length]}${round === 0 ? '' : ` No. ${round + 1}`}`
  })
}

/** The sample firm's client books: tiers, mandates, custody, reserves, restrictions; holdings come from elsewhere. */
export function sampleBooks(
  count: number,
  models: readonly ModelPortfolio[],
  now: Millis,
  random: Random,
): readonly ClientBook[] {
  const titles = clientNames(count, random.fork('names'))
  const order = Array.from({ length: count }, (_, index) => index)
  shuffle(order, random.fork('custody'))
  const segregated = new Set(order.slice(0, segregatedCount(count)))
  const digits = Math.max(4, String(count).length)
  return titles.map((clientName, index) => {
    const own = random.fork(`book ${index}`)
    const number = String(index + 1).padStart(digits, '0')
    const model = own.pick(models)
    const premium = own.next() < PREMIUM_SHARE
    const custody: Custody = segregated.has(index)
      ? { kind: 'segregated', account: `segregated-${number}` }
      : { kind: 'omnibus' }
    return {
      id: `B-${number}`,
      clientId: `C-${number}`,
      clientName,
      tier: premium ? 'premium' : 'standard',
      modelId: model.id,
      custody,
      cashReserve: own.pick([0, 0.0025, 0.005]),
      // those of the standard risk profiles, the middle one twice
      riskAversion: own.pick([2, 3, 5, 5, 8, 12]),
      mandate: premium ? sampleMandate(own) : null,
      restrictions: own.next() < RESTRICTED_SHARE ? [sampleRestriction(model, now, own)] : [],
      pausedUntil: null,
      mayCross: custody.kind === 'omnibus' && own.next() < 0.6,
    }
  })
}

const sampleMandate = (random: Random): Mandate => ({
  maximumTurnover: random.pick([0.05, 0.08, 0.1, 0.15]),
  maximumCostBps: random.pick([2, 3, 5, 8]),
})

const REASONS = {
  'no-buy': ['excluded by the statutes', 'in run-off at the client’s request', 'under review by the board'],
  'no-sell': ['locked up after a donation', 'tax holding period', 'pledged as collateral'],
  'at-most': ['concentration limit of the trustees', 'limit agreed with the client’s bank'],
} as const

/** A limit on one of the smaller lines; at-most lies between where a sample book can open and the band's edge. */
function sampleRestriction(model: ModelPortfolio, now: Millis, random: Random): Restriction {
  const line = random.pick(model.lines.filter((line) => line.asset !== CASH && line.target < 0.3))
  const kind = random.pick(['no-buy', 'no-sell', 'at-most'] as const)
  const reason = random.pick(REASONS[kind])
  // Most end some day, on a whole day.
  const day = Math.floor(now / DAY) + 30 + random.integer(400)
  const expiry = random.next() < 0.7 ? { until: millis(day * DAY) } : {}
  if (kind !== 'at-most') return { kind, asset: line.asset, reason, ...expiry }
  return { kind, asset: line.asset, weight: ceiling(line), reason, ...expiry }
}

const ceiling = (line: ModelLine): number =>
  Math.ceil((line.target + 0.9 * halfWidth(line.band, line.target)) * 1e4) / 1e4

function shuffle<T>(items: T[], random: Random): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.integer(last + 1)
    ;[items[last], items[other]] = [items[other]!, items[last]!]
  }
}
