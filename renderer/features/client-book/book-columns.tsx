import type { ClientBookLine } from '../../../core/contracts/client-book-view.ts'
import { RED_MS } from '../../state/staleness.ts'
import { PointBandBar } from '../../ui/band-bar.tsx'
import { bandState, type PointScale } from '../../ui/band-bar-geometry.ts'
import type { GridColumnOf } from '../../ui/data-grid/columns.ts'
import {
  assetName,
  formatNumber,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatSigned,
  formatSignedPercent,
  formatUsd,
  MISSING,
  NONE,
  quantityDecimals,
} from '../../ui/format.ts'
import { LINE_REASON_WORDS } from '../proposals/reasons.ts'

/** Width of the points form, as the design draws it. */
export const BOOK_BAR_WIDTH = 160
const NARROW = 1361

const gain = (value: number): string => (Number.isNaN(value) ? NONE : formatSigned(value))
const isCash = (line: ClientBookLine): boolean => line.asset === 'CASH'

/** Per asset: where it is, where it may be, and what is planned. */
export function bookColumns(scale: PointScale, hasProposal: boolean): readonly GridColumnOf<ClientBookLine>[] {
  return [
    {
      id: 'asset',
      head: 'Asset',
      label: 'Asset',
      width: '48px',
      className: 'hi strong',
      cell: (line) => assetName(line.asset),
    },
    {
      id: 'quantity',
      head: 'Quantity',
      label: 'Quantity',
      width: '88px',
      align: 'right',
      className: 'lo',
      cell: (line) => (isCash(line) ? NONE : formatQuantity(line.quantity, quantityDecimals(line.priceUsd))),
    },
    {
      id: 'price',
      head: 'Price, $',
      label: 'Price in dollars',
      width: '76px',
      align: 'right',
      className: 'lo',
      cell: (line) =>
        isCash(line) ? NONE : <span title={line.priceWhy ?? undefined}>{formatPrice(line.priceUsd)}</span>,
    },
    {
      id: 'value',
      head: 'Value, $',
      label: 'Value in dollars',
      width: '76px',
      align: 'right',
      cell: (line) => formatNumber(line.valueUsd),
    },
    {
      id: 'actual',
      head: 'Actual, %',
      label: 'Actual weight in per cent',
      width: '56px',
      align: 'right',
      className: 'hi',
      cell: (line) => formatPercent(line.weight),
    },
    {
      id: 'target',
      head: 'Target, %',
      label: 'Target weight in per cent',
      width: '56px',
      align: 'right',
      cell: (line) => formatPercent(line.target),
    },
    {
      id: 'band',
      head: 'Band, %',
      label: 'Band in per cent',
      width: '92px',
      align: 'right',
      className: 'lo',
      cell: (line) => `${formatPercent(line.low)} – ${formatPercent(line.high).padStart(5, '\u2007')}`,
    },
    {
      id: 'bar',
      head: (
        <span className="scalehead">
          <span>−{scale.points} pp</span>
          <span>target</span>
          <span>+{scale.points} pp</span>
        </span>
      ),
      label: `Weight against its band, ${scale.points} points to either side of the target`,
      width: `${BOOK_BAR_WIDTH}px`,
      className: 'bbc',
      cell: (line) => (
        <PointBandBar
          scale={scale}
          band={{
            ...line,
            position: Number.isNaN(line.weight) ? Number.NaN : line.position,
            after: line.plan?.side ? line.plan.after : undefined,
          }}
        />
      ),
    },
    {
      id: 'edge',
      head: 'To edge, pp',
      label: 'Distance to the nearest edge in weight points',
      width: '68px',
      align: 'right',
      className: 'hi',
      cell: (line) => formatSignedPercent(line.toEdge),
    },
    {
      id: 'position',
      head: '× band',
      label: 'Half-widths from the target',
      width: '46px',
      align: 'right',
      className: (line) => {
        const state = bandState(line.position)
        return state === 'in' ? 'strong' : `${state} strong`
      },
      cell: (line) =>
        Number.isFinite(line.position)
          ? formatNumber(Math.abs(line.position), 2)
          : Number.isNaN(line.position)
            ? MISSING
            : '∞',
    },
    {
      id: 'short',
      head: 'Gain < 1 y, $',
      label: 'Unrealised gain on lots held under a year',
      width: '70px',
      align: 'right',
      className: 'lo',
      dropsBelow: NARROW,
      cell: (line) => (isCash(line) ? NONE : gain(line.gainShortTermUsd)),
    },
    {
      id: 'long',
      head: 'Gain > 1 y, $',
      label: 'Unrealised gain on lots held over a year',
      width: '70px',
      align: 'right',
      className: 'lo',
      dropsBelow: NARROW,
      cell: (line) => (isCash(line) ? NONE : gain(line.gainLongTermUsd)),
    },
    {
      id: 'plan',
      head: hasProposal ? 'This proposal' : 'Planned',
      label: 'What the proposal does with the line',
      width: 'minmax(170px,1fr)',
      cell: (line) => <Plan line={line} />,
    },
  ]
}

function Plan({ line }: { readonly line: ClientBookLine }) {
  const { plan } = line
  if (!plan && line.priceWhy !== null) {
    const old = line.priceAgeSeconds * 1000 >= RED_MS
    return (
      <span className="lo" title={line.priceWhy}>
        {old ? `Price is ${formatNumber(line.priceAgeSeconds)} s old` : 'No fresh price'}
      </span>
    )
  }
  if (!plan) return <span className="lo">{NONE}</span>
  if (!plan.side) {
    return (
      <span className="lo" title={plan.why}>
        {plan.reason === 'cash' ? 'Takes up the rest' : `No trade: ${LINE_REASON_WORDS[plan.reason]}`}
      </span>
    )
  }
  return (
    <span title={plan.why}>
      <span className="hi">
        {plan.side === 'buy' ? 'Buy' : 'Sell'} {formatUsd(plan.notionalUsd)}
      </span>{' '}
      <span className="lo">{LINE_REASON_WORDS[plan.reason]}</span>
    </span>
  )
}
