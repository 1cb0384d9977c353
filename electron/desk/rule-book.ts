import type { Clock } from '../../core/clock.ts'
import type { RulesView } from '../../core/contracts/desk-api.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { type Actor, fact } from '../../core/journal.ts'
import type { RebalancingRules } from '../../core/rebalancing-rules.ts'
import type { PlanningSettings } from '../proposals/settings.ts'
import { beginSchedule } from './firm-triggers.ts'

/** The firm's rules of rebalancing: those the program starts with, until an advisor changes them. */
export class RuleBook {
  readonly #store: DeskStore
  readonly #clock: Clock
  #current: RulesView

  constructor(store: DeskStore, clock: Clock, shipped: RebalancingRules) {
    this.#store = store
    this.#clock = clock
    const { settle, coolDownMs, proposalLifeMs, crisisOuterLimit, schedule, volatilitySpike } = shipped
    this.#current = store.rebalancingRules() ?? {
      rules: { settle, coolDownMs, proposalLifeMs, crisisOuterLimit, schedule, volatilitySpike },
      at: null,
      by: null,
      why: null,
    }
  }

  get current(): RulesView {
    return this.#current
  }

  /** From the next check on. A schedule begins with its first date after this. */
  change(rules: RebalancingRules, by: string, why: string, actor: Actor): void {
    this.#store.record([fact('rules-changed', { rules, by, why })], actor)
    if (JSON.stringify(rules.schedule) !== JSON.stringify(this.#current.rules.schedule))
      beginSchedule(rules.schedule, this.#store, this.#clock.now())
    this.#current = this.#store.rebalancingRules()!
  }
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
  }
}
