import { useMemo, useState } from 'react'
import { toFloat } from '../../../core/amount.ts'
import type { BookRow } from '../../../core/contracts/monitor-view.ts'
import type { Proposal } from '../../../core/proposal.ts'
import type { Density } from '../../state/layout.ts'
import { AfterKey, BandBar } from '../../ui/band-bar.tsx'
import { CostBar } from '../../ui/bars.tsx'
import type { GridColumnOf } from '../../ui/data-grid/columns.ts'
import { DataGrid } from '../../ui/data-grid/data-grid.tsx'
import {
  formatNumber,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatUsd,
  NONE,
  quantityDecimals,
  upperFirst,
} from '../../ui/format.ts'
import { type NetTrade, netTrades, positionAfter, positionBefore } from './batch.ts'
import { LINE_REASON_WORDS } from './reasons.ts'

type Leg = NetTrade['legs'][number]
const BAR_PIXELS = 176
const word = (trade: NetTrade): string => `${trade.side === 'buy' ? 'Buy' : 'Sell'} ${trade.asset}`
const priceOf = (trade: NetTrade): number => trade.notionalUsd / toFloat(trade.quantity)

/** The ticked books' trades netted by asset and side, and below the books of the current one. */
export function ByTrade({
  proposals,
  density,
  bookOf,
}: {
  readonly proposals: readonly Proposal[]
  readonly density: Density
  bookOf(bookId: string): BookRow | undefined
}) {
  const trades = useMemo(() => netTrades(proposals), [proposals])
  const [key, setKey] = useState<string | null>(null)
  const [legBook, setLegBook] = useState<string | null>(null)
  const current = trades.find((trade) => trade.key === key) ?? trades[0]
  const largest = Math.max(1e-9, ...trades.map((trade) => trade.cost))
  const taxed = trades.some((trade) => trade.tax !== null)
  const columns = useMemo(() => {
    const all = tradeColumns(BAR_PIXELS / largest, bookOf)
    return taxed ? all : all.filter(({ id }) => id !== 'tax')
  }, [largest, bookOf, taxed])
  const legs = useMemo(() => (current ? legColumns(current, bookOf) : []), [current, bookOf])
  if (!current) return null
  return (
    <>
      <DataGrid
        label="Trades of the ticked books"
        className="pr bytrade"
        columns={columns}
        items={trades}
        density={density}
        keyOf={(trade) => trade.key}
        currentKey={current.key}
        onCurrent={(trade) => setKey(trade.key)}
        style={{ flex: '0 1 auto', maxHeight: '52%' }}
      />
      <div className="gr grp standalone">
        <b>{word(current)} by book</b>
        <span className="lo">one parent order, one average price, allocated pro rata to the venue’s step</span>
      </div>
      <DataGrid
        label={`${word(current)} by book`}
        className="pr legs"
        columns={legs}
        items={current.legs}
        density={density}
        keyOf={(leg) => leg.proposal.bookId}
        currentKey={legBook}
        onCurrent={(leg) => setLegBook(leg.proposal.bookId)}
      />
    </>
  )
}

function tradeColumns(
  pixelsPerUsd: number,
  bookOf: (bookId: string) => BookRow | undefined,
): readonly GridColumnOf<NetTrade>[] {
  return [
    { id: 'trade', head: 'Trade', label: 'Trade', width: '112px', className: 'hi strong', cell: word },
    {
      id: 'books',
      head: 'Books',
      label: 'Books',
      width: '48px',
      align: 'right',
      cell: (trade) => formatNumber(trade.legs.length),
    },
    {
      id: 'quantity',
      head: 'Quantity',
      label: 'Quantity',
      width: '96px',
      align: 'right',
      cell: (trade) => formatQuantity(trade.quantity, quantityDecimals(priceOf(trade))),
    },
    {
      id: 'value',
      head: <span className="sorted">Value, $ ↓</span>,
      label: 'Value in dollars',
      width: '84px',
      align: 'right',
      className: 'hi',
      cell: (trade) => formatNumber(trade.notionalUsd),
    },
    {
      id: 'largest',
      head: 'Largest book, $',
      label: 'Largest part of one book in dollars',
      width: '96px',
      align: 'right',
      cell: (trade) => formatNumber(trade.largestUsd),
    },
    {
      id: 'price',
      head: 'Price, $',
      label: 'Price in dollars',
      width: '80px',
      align: 'right',
      className: 'lo',
      cell: (trade) => formatPrice(priceOf(trade)),
    },
    {
      id: 'cost',
      head: 'Cost, $',
      label: 'Cost in dollars',
      width: '64px',
      align: 'right',
      className: 'hi',
      cell: (trade) => formatNumber(trade.cost, 2),
    },
    {
      id: 'bar',
      head: 'Fee, spread, impact',
      label: 'Fee, spread, impact',
      width: '184px',
      cell: (trade) => (
        <CostBar fee={trade.fee} spread={trade.spread} impact={trade.impact} pixelsPerUsd={pixelsPerUsd} />
      ),
    },
    {
      id: 'bps',
      head: 'Cost, bps',
      label: 'Cost in basis points',
      width: '60px',
      align: 'right',
      cell: (trade) => formatNumber((trade.cost / trade.notionalUsd) * 1e4, 1),
    },
    {
      id: 'tax',
      head: 'Tax, $',
      label: 'Tax in dollars, due later',
      width: '64px',
      align: 'right',
      cell: (trade) => (trade.tax === null || trade.side === 'buy' ? NONE : formatNumber(trade.tax)),
    },
    {
      id: 'books-named',
      head: 'Of these books',
      label: 'Names of the books, largest first',
      width: 'minmax(0,1fr)',
      className: 'lo',
      cell: (trade) =>
        trade.legs
          .slice(0, 8)
          .map(({ proposal }) => bookOf(proposal.bookId)?.clientName ?? proposal.bookId)
          .join(' · '),
    },
  ]
}

function legColumns(trade: NetTrade, bookOf: (bookId: string) => BookRow | undefined): readonly GridColumnOf<Leg>[] {
  const decimals = quantityDecimals(priceOf(trade))
  return [
    {
      id: 'client',
      head: 'Client',
      label: 'Client',
      width: 'minmax(160px,240px)',
      className: 'hi',
      cell: ({ proposal }) => bookOf(proposal.bookId)?.clientName ?? proposal.bookId,
    },
    {
      id: 'model',
      head: 'Model',
      label: 'Model',
      width: '72px',
      className: 'lo',
      cell: ({ proposal }) => bookOf(proposal.bookId)?.modelName ?? '',
    },
    {
      id: 'quantity',
      head: 'Quantity',
      label: 'Quantity',
      width: '88px',
      align: 'right',
      cell: ({ line }) => formatQuantity(line.quantity, decimals),
    },
    {
      id: 'value',
      head: <span className="sorted">Value, $ ↓</span>,
      label: 'Value in dollars',
      width: '80px',
      align: 'right',
      className: 'hi',
      cell: ({ line }) => formatNumber(line.notionalUsd),
    },
    {
      id: 'share',
      head: 'Share, %',
      label: 'Share of the trade in per cent',
      width: '60px',
      align: 'right',
      cell: ({ line }) => formatNumber((line.notionalUsd / trade.notionalUsd) * 100, 1),
    },
    {
      id: 'bar',
      head: (
        <>
          Before ▸ and after <AfterKey />
        </>
      ),
      label: 'Before and after in its band',
      width: 'var(--bb-w)',
      align: 'middle',
      className: 'bbc',
      cell: ({ line }) => <BandBar position={positionBefore(line)} after={positionAfter(line)} />,
    },
    {
      id: 'weight',
      head: 'Weight, %',
      label: 'Weight before and after in per cent',
      width: '112px',
      align: 'right',
      cell: ({ line }) => (
        <>
          <span className="lo">{formatPercent(line.before)} → </span>
          {formatPercent(line.after)}
        </>
      ),
    },
    {
      id: 'cost',
      head: 'Cost, $',
      label: 'Cost in dollars',
      width: '60px',
      align: 'right',
      cell: ({ line }) => formatNumber(line.cost.totalUsd, 2),
    },
    {
      id: 'why',
      head: 'Why',
      label: 'Why',
      width: 'minmax(100px,1fr)',
      className: 'lo',
      cell: ({ line }) => (
        <span title={line.why}>
          {upperFirst(LINE_REASON_WORDS[line.reason])}
          {line.tax !== undefined && line.side === 'sell' ? `, tax ${formatUsd(line.tax.taxUsd)}` : ''}
        </span>
      ),
    },
  ]
}
