import { subtract, toFloat } from '../../core/amount.ts'
import type { BlotterView } from '../../core/contracts/blotter-view.ts'
import { isTerminal } from '../../core/order.ts'

export type StopScope = 'stop-new' | 'stop-and-cancel' | 'reduce-only'

/** What each way of stopping would touch, counted from the blotter. */
export interface StopEffects {
  readonly workingParents: readonly string[]
  readonly workingChildren: number
  readonly toFillUsd: number
  readonly books: number
}

const isWorking = (state: string): boolean => state === 'planned' || state === 'working' || state === 'settling'

export function stopEffects(blotter: BlotterView | null): StopEffects {
  const working = (blotter?.parents ?? []).filter((parent) => isWorking(parent.state))
  return {
    workingParents: working.map((parent) => parent.id),
    workingChildren: working.reduce(
      (total, parent) => total + parent.children.filter((child) => !isTerminal(child.state)).length,
      0,
    ),
    toFillUsd: working.reduce(
      (total, parent) => total + toFloat(subtract(parent.quantity, parent.filledQuantity)) * parent.arrivalPriceUsd,
      0,
    ),
    books: working.reduce((total, parent) => total + parent.books, 0),
  }
}

/** Friction by blast radius: stopping new orders needs nothing, the rest its word. */
export const CONFIRM_WORD: Readonly<Record<StopScope, string | null>> = {
  'stop-new': null,
  'stop-and-cancel': 'STOP',
  'reduce-only': 'STOP',
}
export const RESUME_WORD = 'RESUME'

/** Why the button cannot be used yet; null when it can. */
export function stopBlocked(word: string | null, typed: string, reason: string, buttonLabel: string): string | null {
  if (word !== null && typed.trim() !== word) return `${buttonLabel}: type ${word}`
  return reason.trim() === '' ? `${buttonLabel}: a reason is missing` : null
}
