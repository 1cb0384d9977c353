import type { Clock } from '../../core/clock.ts'
import type { RulesView } from '../../core/contracts/risk-and-rules-view.ts'
import type { DeskStore, RulesRecord } from '../../core/contracts/store.ts'
import { type Actor, fact } from '../../core/journal.ts'
import type { RebalancingRules } from '../../core/rebalancing-rules.ts'
import { type Millis, millis } from '../../core/units.ts'
import type { MultiplierChange } from '../../workers/regime/index.ts'
import type { PlanningSettings } from '../proposals/settings.ts'
import { beginSchedule } from './firm-triggers.ts'
import { ADOPTED_BY } from './old-multipliers.ts'

export interface RuleBookParts {
  readonly store: DeskStore
  readonly clock: Clock
  /** The market's own time: simulated where the market is. */
  readonly marketNow: () => Millis
  readonly shipped: RebalancingRules
}

/** The firm's rules of rebalancing: those the program starts with, until an advisor changes them. */
export class RuleBook {
  readonly #parts: RuleBookParts
  #current: RulesView
  #multipliers: readonly MultiplierChange[]

  constructor(parts: RuleBookParts) {
    this.#parts = parts
    const recorded = parts.store.rebalancingRules()
    this.#current = recorded.at(-1) ?? { rules: rulesOf(parts.shipped), at: null, by: null, why: null }
    this.#multipliers = recorded.reduce((changes, record) => this.#phasedIn(changes, record), [
      { multipliers: parts.shipped.bandMultipliers, since: millis(0) },
    ] as readonly MultiplierChange[])
  }

  get current(): RulesView {
    return this.#current
  }
  /** Tables of multipliers of bands, in market time, oldest first: each phases in over the one before it. */
  get multipliers(): readonly MultiplierChange[] {
    return this.#multipliers
  }

  /** From the next check on. A schedule begins with its first date after this; multipliers phase in. */
  change(rules: RebalancingRules, by: string, why: string, actor: Actor): void {
    const { store, clock } = this.#parts
    store.record([fact('rules-changed', { rules, by, why })], actor)
    if (JSON.stringify(rules.schedule) !== JSON.stringify(this.#current.rules.schedule))
      beginSchedule(rules.schedule, store, clock.now())
    const record = store.rebalancingRules().at(-1)!
    this.#current = record
    this.#multipliers = this.#phasedIn(this.#multipliers, record)
  }

  /**
   * The journal has the desk's time. The market's was as long ago; where a simulated market runs faster than the desk's
   * clock, a phase that a restart interrupted ends later than it would have, never sooner.
   */
  #phasedIn(changes: readonly MultiplierChange[], { rules, at, by }: RulesRecord): readonly MultiplierChange[] {
    const multipliers = rules.bandMultipliers
    if (JSON.stringify(multipliers) === JSON.stringify(changes.at(-1)!.multipliers)) return changes
    const { clock, marketNow } = this.#parts
    if (by === ADOPTED_BY) return [{ multipliers, since: millis(0) }]
    return [...changes, { multipliers, since: millis(marketNow() - (clock.now() - at)) }]
  }
}

/** The rules among the settings of planning. */
export function rulesOf(settings: RebalancingRules): RebalancingRules {
  const {
    settle,
    coolDownMs,
    proposalLifeMs,
    crisisOuterLimit,
    schedule,
    volatilitySpike,
    bandMultipliers,
    tradeRate,
  } = settings
  return { settle, coolDownMs, proposalLifeMs, crisisOuterLimit, schedule, volatilitySpike, bandMultipliers, tradeRate }
}

/** Settings whose rules are read at the moment of use: whoever holds them follows a change. */
export function withRules(settings: PlanningSettings, book: RuleBook): PlanningSettings {
  return {
    ...settings,
    get settle() {
      return book.current.rules.settle
    },
    get coolDownMs() {
      return book.current.rules.coolDownMs
    },
    get proposalLifeMs() {
      return book.current.rules.proposalLifeMs
    },
    get crisisOuterLimit() {
      return book.current.rules.crisisOuterLimit
    },
    get schedule() {
      return book.current.rules.schedule
    },
    get volatilitySpike() {
      return book.current.rules.volatilitySpike
    },
    get bandMultipliers() {
      return book.current.rules.bandMultipliers
    },
    get tradeRate() {
      return book.current.rules.tradeRate
    },
  }
}
