import { useDesk, useSnapshot, useStaleness, useSummary } from '../../state/desk-context.tsx'
import { Figure, gainTone } from '../../ui/controls.tsx'
import {
  assetName,
  count,
  formatNumber,
  formatSignedPercent,
  formatSignedShort,
  formatTime,
  formatUsd,
  formatUsdShort,
} from '../../ui/format.ts'

/** The title and one line of figures. */
export function MonitorHead() {
  const { books } = useSnapshot()
  const { value: summary } = useSummary()
  const { view } = useDesk()
  const stale = useStaleness().freshness === 'red'
  const day = summary.dayChangeUsd
  const before = summary.assetsUnderManagementUsd - day
  const { worst } = summary
  const tone = gainTone(day)
  return (
    <div className="head">
      <h1>Monitor</h1>
      <span className="lo">
        {count(books.length, 'book')}
        {stale &&
          `, figures as of ${formatTime(summary.at - Math.max(0, ...summary.venues.map((venue) => venue.ageMs).filter(Number.isFinite)))}`}
      </span>
      <div className="figs">
        <Figure name="Assets" value={formatUsdShort(summary.assetsUnderManagementUsd)} />
        <Figure
          name="Today"
          value={formatSignedShort(day)}
          tone={tone}
          rest={before > 0 && <span className={tone}>{formatSignedPercent(day / before)} %</span>}
        />
        {worst && (
          <span className="fig">
            Worst drift{' '}
            <b>
              {assetName(worst.asset)} {formatSignedPercent(worst.drift)} pp
            </b>{' '}
            <button type="button" className="lo" onClick={() => view.go({ screen: 'books', bookId: worst.bookId })}>
              {formatNumber(Math.abs(worst.position), 2)} × band
            </button>
          </span>
        )}
        {summary.openProposals > 0 && (
          <Figure
            className="wide"
            name={`To bring ${summary.openProposals === 1 ? 'it' : `all ${formatNumber(summary.openProposals)}`} back`}
            value={formatUsd(summary.costToFixUsd)}
            rest={`${formatNumber(summary.costToFixBps, 1)} bps`}
          />
        )}
      </div>
    </div>
  )
}
