import type { ApprovalOutcome, PendingApproval, ProposalsView } from '../../../core/contracts/proposals-view.ts'
import { isMac, keysLabel } from '../../app/shortcuts.ts'
import { useDesk, useDeskNow } from '../../state/desk-context.tsx'
import { Button } from '../../ui/controls.tsx'
import { count, formatNumber, formatUsd } from '../../ui/format.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { type BatchTotals, batchTotals, type Selection } from './batch.ts'

/** Redrawn often enough for a second hand. */
const COUNTDOWN_MS = 250
const RADIUS = 13

/** Ready: the number in the button. Blocked: the sentence why. */
export function ReadyBar({
  selection,
  totals,
  of,
  blockedWhy,
  undoSeconds,
  onApprove,
}: {
  readonly selection: Selection
  readonly totals: BatchTotals
  readonly of: number
  readonly blockedWhy: string | null
  readonly undoSeconds: number
  onApprove(): void
}) {
  const stay = [
    selection.warningsLeft > 0 ? `${selection.warningsLeft} with warnings` : '',
    selection.blocked > 0 ? `${selection.blocked} blocked` : '',
  ].filter(Boolean)
  const nothing = selection.ticked.length === 0 ? 'Approve: nothing is ticked' : null
  return (
    <div className="approve">
      <span className="ellipsis">
        <b>{selection.label}</b>{' '}
        <span className="lo">
          of {formatNumber(of)}
          {stay.length > 0 &&
            `, ${stay.join(' and ')} ${selection.warningsLeft + selection.blocked === 1 ? 'stays' : 'stay'} here`}
        </span>
        <br />
        <span className="lo small">
          {blockedWhy ??
            `Largest trade ${formatUsd(totals.largestTradeUsd)}. Checked again at release: prices, positions, limits.`}
        </span>
      </span>
      <span className="grow" />
      <span className="r nowrap">
        <span className="hi">
          {count(totals.trades, 'trade')}, buy {formatUsd(totals.buyUsd)}, sell {formatUsd(totals.sellUsd)}, cost{' '}
          {formatUsd(totals.cost.total)}
        </span>
        <br />
        <span className="lo small">{formatNumber(undoSeconds)} s to undo.</span>
      </span>
      <Button
        kind="primary"
        tall
        keys={keysLabel('Ctrl+Enter', isMac())}
        disabledWhy={blockedWhy ? 'Approving is off' : nothing}
        onClick={onApprove}
      >
        Approve {selection.label}
      </Button>
    </div>
  )
}

/** Approved, counting down to release. */
export function UndoBar({
  view,
  pending,
  onUndo,
}: {
  readonly view: ProposalsView
  readonly pending: PendingApproval
  onUndo(): void
}) {
  const now = useDeskNow(COUNTDOWN_MS)
  const left = Math.max(0, pending.releaseAt - now)
  const seconds = Math.ceil(left / 1000)
  const length = 2 * Math.PI * RADIUS
  const totals = batchTotals(view.proposals.filter((proposal) => pending.proposalIds.includes(proposal.id)))
  return (
    <div className="approve" role="status">
      <svg className="ring" viewBox="0 0 32 32" aria-hidden="true">
        <circle cx="16" cy="16" r={RADIUS} fill="none" stroke="var(--line-strong)" strokeWidth="3" />
        <circle
          cx="16"
          cy="16"
          r={RADIUS}
          fill="none"
          stroke="var(--accent)"
          strokeWidth="3"
          strokeDasharray={`${(length * left) / (view.undoSeconds * 1000)} ${length}`}
          transform="rotate(-90 16 16)"
        />
        <text x="16" y="20.5" textAnchor="middle" fill="var(--text-1)" fontSize="13" fontWeight="600">
          {seconds}
        </text>
      </svg>
      <span className="ellipsis">
        <b>
          {count(pending.proposalIds.length, 'book')} approved,{' '}
          {seconds > 0 ? `releasing in ${seconds} s` : 'releasing'}
        </b>
        <br />
        <span className="lo small">
          Checked again at release: prices, positions, limits. Whatever moved is split off and comes back here.
        </span>
      </span>
      <span className="grow" />
      <span className="lo small wide">
        {count(totals.trades, 'trade')}, buy {formatUsd(totals.buyUsd)}, sell {formatUsd(totals.sellUsd)}
      </span>
      <Button tall keys="Esc" disabledWhy={seconds > 0 ? null : 'Released'} onClick={onUndo}>
        Undo
      </Button>
    </div>
  )
}

/** Released: what was sent, what came back re-priced, what expired. */
export function OutcomeBar({ outcome, onClose }: { readonly outcome: ApprovalOutcome; onClose(): void }) {
  const { view } = useDesk()
  const { sent, repriced, expired } = outcome
  const back = repriced.length + expired.length
  return (
    <div className="approve" role="status">
      <Glyph name={back > 0 ? 'warning' : 'done'} />
      <span className="ellipsis">
        <b>
          {formatNumber(sent.length)} sent, {formatNumber(repriced.length)} re-priced, {formatNumber(expired.length)}{' '}
          expired
        </b>
        <br />
        <span className="lo small">
          {repriced.length > 0
            ? `${count(repriced.length, 'book')} moved since you looked: look at ${repriced.length === 1 ? 'its' : 'their'} new figures above. `
            : ''}
          {expired.length > 0
            ? `${count(expired.length, 'proposal')} ran out of time; a new one is computed where it is still needed. `
            : ''}
          {back === 0 ? 'Every approved book passed the check at release.' : ''}
        </span>
      </span>
      <span className="grow" />
      {sent.length > 0 && (
        <Button tall keys="O" onClick={() => view.go({ screen: 'blotter', parentId: null })}>
          Watch in the blotter
        </Button>
      )}
      <Button tall kind="quiet" keys="Esc" onClick={onClose}>
        Close
      </Button>
    </div>
  )
}
