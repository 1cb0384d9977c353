import type { SettleRule } from '../../core/band.ts'
import type { ScheduleRule } from '../../core/decisions/schedule.ts'
import type { SpikeRule } from '../../core/decisions/volatility-spike.ts'

/** What the firm decides about planning; each default has its reason in QUANT.md's terms. */
export interface PlanningSettings {
  /** Years for which a one-off cost must pay for itself. */
  readonly horizonYears: number
  /** Trades below this part of the book are dropped unless they cure a breach: half the orders at no measurable cost. */
  readonly minimumTradeWeight: number
  /** A warning above this share of one hour's average volume. */
  readonly participationWarning: number
  /** An open proposal is computed again when a traded price moved by more than this. */
  readonly repriceBps: number
  /**
   * Where a rebalance ends. By a rule only lines out of band trade, as far as the rule says, at the least cost; what
   * they leave or lack is cash, then whatever is cheapest to trade.
   */
  readonly settle: SettleRule
  readonly proposalLifeMs: number
  readonly coolDownMs: number
  /** What an asset outside the model may still weigh without being a breach: dust can't be sold. */
  readonly dustWeight: number
  /** In a crisis a book trades only with a line further than this from its target: the best days follow the worst. */
  readonly crisisOuterLimit: number
  /** Allowed slippage in a crisis, times the ordinary: a market that gaps must not leave orders half done. */
  readonly crisisSlippageFactor: number
  /** Every book is planned on these dates; null: bands and cash flows decide alone. */
  readonly schedule: ScheduleRule | null
  /** Every book is planned once when a spike of volatility begins; null: it is not. */
  readonly volatilitySpike: SpikeRule | null
}

export const DEFAULT_PLANNING: PlanningSettings = {
  horizonYears: 1 / 12,
  minimumTradeWeight: 0.001,
  participationWarning: 0.05,
  repriceBps: 50,
  settle: 'optimal',
  proposalLifeMs: 15 * 60_000,
  coolDownMs: 30 * 60_000,
  dustWeight: 0.0025,
  crisisOuterLimit: 0.08,
  crisisSlippageFactor: 1.5,
  schedule: null,
  volatilitySpike: null,
}
