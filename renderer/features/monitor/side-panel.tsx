import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { useDesk, useDeskNow } from '../../state/desk-context.tsx'
import { BandBar } from '../../ui/band-bar.tsx'
import { bandState } from '../../ui/band-bar-geometry.ts'
import { Button, gainTone, TierBadge } from '../../ui/controls.tsx'
import { assetName, count, formatCountdown, formatNumber, formatPercent, formatSignedPercent } from '../../ui/format.ts'
import { KeyValues } from '../../ui/key-values.tsx'
import { useClientBook } from '../client-book/use-client-book.ts'
import { LINE_REASON_WORDS } from '../proposals/reasons.ts'

/** The current row from 1800 pixels on: the lines of the book and its proposal. */
export function SidePanel({ bookId, dayChangeUsd }: { readonly bookId: string; readonly dayChangeUsd: number }) {
  const { view } = useDesk()
  const book = useClientBook(bookId)
  if (!book) return <aside className="peek" aria-label="Current book" />
  return (
    <aside className="peek" aria-label={`Current book: ${book.book.clientName}`}>
      <div className="head">
        <h2>{book.book.clientName}</h2>
        <TierBadge tier={book.book.tier} long />
      </div>
      <div className="body">
        <KeyValues
          items={[
            { name: 'Value, $', value: formatNumber(book.valueUsd) },
            {
              name: 'Today, %',
              value: formatSignedPercent(dayChangeUsd / (book.valueUsd - dayChangeUsd)),
              tone: gainTone(dayChangeUsd),
            },
            { name: 'Book drift, %', value: formatPercent(book.driftOneWay) },
            { name: 'Tracking error, bps', value: formatNumber(book.trackingErrorBps) },
          ]}
        />
      </div>
      <div className="ln lo">
        <span>Asset</span>
        <span className="r">Actual, %</span>
        <span className="mid">Low, target, high</span>
        <span className="r">× band</span>
      </div>
      {book.lines
        .filter((line) => line.target > 0 || line.weight > 0)
        .map((line) => (
          <div className="ln" key={line.asset}>
            <span className="hi">{assetName(line.asset)}</span>
            <span className="r">{formatPercent(line.weight)}</span>
            <BandBar position={line.position} />
            <span className={`r ${bandState(line.position) === 'in' ? '' : bandState(line.position)}`}>
              {formatNumber(Math.abs(line.position), 2)}
            </span>
          </div>
        ))}
      <PanelProposal book={book} />
      <div className="body">
        <Button keys="Enter" onClick={() => view.go({ screen: 'books', bookId })}>
          Open book
        </Button>
      </div>
    </aside>
  )
}

function PanelProposal({ book }: { readonly book: ClientBookView }) {
  const now = useDeskNow()
  const { proposal } = book
  if (!proposal) {
    return (
      <>
        <div className="head">
          <h2>No proposal</h2>
        </div>
        <p className="body small">{book.nonTrigger?.why ?? 'Nothing is planned for this book.'}</p>
      </>
    )
  }
  const trades = proposal.lines.filter((line) => line.side)
  return (
    <>
      <div className="head">
        <h2>Proposal</h2>
        <span className="lo">
          {count(trades.length, 'trade')}, expires in {formatCountdown(proposal.expiresAt - now)}
        </span>
      </div>
      <div className="body">
        <KeyValues
          items={[
            ...trades.map((line) => ({
              name: `${line.side === 'buy' ? 'Buy' : 'Sell'} ${line.asset}, ${LINE_REASON_WORDS[line.reason]}`,
              value: formatNumber(line.notionalUsd),
            })),
            { name: 'Cost, $', value: formatNumber(proposal.cost.totalUsd, 2), sum: true },
            { name: 'Naive cost, $', value: formatNumber(proposal.naiveCost.totalUsd, 2), tone: 'lo' as const },
          ]}
        />
      </div>
    </>
  )
}
