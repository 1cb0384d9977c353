import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { useBoard, useDesk, useDeskNow, useRowVersion } from '../../state/desk-context.tsx'
import { Button, Figure, gainTone, TierBadge } from '../../ui/controls.tsx'
import {
  count,
  formatNumber,
  formatPercent,
  formatSignedPercent,
  formatUntil,
  formatUsd,
  MISSING,
  venueName,
} from '../../ui/format.ts'
import { MenuButton } from '../../ui/menu.tsx'
import { PAUSE_HOURS, useBookActions } from '../monitor/book-actions.ts'

/** Whose book it is, and its figures of the moment. */
export function BookHead({ book, row }: { readonly book: ClientBookView; readonly row: number }) {
  const board = useBoard()
  useRowVersion(board, row)
  const value = board.value(row, 'valueUsd')
  const day = board.value(row, 'dayChangeUsd')
  const venues = [...new Set(book.lines.flatMap((line) => line.byVenue.map((part) => venueName(part.venue))))]
  const tone = gainTone(day)
  return (
    <div className="head">
      <h1>{book.book.clientName}</h1>
      <TierBadge tier={book.book.tier} long />
      <span className="lo">
        {book.book.clientId}, model {book.modelName} v{book.modelVersion}
        {venues.length > 0 && `, on ${venues.join(' and ')}`}
        {book.book.custody.kind === 'segregated' && ', own accounts'}
      </span>
      <div className="figs">
        <Figure name="Value" value={formatUsd(Number.isNaN(value) ? book.valueUsd : value)} />
        {Number.isFinite(day) && (
          <Figure name="Today" value={`${formatSignedPercent(day / (value - day))} %`} tone={tone} />
        )}
        <Figure
          name="Book drift"
          value={Number.isNaN(book.driftOneWay) ? MISSING : `${formatPercent(book.driftOneWay)} %`}
        />
        <Figure
          name="TE"
          value={Number.isNaN(book.trackingErrorBps) ? MISSING : `${formatNumber(book.trackingErrorBps)} bps`}
          rest={book.riskIsPrior ? 'a prior' : ''}
        />
      </div>
    </div>
  )
}

export function PauseButton({ book }: { readonly book: ClientBookView }) {
  const { view } = useDesk()
  const actions = useBookActions()
  const now = useDeskNow(10_000)
  const until = book.book.pausedUntil
  const paused = until !== null && until > now
  return (
    <MenuButton
      label="Pause"
      className="btn"
      sections={[
        {
          title: 'Holds proposals and automatic execution',
          entries: [
            ...PAUSE_HOURS.map((hours) => ({
              id: String(hours),
              label: `For ${hours} h`,
              run: () => actions.pause([book.book.id], hours),
            })),
            { id: 'reason', label: 'With a reason…', run: () => view.open('pause') },
            ...(paused ? [{ id: '0', label: 'End the pause now', run: () => actions.pause([book.book.id], 0) }] : []),
          ],
        },
      ]}
    >
      {paused ? `Paused until ${formatUntil(until, now)}` : book.book.mandate ? 'Pause automatic' : 'Pause'}
    </MenuButton>
  )
}

/** Review what is proposed, or propose. */
export function MainAction({ book, stale }: { readonly book: ClientBookView; readonly stale: boolean }) {
  const { view } = useDesk()
  const actions = useBookActions()
  const { proposal } = book
  if (!proposal) {
    return (
      <Button
        kind="primary"
        keys="N"
        disabledWhy={stale ? 'Propose: prices too old' : null}
        onClick={() => actions.propose([book.book.id])}
      >
        Propose now
      </Button>
    )
  }
  const trades = proposal.lines.filter((line) => line.side).length
  return (
    <Button
      kind="primary"
      keys="P"
      disabledWhy={stale ? 'Review proposal: prices too old' : null}
      onClick={() => {
        view.setCurrentBook(book.book.id)
        view.go({ screen: 'proposals' })
      }}
    >
      Review proposal: {count(trades, 'trade')}, cost {formatUsd(proposal.cost.totalUsd)}
    </Button>
  )
}
