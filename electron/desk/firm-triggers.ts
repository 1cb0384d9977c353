import type { Clock } from '../../core/clock.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { lastDue, type ScheduleRule } from '../../core/decisions/schedule.ts'
import { isSpiking, type Volatilities } from '../../core/decisions/volatility-spike.ts'
import type { Trigger } from '../../core/proposal.ts'
import type { Millis } from '../../core/units.ts'
import type { PlanningSettings } from '../proposals/settings.ts'
import type { ProposalBook } from './proposal-book.ts'
import type { World } from './world.ts'

export interface FirmTriggersParts {
  readonly store: Pick<DeskStore, 'setting' | 'saveSetting'>
  readonly world: Pick<World, 'books'>
  readonly proposals: ProposalBook
  readonly settings: Pick<PlanningSettings, 'schedule' | 'volatilitySpike'>
  readonly clock: Clock
}

const DUE = 'trigger.schedule.due'
const SPIKE = 'trigger.volatility-spike.on'

/**
 * Triggers that ask for every client book at once: a date of the calendar, a spike of volatility. Both are off unless
 * set. What was asked for last outlives a restart; a schedule begins with its first date after it was set.
 */
export function askFirmTriggers(volatilities: () => Volatilities, parts: FirmTriggersParts): void {
  const { store, settings, clock } = parts
  if (settings.schedule !== null) {
    const due = lastDue(settings.schedule, clock.now())
    const before = store.setting(DUE)
    if (before !== String(due)) {
      if (before !== undefined && Number(before) < due) ask({ kind: 'schedule', due }, parts)
      store.saveSetting(DUE, String(due))
    }
  }
  if (settings.volatilitySpike !== null) {
    const was = store.setting(SPIKE) === 'true'
    const { fast, slow, prior } = volatilities()
    const now = isSpiking(was, { fast, slow, prior }, settings.volatilitySpike)
    if (now !== was) {
      if (now) ask({ kind: 'volatility-spike', volatility: fast, usual: slow }, parts)
      store.saveSetting(SPIKE, String(now))
    }
  }
}

/** A schedule that was changed: what was due before now is not asked for. */
export function beginSchedule(schedule: ScheduleRule | null, store: Pick<DeskStore, 'saveSetting'>, now: Millis): void {
  if (schedule !== null) store.saveSetting(DUE, String(lastDue(schedule, now)))
}

/** Books that have a proposal, a request or working orders are being looked at already; a way that goes on gives way. */
function ask(
  trigger: Extract<Trigger, { kind: 'schedule' | 'volatility-spike' }>,
  { world, proposals }: FirmTriggersParts,
): void {
  for (const { id } of world.books) {
    const asked = proposals.requestOf(id)
    const isFree = asked === undefined || asked.kind === 'continuation'
    if (isFree && proposals.of(id) === undefined && !proposals.isExecuting(id)) proposals.request(id, trigger)
  }
}
