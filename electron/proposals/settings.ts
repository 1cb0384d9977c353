import type { RebalancingRules } from '../../core/rebalancing-rules.ts'
import { SHIPPED_MULTIPLIERS } from '../../core/regime.ts'
import type { FlowPricing } from '../../workers/optimizer/index.ts'

/**
 * What the firm decides about planning; each default has its reason in QUANT.md's terms. The rules are an advisor's to
 * change while the desk runs. By the rules 'band-edge' and 'half-band' only lines out of band trade, as far as the rule
 * says, at the least cost; what they leave or lack is cash, then whatever is cheapest to trade.
 */
export interface PlanningSettings extends RebalancingRules {
  /** Years for which a one-off cost must pay for itself. */
  readonly horizonYears: number
  /**
   * What a book takes impact for: its own trade's (told 2 to 5 times too little where a firm's books go the same way);
   * its share of the pool of the firm's same-day flow; what its trade adds to the cost of all others'.
   */
  readonly flowPricing: FlowPricing
  /** Costs as they are for one horizon, or shaped so that trading pays over time as in the dynamic problem. */
  readonly costShape: 'one-period' | 'shadow'
  /** Trades below this part of the book are dropped unless they cure a breach: half the orders at no measurable cost. */
  readonly minimumTradeWeight: number
  /** A warning above this share of one hour's average volume. */
  readonly participationWarning: number
  /** An open proposal is computed again when a traded price moved by more than this. */
  readonly repriceBps: number
  /** What an asset outside the model may still weigh without being a breach: dust can't be sold. */
  readonly dustWeight: number
  /** Allowed slippage in a crisis, times the ordinary: a market that gaps must not leave orders half done. */
  readonly crisisSlippageFactor: number
}

export const DEFAULT_PLANNING: PlanningSettings = {
  horizonYears: 1 / 12,
  flowPricing: 'pooled',
  costShape: 'one-period',
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
  bandMultipliers: SHIPPED_MULTIPLIERS,
  tradeRate: null,
}
