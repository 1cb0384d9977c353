import { toFloat } from '../../../core/amount.ts'
import type { ParentView } from '../../../core/contracts/blotter-view.ts'
import { FillBar, SlippageBar, VenueSplit } from '../../ui/bars.tsx'
import { type GridColumnOf, shownColumns } from '../../ui/data-grid/columns.ts'
import { Flash } from '../../ui/flash.tsx'
import {
  formatNumber,
  formatPrice,
  formatQuantity,
  formatTime,
  NONE,
  upperFirst,
  venueName,
  wholeDecimals,
} from '../../ui/format.ts'
import { Glyph } from '../../ui/glyph.tsx'
import type { BlotterItem } from './blotter-items.ts'
import { CHILD_STATES, needsYou, PARENT_STATES, type StateWord } from './order-states.ts'

type Column = GridColumnOf<BlotterItem>
/** Below this window width the text of the schedule falls away. */
const NARROW = 1361
/** Beyond this a quantity no longer fits its column. */
const MOST_DECIMALS = 8
export const orderName = (parent: Pick<ParentView, 'side' | 'asset'>): string =>
  `${parent.side === 'buy' ? 'Buy' : 'Sell'} ${parent.asset}`

/** Parents and children share the columns; a child's reason takes the room of split, fees and schedule. */
export function blotterColumns(
  opened: ReadonlySet<string>,
  venues: readonly string[],
  windowWidth: number,
): readonly Column[] {
  const narrow = windowWidth < NARROW
  const decimals = (item: BlotterItem): number =>
    Math.min(
      MOST_DECIMALS,
      wholeDecimals([item.parent.quantity, ...item.parent.children.map((child) => child.quantity)]),
    )
  const stateOf = (item: BlotterItem): StateWord =>
    item.kind === 'parent' ? PARENT_STATES[item.parent.state] : CHILD_STATES[item.child.state]
  const columns: readonly Column[] = [
    {
      id: 'expand',
      head: '',
      label: 'Child orders',
      width: '16px',
      className: 'lo',
      cell: (item) =>
        item.kind === 'parent' && item.parent.children.length > 0 ? (
          <button
            type="button"
            tabIndex={-1}
            data-action="expand"
            aria-label={opened.has(item.parent.id) ? 'Hide child orders' : 'Show child orders'}
          >
            {opened.has(item.parent.id) ? '▾' : '▸'}
          </button>
        ) : null,
    },
    {
      id: 'order',
      head: 'Order',
      label: 'Order',
      width: 'minmax(132px,auto)',
      sortable: true,
      cell: (item) =>
        item.kind === 'parent' ? (
          <>
            <span className="hi strong">{orderName(item.parent)}</span>{' '}
            <span className="lo unit">{orderTag(item.parent)}</span>
          </>
        ) : (
          <span className="ind">{venueName(item.child.venue)}</span>
        ),
    },
    {
      id: 'books',
      head: 'Books',
      label: 'Books',
      width: '38px',
      align: 'right',
      sortable: true,
      className: 'lo',
      cell: (item) =>
        item.kind === 'child' ? null : item.parent.segregatedBook === null ? (
          formatNumber(item.parent.books)
        ) : (
          <span title="One book, in accounts of its own">own</span>
        ),
    },
    {
      id: 'quantity',
      head: 'Quantity',
      label: 'Quantity',
      width: '80px',
      align: 'right',
      sortable: true,
      className: (item) => (item.kind === 'parent' ? 'hi' : ''),
      cell: (item) =>
        formatQuantity(item.kind === 'parent' ? item.parent.quantity : item.child.quantity, decimals(item)),
    },
    {
      id: 'filled',
      head: 'Filled, %',
      label: 'Filled in per cent',
      width: '124px',
      sortable: true,
      cell: (item) => (
        <FillBar
          fraction={item.kind === 'parent' ? item.parent.filledFraction : item.child.filledFraction}
          tone={stateOf(item).fill}
        />
      ),
    },
    {
      id: 'average',
      head: 'Average, $',
      label: 'Average price in dollars',
      width: '72px',
      align: 'right',
      className: (item) => (item.kind === 'parent' ? 'hi' : ''),
      cell: (item) => {
        const price = item.kind === 'parent' ? item.parent.averagePriceUsd : item.child.averagePriceUsd
        return price > 0 ? formatPrice(price) : NONE
      },
    },
    {
      id: 'arrival',
      head: 'Arrival, $',
      label: 'Arrival price in dollars',
      width: '72px',
      align: 'right',
      className: 'lo',
      cell: (item) => (item.kind === 'parent' ? formatPrice(item.parent.arrivalPriceUsd) : null),
    },
    {
      id: 'slippage',
      head: 'Slippage / est., bps',
      label: 'Slippage and its estimate in basis points',
      width: '124px',
      align: 'right',
      sortable: true,
      cell: (item) =>
        item.kind === 'parent' ? (
          <SlippageBar slippageBps={item.parent.slippageBps} estimatedBps={item.parent.estimatedBps} />
        ) : null,
    },
    {
      id: 'split',
      head: `${venues.map(venueName).join(' : ')}, %`,
      label: 'Share of each venue in per cent',
      width: '116px',
      className: (item) =>
        item.kind === 'parent' ? 'lo' : item.child.why && stateOf(item).tone === 'crit' ? 'hi' : '',
      span: (item) => (item.kind === 'child' && item.child.why ? (narrow ? 2 : 3) : 1),
      cell: (item) => {
        if (item.kind === 'child')
          return <span title={item.child.why ?? undefined}>{item.child.why ?? item.child.kind}</span>
        const shares = venues.map((venue) => ({
          venue,
          fraction: item.parent.venueShares.find((share) => share.venue === venue)?.fraction ?? 0,
        }))
        return shares.some((share) => share.fraction > 0) ? <VenueSplit shares={shares} /> : NONE
      },
    },
    {
      id: 'fees',
      head: 'Fees, $',
      label: 'Fees in dollars',
      width: '52px',
      align: 'right',
      sortable: true,
      cell: (item) => {
        const fees = item.kind === 'parent' ? item.parent.feesUsd : item.child.feesUsd
        return fees > 0 ? formatNumber(fees, 2) : NONE
      },
    },
    {
      id: 'schedule',
      head: 'Schedule',
      label: 'Schedule, or why it ended',
      width: 'minmax(60px,1fr)',
      dropsBelow: NARROW,
      className: (item) => (item.kind === 'parent' && needsYou(item.parent) && item.parent.why ? 'hi' : 'lo'),
      cell: (item) =>
        item.kind === 'parent' ? (
          <span title={item.parent.why || item.parent.schedule}>
            {upperFirst(item.parent.why || item.parent.schedule)}
          </span>
        ) : null,
    },
    {
      id: 'state',
      head: 'State',
      label: 'State',
      width: '120px',
      sortable: true,
      cell: (item) => {
        const { glyph, word, tone } = stateOf(item)
        return (
          <span className={`st ${tone}`} title={item.kind === 'parent' ? item.parent.why : undefined}>
            <Glyph name={glyph} />
            <Flash value={word}>{word}</Flash>
          </span>
        )
      },
    },
  ]
  return shownColumns(columns, windowWidth)
}

/** What tells orders of one asset and side apart: a short id, or when it was released. */
export const orderTag = (parent: Pick<ParentView, 'id' | 'releasedAt'>): string =>
  parent.id.length > 10 ? formatTime(parent.releasedAt) : parent.id

export const BLOTTER_CSV_HEAD = [
  'plan',
  'parent',
  'child',
  'released_at',
  'side',
  'asset',
  'venue',
  'quantity',
  'filled_quantity',
  'filled_percent',
  'average_price',
  'arrival_price_usd',
  'slippage_bps',
  'estimated_bps',
  'fees_usd',
  'state',
  'why',
] as const

export function blotterCsvRows(parents: readonly ParentView[]): (string | number)[][] {
  return parents.flatMap((parent) => [
    [
      parent.planId,
      parent.id,
      '',
      new Date(parent.releasedAt).toISOString(),
      parent.side,
      parent.asset,
      '',
      toFloat(parent.quantity),
      toFloat(parent.filledQuantity),
      parent.filledFraction * 100,
      parent.averagePriceUsd,
      parent.arrivalPriceUsd,
      parent.slippageBps,
      parent.estimatedBps,
      parent.feesUsd,
      parent.state,
      parent.why,
    ],
    ...parent.children.map((child) => [
      parent.planId,
      parent.id,
      child.id,
      new Date(child.at).toISOString(),
      parent.side,
      parent.asset,
      child.venue,
      toFloat(child.quantity),
      toFloat(child.filledQuantity),
      child.filledFraction * 100,
      child.averagePrice,
      '',
      '',
      '',
      child.feesUsd,
      child.state,
      child.why ?? '',
    ]),
  ])
}
