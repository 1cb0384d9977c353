import type { VenueHealth } from '../../core/contracts/exchange.ts'
import type { Alert, RegimeView } from '../../core/contracts/monitor-view.ts'
import type { TradingState } from '../../core/order.ts'

export type FakeScenario = 'normal' | 'stale' | 'halted' | 'quiet'

/** Health of both venues; Kraken is silent where prices are stale. */
export function fakeVenues(scenario: FakeScenario): VenueHealth[] {
  const stale = scenario === 'stale'
  return [
    {
      venue: 'binance',
      state: 'connected',
      dataLatencyMs: 18,
      orderLatencyMs: 64,
      ageMs: 200,
      refusedBooks: 0,
      why: null,
    },
    stale
      ? {
          venue: 'kraken',
          state: 'no-data',
          dataLatencyMs: null,
          orderLatencyMs: null,
          ageMs: 27_400,
          refusedBooks: 12,
          why: 'no update for 27 s',
        }
      : {
          venue: 'kraken',
          state: 'connected',
          dataLatencyMs: 41,
          orderLatencyMs: 112,
          ageMs: 600,
          refusedBooks: 0,
          why: null,
        },
  ]
}

/** Newest first; `now` in milliseconds UTC. */
export function fakeAlerts(scenario: FakeScenario, now: number): Alert[] {
  const stale: Alert[] =
    scenario === 'stale'
      ? [
          {
            id: 'a0',
            severity: 'critical',
            text: 'Kraken sends no data since 14:31:40. Orders there are held.',
            at: now - 27_000,
          },
        ]
      : []
  return [
    ...stale,
    {
      id: 'a1',
      severity: 'critical',
      text: 'ATOM has no fresh price on either venue. 4 books cannot be checked.',
      at: now - 64_000,
    },
    {
      id: 'a2',
      severity: 'warning',
      text: 'Buy ETH P-2219: slippage 1.62 × the estimate, the rest was not traded.',
      at: now - 300_000,
    },
    {
      id: 'a3',
      severity: 'warning',
      text: 'Two proposals are blocked and expire in 12 minutes.',
      at: now - 340_000,
    },
    {
      id: 'a4',
      severity: 'notice',
      text: 'Regime changed from normal to stressed: bands × 1.15.',
      at: now - 2.2 * 86_400_000,
    },
  ]
}

/** Of the whole made-up market. */
export const fakeRegime = (now: number): RegimeView => ({
  class: 'stressed',
  since: now - 2.2 * 86_400_000,
  multiplier: 1.15,
  volatility: 0.71,
  prior: false,
  explanation: 'stressed since 2026-03-15: 20-day volatility 68 %, 91st percentile, probability 0.97',
})

/** Why nothing can be approved, or null. */
export function fakeBlock(scenario: FakeScenario, trading: TradingState, why: string | null): string | null {
  if (trading === 'halted') return `Trading is stopped: ${why}`
  return scenario === 'stale' ? 'Kraken prices are 27 s old (limit 20 s)' : null
}
