import type { SettleRule } from '../../../core/band.ts'
import type { ScheduleRule } from '../../../core/decisions/schedule.ts'
import { checkRules, type RebalancingRules } from '../../../core/rebalancing-rules.ts'
import { REGIME_CLASSES, type RegimeClass } from '../../../core/regime.ts'
import { err, ok, type Result } from '../../../core/result.ts'
import { readNumber } from '../../ui/read-number.ts'

export const SCHEDULE_KINDS = ['none', 'weekly', 'monthly', 'quarterly'] as const
export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

/** The rules as they stand in the fields; those named after a class of the market hold what bands are multiplied by. */
export interface RulesForm extends Readonly<Record<RegimeClass, string>> {
  readonly settle: SettleRule
  /** Minutes. */
  readonly coolDown: string
  readonly proposalLife: string
  /** Weight points. */
  readonly crisisLimit: string
  /** Percent; blank: the whole way at once. */
  readonly tradeRate: string
  readonly spikeEnters: string
  readonly spikeLeaves: string
  readonly schedule: (typeof SCHEDULE_KINDS)[number]
  readonly weekday: string
  readonly day: string
  readonly hour: string
}

const MINUTE = 60_000
const ofClasses = <T>(of: (name: RegimeClass) => T): Record<RegimeClass, T> =>
  Object.fromEntries(REGIME_CLASSES.map((name) => [name, of(name)])) as Record<RegimeClass, T>
const written = (value: number): string => String(Number(value.toFixed(6)))

export function writeRules(rules: RebalancingRules): RulesForm {
  const { schedule, volatilitySpike: spike } = rules
  return {
    settle: rules.settle,
    coolDown: written(rules.coolDownMs / MINUTE),
    proposalLife: written(rules.proposalLifeMs / MINUTE),
    crisisLimit: written(100 * rules.crisisOuterLimit),
    tradeRate: rules.tradeRate === null ? '' : written(100 * rules.tradeRate),
    spikeEnters: spike === null ? '' : written(spike.enters),
    spikeLeaves: spike === null ? '' : written(spike.leaves),
    schedule: schedule?.kind ?? 'none',
    weekday: String(schedule?.kind === 'weekly' ? schedule.weekday : 1),
    day: String(schedule !== null && schedule.kind !== 'weekly' ? schedule.day : 1),
    hour: String(schedule?.hour ?? 9),
    ...ofClasses((name) => written(rules.bandMultipliers[name])),
  }
}

/** The rules that the fields say, or what is wrong with one. */
export function readRules(form: RulesForm): Result<RebalancingRules, string> {
  const number = (text: string): number => readNumber(text) ?? Number.NaN
  const [enters, leaves] = [readNumber(form.spikeEnters), readNumber(form.spikeLeaves)]
  if ((enters === undefined) !== (leaves === undefined)) return err('a spike needs both its start and its end')
  const rules: RebalancingRules = {
    settle: form.settle,
    // whole milliseconds: what was read is what is written
    coolDownMs: Math.round(MINUTE * number(form.coolDown)),
    proposalLifeMs: Math.round(MINUTE * number(form.proposalLife)),
    crisisOuterLimit: Number((number(form.crisisLimit) / 100).toFixed(8)),
    schedule: scheduleOf(form),
    volatilitySpike: enters === undefined ? null : { enters, leaves: leaves! },
    bandMultipliers: ofClasses((name) => number(form[name])),
    tradeRate: form.tradeRate.trim() === '' ? null : Number((number(form.tradeRate) / 100).toFixed(8)),
  }
  const checked = checkRules(rules)
  return checked.ok ? ok(rules) : err(checked.error.message)
}

function scheduleOf({ schedule, weekday, day, hour }: RulesForm): ScheduleRule | null {
  const whole = (text: string): number => {
    const number = readNumber(text) ?? Number.NaN
    return Number.isInteger(number) ? number : Number.NaN
  }
  switch (schedule) {
    case 'none':
      return null
    case 'weekly':
      return { kind: schedule, weekday: whole(weekday), hour: whole(hour) }
    default:
      return { kind: schedule, day: whole(day), hour: whole(hour) }
  }
}
