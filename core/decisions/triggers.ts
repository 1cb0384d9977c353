import type { AssetId } from '../instruments.ts'
import type { NonTriggerReason, RequestTrigger, Trigger } from '../proposal.ts'
import type { Millis } from '../units.ts'

/** What is known of one client book when the question "does it need a proposal?" is asked. */
export interface TriggerInput {
  readonly now: Millis
  /** null where the book can't be checked, with the reason. */
  readonly breachedAssets: readonly AssetId[] | null
  readonly unableWhy: string | null
  /** In a crisis: how far from its target a line has to be before the book trades; null or left out otherwise. */
  readonly defensive?: DefensiveLimit | null
  readonly hasOpenProposal: boolean
  readonly isExecuting: boolean
  readonly coolDownUntil: Millis | null
  /** What began it; a rebalance where left out. */
  readonly coolDownAfter?: string
  readonly pausedUntil: Millis | null
  /** In the words of who paused it. */
  readonly pausedWhy?: string | null
  readonly tradingHalted: string | null
  /** Asked for by an advisor or for the whole firm, or money came in or went out since the last proposal. */
  readonly request: RequestTrigger | null
}

export interface DefensiveLimit {
  /** Fraction of the book. */
  readonly outerLimit: number
  /** Lines further than that from their targets. */
  readonly beyond: readonly AssetId[]
}

export type TriggerDecision =
  | { readonly kind: 'propose'; readonly trigger: Trigger }
  | { readonly kind: 'wait'; readonly reason: NonTriggerReason; readonly why: string }

const wait = (reason: NonTriggerReason, why: string): TriggerDecision => ({ kind: 'wait', reason, why })
/** Why a book that is out of band is left alone in a crisis. */
export const defensiveWhy = (outerLimit: number): string =>
  `no line is more than ${(100 * outerLimit).toFixed(1)} points from its target, the limit in a crisis`
const clock = (at: Millis): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/**
 * Every trigger and every non-trigger has a reason. The order is the order of force: what makes a proposal impossible
 * comes before what makes it unwanted; an advisor's own request overrides pause, cool-down and being inside the band,
 * never a missing price or a halt. Money that moved overrides cool-down and defence, a schedule, a spike or a way that
 * was begun neither. A breach takes the place of a way that was begun: it is planned anew, from where the book is.
 */
export function decideTrigger(input: TriggerInput): TriggerDecision {
  if (input.breachedAssets === null) return wait('stale-price', input.unableWhy ?? 'a price is missing')
  if (input.isExecuting) return wait('executing', 'orders of this client book are working')
  if (input.tradingHalted !== null) return wait('trading-halted', input.tradingHalted)
  if (input.hasOpenProposal) return wait('open-proposal', 'a proposal is open; there is at most one per client book')
  if (input.request?.kind === 'manual') return { kind: 'propose', trigger: input.request }
  if (input.pausedUntil !== null && input.pausedUntil > input.now)
    return wait('paused', `paused until ${clock(input.pausedUntil)}${input.pausedWhy ? `: ${input.pausedWhy}` : ''}`)
  if (input.request?.kind === 'cash-flow') return { kind: 'propose', trigger: input.request }
  if (input.breachedAssets.length === 0 && input.request === null)
    return wait('inside-band', 'every line is inside its band')
  if (input.defensive && input.defensive.beyond.length === 0)
    return wait('defensive', defensiveWhy(input.defensive.outerLimit))
  if (input.coolDownUntil !== null && input.coolDownUntil > input.now)
    return wait(
      'cool-down',
      `${input.coolDownAfter ?? 'rebalanced a short while ago'}; cool-down until ${clock(input.coolDownUntil)}`,
    )
  const isBreach = input.breachedAssets.length > 0 && input.request?.kind === 'continuation'
  const asked = isBreach ? null : input.request
  return { kind: 'propose', trigger: asked ?? { kind: 'band-breach', assets: input.breachedAssets } }
}
