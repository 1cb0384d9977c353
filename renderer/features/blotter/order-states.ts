import type { ParentView } from '../../../core/contracts/blotter-view.ts'
import type { ChildState, ParentState } from '../../../core/order.ts'
import type { FillTone } from '../../ui/bars.tsx'
import type { GlyphName } from '../../ui/glyph.tsx'

export interface StateWord {
  readonly glyph: GlyphName
  readonly word: string
  readonly tone: '' | 'lo' | 'near' | 'crit'
  readonly fill: FillTone
}

const state = (glyph: GlyphName, word: string, tone: StateWord['tone'], fill: FillTone): StateWord => ({
  glyph,
  word,
  tone,
  fill,
})

export const PARENT_STATES: Readonly<Record<ParentState, StateWord>> = {
  planned: state('notice', 'Planned', 'lo', 'working'),
  working: state('executing', 'Working', '', 'working'),
  settling: state('executing', 'Settling', '', 'working'),
  filled: state('done', 'Filled', 'lo', 'done'),
  'partially-filled': state('warning', 'Partly filled', 'near', 'paused'),
  cancelled: state('paused', 'Cancelled', 'near', 'paused'),
  denied: state('critical', 'Denied', 'crit', 'rejected'),
}

export const CHILD_STATES: Readonly<Record<ChildState, StateWord>> = {
  planned: state('notice', 'Planned', 'lo', 'working'),
  denied: state('critical', 'Denied', 'crit', 'rejected'),
  reserved: state('notice', 'Ready to send', 'lo', 'working'),
  journaled: state('notice', 'Ready to send', 'lo', 'working'),
  sent: state('executing', 'Sent', '', 'working'),
  unknown: state('unable', 'Unknown: asking', '', 'working'),
  working: state('in', 'Resting', '', 'working'),
  'partially-filled': state('executing', 'Partly filled', '', 'working'),
  'cancel-sent': state('paused', 'Cancel sent', '', 'paused'),
  filled: state('done', 'Filled', 'lo', 'done'),
  cancelled: state('paused', 'Cancelled', 'lo', 'paused'),
  expired: state('notice', 'Expired', 'lo', 'done'),
  rejected: state('critical', 'Rejected', 'crit', 'rejected'),
  dead: state('unable', 'Never arrived', 'lo', 'rejected'),
}

export const isWorking = (parent: Pick<ParentView, 'state'>): boolean =>
  parent.state === 'planned' || parent.state === 'working' || parent.state === 'settling'

/** What a person should look at: something was refused, is unknown, or was left undone. */
export const needsYou = (parent: ParentView): boolean =>
  parent.state === 'denied' ||
  parent.state === 'partially-filled' ||
  parent.children.some((child) => child.state === 'unknown' || child.state === 'rejected' || child.state === 'denied')

export const BLOTTER_TABS = ['today', 'working', 'needs-you', 'finished'] as const
export type BlotterTab = (typeof BLOTTER_TABS)[number]

const DAY_MS = 86_400_000

/** `now` is desk time; what still works belongs to today whenever it was released. */
export function inTab(parent: ParentView, tab: BlotterTab, now: number): boolean {
  switch (tab) {
    case 'today':
      return isWorking(parent) || Math.floor(parent.releasedAt / DAY_MS) === Math.floor(now / DAY_MS)
    case 'working':
      return isWorking(parent)
    case 'needs-you':
      return needsYou(parent)
    case 'finished':
      return !isWorking(parent)
  }
}
