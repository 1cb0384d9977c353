import { SETTLE_RULES, type SettleRule } from './band.ts'
import type { ScheduleRule } from './decisions/schedule.ts'
import type { SpikeRule } from './decisions/volatility-spike.ts'
import { type BandMultipliers, REGIME_CLASSES } from './regime.ts'
import { type Failure, fail, ok, type Result } from './result.ts'

/** What a firm decides about when its client books are rebalanced, and how far. */
export interface RebalancingRules {
  /** Where a rebalance ends: where the optimiser finds it best, just inside the band's edge, half-way to the target. */
  readonly settle: SettleRule
  /** How long a book is left alone after a rebalance, or after its proposal was turned down. */
  readonly coolDownMs: number
  /** How long a proposal may be approved. */
  readonly proposalLifeMs: number
  /** In a crisis a book trades only with a line further than this from its target, a fraction: the best days follow the worst. */
  readonly crisisOuterLimit: number
  /** Every book is planned on these dates; null: bands and cash flows decide alone. */
  readonly schedule: ScheduleRule | null
  /** Every book is planned once when a spike of volatility begins; null: it is not. */
  readonly volatilitySpike: SpikeRule | null
  /** What every band is multiplied by, per class of the market's volatility; a change phases in over a day. */
  readonly bandMultipliers: BandMultipliers
  /**
   * Part of the optimiser's way that one plan goes; what cures a breach is gone whole. Null: all of it. The rest is
   * planned on the next days of the market, a part a day.
   */
  readonly tradeRate: number | null
}

export const RULE_RANGES = {
  coolDownMs: { from: 0, to: 7 * 86_400_000 },
  proposalLifeMs: { from: 60_000, to: 7 * 86_400_000 },
  crisisOuterLimit: { from: 0, to: 0.5 },
  bandMultiplier: { from: 0.25, to: 4 },
  tradeRate: { from: 0.1, to: 0.9 },
} as const

/** Errors: bad-rules, naming the rule, what was given and what is allowed. */
export function checkRules(rules: RebalancingRules): Result<null, Failure<'bad-rules'>> {
  const refuse = (what: string) => fail('bad-rules', what)
  if (!SETTLE_RULES.includes(rules.settle))
    return refuse(`where a rebalance ends was "${rules.settle}", allowed is ${SETTLE_RULES.join(', ')}`)
  const minutes = (ms: number): string => `${ms / 60_000} minutes`
  for (const [name, words] of [
    ['coolDownMs', 'cool-down'],
    ['proposalLifeMs', 'life of a proposal'],
  ] as const) {
    const { from, to } = RULE_RANGES[name]
    if (!(rules[name] >= from && rules[name] <= to))
      return refuse(`${words} was ${minutes(rules[name])}, ${minutes(from)} to ${minutes(to)} are allowed`)
  }
  const { from, to } = RULE_RANGES.crisisOuterLimit
  if (!(rules.crisisOuterLimit >= from && rules.crisisOuterLimit <= to))
    return refuse(
      `limit in a crisis was ${100 * rules.crisisOuterLimit} points, ${100 * from} to ${100 * to} are allowed`,
    )
  for (const name of REGIME_CLASSES) {
    const [given, { from, to }] = [rules.bandMultipliers[name], RULE_RANGES.bandMultiplier]
    if (!(given >= from && given <= to))
      return refuse(`multiplier of bands in ${name} markets was ${given}, ${from} to ${to} are allowed`)
  }
  const { schedule, volatilitySpike: spike, tradeRate } = rules
  const { from: slowest, to: fastest } = RULE_RANGES.tradeRate
  if (tradeRate !== null && !(tradeRate >= slowest && tradeRate <= fastest))
    return refuse(`trade rate was ${100 * tradeRate} %, ${100 * slowest} to ${100 * fastest} % or none are allowed`)
  if (schedule !== null && !(schedule.hour >= 0 && schedule.hour <= 23))
    return refuse(`hour of the schedule was ${schedule.hour}, 0 to 23 is allowed`)
  if (schedule?.kind === 'weekly' && !(schedule.weekday >= 0 && schedule.weekday <= 6))
    return refuse(`weekday of the schedule was ${schedule.weekday}, 0 to 6 is allowed`)
  if (schedule !== null && schedule.kind !== 'weekly' && !(schedule.day >= 1 && schedule.day <= 28))
    return refuse(`day of the schedule was ${schedule.day}, 1 to 28 is allowed: every month has them`)
  if (spike !== null && !(spike.enters > 1 && spike.enters <= 10 && spike.leaves > 0 && spike.leaves <= spike.enters))
    return refuse(
      `a spike begins at ${spike.enters} and ends at ${spike.leaves} times the usual: it must begin above 1, at most 10, and end no higher`,
    )
  return ok(null)
}
