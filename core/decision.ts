import { ensureNever } from './assert.ts'
import type { ClientBookId } from './client-book.ts'
import type { RegimeView } from './contracts/monitor-view.ts'
import type { AssetId } from './instruments.ts'
import type { NonTriggerReason, Trigger } from './proposal.ts'
import type { Millis } from './units.ts'

/** What was decided for a client book by a check that mattered, and why: a line of the ledger of decisions. */
export interface Decision {
  readonly bookId: ClientBookId
  readonly outcome: 'proposed' | 'waiting'
  /** The trigger's kind where proposed, the non-trigger's reason where waiting. */
  readonly reason: Trigger['kind'] | NonTriggerReason
  /** One sentence with the numbers behind the reason. */
  readonly why: string
  readonly proposalId: string | null
  /** Assets out of their bands, in the order of the book's lines; empty where the book could not be checked. */
  readonly assets: readonly AssetId[]
  /** The line furthest out, in half-widths of its band; null where the book could not be checked. */
  readonly worst: { readonly asset: AssetId; readonly position: number } | null
  readonly regime: { readonly class: RegimeView['class']; readonly multiplier: number }
  /** The market's own time, simulated where the market is. */
  readonly marketTime: Millis
}

/** Two decisions with the same key are one: figures move with every tick, what is decided does not. */
export const decisionKey = (decision: Decision): string =>
  [decision.outcome, decision.reason, decision.proposalId ?? '', [...decision.assets].sort().join(' ')].join('|')

/** A reason in plain words, as it reads after "proposed, " or "not rebalanced, ". */
export function reasonWords(reason: Decision['reason']): string {
  switch (reason) {
    case 'band-breach':
      return 'out of its bands'
    case 'cash-flow':
      return 'money came in or went out'
    case 'manual':
      return 'asked for'
    case 'schedule':
      return 'on schedule'
    case 'volatility-spike':
      return 'volatility has jumped'
    case 'continuation':
      return 'goes on with its way'
    case 'inside-band':
      return 'inside its bands'
    case 'defensive':
      return 'defensive in a crisis'
    case 'open-proposal':
      return 'a proposal is open'
    case 'executing':
      return 'its orders are working'
    case 'cool-down':
      return 'cool-down'
    case 'paused':
      return 'paused'
    case 'restricted':
      return 'restricted'
    case 'below-minimum':
      return 'below the minimum'
    case 'cost-exceeds-benefit':
      return 'cost exceeds benefit'
    case 'stale-price':
      return 'a price is missing'
    case 'breaker-open':
      return 'a breaker is open'
    case 'no-cash':
      return 'no cash to buy with'
    case 'infeasible':
      return 'no feasible trade'
    case 'trading-halted':
      return 'trading is stopped'
    default:
      return ensureNever(reason)
  }
}

/** "not rebalanced, cool-down: rebalanced a short while ago; cool-down until …". */
export function decisionSentence(decision: Pick<Decision, 'outcome' | 'reason' | 'why'>): string {
  const what =
    decision.outcome === 'proposed' ? 'proposed' : decision.reason === 'inside-band' ? 'at rest' : 'not rebalanced'
  return `${what}, ${reasonWords(decision.reason)}: ${decision.why}`
}
