import { type Actor, fact } from '../../core/journal.ts'
import type { TradingState } from '../../core/order.ts'
import { type ExecutionContext, recordFacts } from './context.ts'
import type { TradingScope } from './events.ts'
import { nameScope } from './trading-gate.ts'

/** Durable on return: every send after it sees the new state, because each reads it in its own instant. */
export function setTradingState(
  context: ExecutionContext,
  scope: TradingScope,
  state: TradingState,
  why: string,
  actor: Actor,
): void {
  recordFacts(context, [fact('trading-state-changed', { scope, state, why })], actor)
  context.log.warn(`trading ${state} for ${nameScope(scope)}: ${why}`)
}

/** Something that must not happen did: all trading halts until a person has looked. */
export function raiseAlarm(context: ExecutionContext, why: string): void {
  context.log.error(`alarm: ${why}`)
  context.emit({ kind: 'alarm', why })
  setTradingState(context, { kind: 'all' }, 'halted', why, 'desk')
}
