import { ensureNever } from '../../../core/assert.ts'
import { BOOK_STATUSES, NEXT_ACTIONS, type NextAction } from '../../../core/contracts/monitor-view.ts'
import { RED_MS } from '../../state/staleness.ts'
import { assetName, formatNumber, formatUntil } from '../../ui/format.ts'
import type { GlyphName } from '../../ui/glyph.tsx'
import type { MonitorFacts } from './monitor-filter.ts'

export interface NextStep {
  readonly glyph: GlyphName
  readonly text: string
  /** Something the person can do now. */
  readonly go: boolean
}

/** What happens next with a book, in words. `now` is desk time; on a red-stale screen nothing can be approved. */
export function nextStep(facts: MonitorFacts, row: number, now: number, stale: boolean): NextStep {
  const status = BOOK_STATUSES[facts.value(row, 'status')]
  const action: NextAction = NEXT_ACTIONS[facts.value(row, 'nextAction')] ?? 'none'
  const until = facts.value(row, 'actionUntil')
  const band: GlyphName = status === 'out-of-band' ? 'out' : status === 'near-edge' ? 'near' : 'in'
  const step = (glyph: GlyphName, text: string, go = false): NextStep => ({ glyph, text, go })
  switch (action) {
    case 'none':
      return status === 'near-edge'
        ? step('near', 'Watch')
        : status === 'out-of-band'
          ? step('out', 'Propose', true)
          : step('in', 'None')
    case 'approve-proposal':
      return stale ? step('approve', 'Waits for prices') : step('approve', 'Approve proposal', true)
    case 'review-warning':
      return stale ? step('approve', 'Waits for prices') : step('warning', 'Review warning', true)
    case 'blocked':
      return step('critical', 'Proposal blocked')
    case 'held':
      return step('paused', 'Held')
    case 'executing': {
      const progress = facts.value(row, 'actionProgress')
      return step('executing', Number.isFinite(progress) ? `Executing ${formatNumber(progress * 100)} %` : 'Executing')
    }
    case 'releasing':
      return step('executing', 'Releasing')
    case 'cool-down':
      return step(band, until > 0 ? `Cool-down until ${formatUntil(until, now)}` : 'Cool-down')
    case 'paused': {
      const end = until > 0 ? until : facts.value(row, 'pausedUntil')
      return step('paused', end > 0 ? `Paused until ${formatUntil(end, now)}` : 'Paused')
    }
    case 'unable-to-check':
      return step('unable', whyUnable(facts, row))
    case 'infeasible':
      return step(band, 'No feasible trade')
    case 'cost-exceeds-benefit':
      return step(band, 'Cost exceeds benefit')
    case 'below-minimum':
      return step(band, 'Below minimum order')
    case 'computing':
      return step('approve', 'Computing')
    case 'trading-halted':
      return step(band, 'Trading stopped')
    case 'no-cash':
      return step('cash', 'No cash to buy with')
    case 'defensive':
      return step(band, 'Defensive: crisis')
    case 'restricted':
      return step(band, 'Restricted')
    default:
      return ensureNever(action)
  }
}

function whyUnable(facts: MonitorFacts, row: number): string {
  const asset = facts.assets[facts.value(row, 'oldestAsset')]
  const age = facts.value(row, 'ageSeconds')
  if (!asset) return 'No price'
  if (!Number.isFinite(age)) return `No price for ${assetName(asset)}`
  // A venue that broke off takes its prices with it at once, however young they are.
  return age * 1000 >= RED_MS
    ? `${assetName(asset)} price is ${formatNumber(age)} s old`
    : `No fresh price for ${assetName(asset)}`
}
