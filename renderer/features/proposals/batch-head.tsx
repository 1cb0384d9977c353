import type { Proposal } from '../../../core/proposal.ts'
import { useDeskNow, useSummary } from '../../state/desk-context.tsx'
import { RED_MS } from '../../state/staleness.ts'
import { CostBar } from '../../ui/bars.tsx'
import { Figure } from '../../ui/controls.tsx'
import { count, formatCountdown, formatNumber, formatPercent, formatTime, formatUsd } from '../../ui/format.ts'
import type { BatchTotals } from './batch.ts'

/** Proposals computed this far apart are one batch to the reader. */
const SAME_MOMENT_MS = 2_000
const NAIVE_PIXELS = 560

export function BatchHead({ proposals }: { readonly proposals: readonly Proposal[] }) {
  const now = useDeskNow()
  const { venues } = useSummary().value
  const created = proposals.map((proposal) => proposal.createdAt)
  const first = Math.min(...created)
  const last = Math.max(...created)
  const expires = Math.min(...proposals.map((proposal) => proposal.expiresAt))
  const age = Math.max(0, ...venues.map((venue) => venue.ageMs)) / 1000
  const missing = !Number.isFinite(age) || (age * 1000 < RED_MS && venues.some((venue) => venue.state === 'no-data'))
  const when =
    last - first < SAME_MOMENT_MS
      ? `computed ${formatTime(last)}`
      : `computed ${formatTime(first)} to ${formatTime(last)}, each`
  return (
    <div className="head">
      <h1>Proposals</h1>
      <span className="lo">
        {proposals.length > 0 ? `${when} from prices and positions of that moment` : 'none open'}
      </span>
      <div className="figs">
        <Figure name="Prices" value={missing ? 'missing' : `${formatNumber(age, 1)} s`} rest={missing ? '' : 'old'} />
        {proposals.length > 0 && (
          <Figure
            name={proposals.length > 1 ? 'First expires in' : 'Expires in'}
            value={formatCountdown(expires - now)}
          />
        )}
      </div>
    </div>
  )
}

export function BatchStrip({ totals }: { readonly totals: BatchTotals }) {
  const { cost, naive, tax } = totals
  const pixelsPerUsd = naive.total > 0 ? NAIVE_PIXELS / naive.total : 0
  const saved = naive.total > 0 ? 1 - cost.total / naive.total : 0
  const cells: readonly (readonly [string, string, string?])[] = [
    ['Books', formatNumber(totals.books)],
    ['Trades', formatNumber(totals.trades)],
    ['Buy, $', formatNumber(totals.buyUsd)],
    ['Sell, $', formatNumber(totals.sellUsd)],
    ['Turnover, %', formatPercent(totals.turnover)],
    ['Cost, $', formatNumber(cost.total), `${formatNumber(totals.costBps, 1)} bps`],
    ...(tax === null ? [] : [['Tax, $', formatNumber(tax.told), 'due later'] as const]),
    ['Mean × band', `${formatNumber(totals.positionBefore, 2)} → ${formatNumber(totals.positionAfter, 2)}`],
    [
      'Tracking error, bps',
      `${formatNumber(totals.trackingErrorBefore * 1e4)} → ${formatNumber(totals.trackingErrorAfter * 1e4)}`,
    ],
  ]
  return (
    <>
      <dl className="tot" style={{ gridTemplateColumns: `repeat(${cells.length},auto)` }}>
        {cells.map(([name, value, rest]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {rest && <small>{rest}</small>}
            </dd>
          </div>
        ))}
      </dl>
      <div className="sav">
        <span className="hi">This batch</span>
        <CostBar fee={cost.fee} spread={cost.spread} impact={cost.impact} pixelsPerUsd={pixelsPerUsd} />
        <span className="r">
          <span className="lo">
            fee {formatNumber(cost.fee)}, spread {formatNumber(cost.spread)}, impact {formatNumber(cost.impact)} $
          </span>{' '}
          &nbsp;<b className="hi strong">${formatNumber(cost.total)}</b>
        </span>
        <span>Naive</span>
        <CostBar fee={naive.fee} spread={naive.spread} impact={naive.impact} pixelsPerUsd={pixelsPerUsd} />
        <span className="r">
          <span className="lo">to the exact target, at market, on one venue</span> &nbsp;${formatNumber(naive.total)}
          <span className="hi">
            {' '}
            &nbsp;{saved >= 0 ? '−' : '+'}
            {formatNumber(Math.abs(saved) * 100)} %
          </span>
        </span>
        {tax !== null && (
          <>
            <span>Tax</span>
            <span className="lo">
              of {count(tax.books, 'book')} with tax terms: due later, not paid from cash and no part of the cost
            </span>
            <span className="r">
              <span className="lo">naive {formatUsd(tax.naive)}</span> &nbsp;
              <b className="hi strong">{formatUsd(tax.told)}</b>
            </span>
          </>
        )}
        <span className="unseen">
          {count(totals.trades, 'trade')} cost less than naive by {formatNumber(saved * 100)} per cent
        </span>
      </div>
    </>
  )
}
