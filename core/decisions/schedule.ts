import { ensureNever } from '../assert.ts'
import { type Millis, millis } from '../units.ts'

/** When every client book is looked at whatever its bands say; times are UTC. Days of a month up to 28: every month has them. */
export type ScheduleRule =
  | { readonly kind: 'weekly' /** 0 Sunday to 6 Saturday. */; readonly weekday: number; readonly hour: number }
  | { readonly kind: 'monthly'; readonly day: number; readonly hour: number }
  /** In January, April, July and October. */
  | { readonly kind: 'quarterly'; readonly day: number; readonly hour: number }

const WEEK_MS = 7 * 86_400_000
/** 1970-01-04, the first Sunday of the epoch. */
const FIRST_SUNDAY = 3 * 86_400_000

/** The latest moment of the rule that is not after `now`. */
export function lastDue(rule: ScheduleRule, now: Millis): Millis {
  const date = new Date(now)
  switch (rule.kind) {
    case 'weekly': {
      const offset = FIRST_SUNDAY + rule.weekday * 86_400_000 + rule.hour * 3_600_000
      return millis(offset + Math.floor((now - offset) / WEEK_MS) * WEEK_MS)
    }
    case 'monthly':
      return lastOfMonths(1)
    case 'quarterly':
      return lastOfMonths(3)
    default:
      return ensureNever(rule)
  }

  function lastOfMonths(every: number): Millis {
    const { day, hour } = rule as Exclude<ScheduleRule, { kind: 'weekly' }>
    const month = Math.floor(date.getUTCMonth() / every) * every
    const due = Date.UTC(date.getUTCFullYear(), month, day, hour)
    return millis(due <= now ? due : Date.UTC(date.getUTCFullYear(), month - every, day, hour))
  }
}
