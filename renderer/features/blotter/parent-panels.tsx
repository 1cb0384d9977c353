import { subtract, sum, toFloat, ZERO } from '../../../core/amount.ts'
import type { ParentDetail } from '../../../core/contracts/blotter-view.ts'
import type { CostSplit } from '../../../core/order.ts'
import type { Density } from '../../state/layout.ts'
import type { GridColumnOf } from '../../ui/data-grid/columns.ts'
import { DataGrid } from '../../ui/data-grid/data-grid.tsx'
import { formatNumber, formatQuantity, formatSigned, formatTime, upperFirst, wholeDecimals } from '../../ui/format.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { orderName } from './blotter-columns.tsx'
import { costBps } from './blotter-items.ts'

type Allocation = ParentDetail['allocations'][number]
/** Beyond this a figure no longer fits its column. */
const MOST_DECIMALS = 8

/** Each book's part of the fills; the sum check is exact. */
export function AllocationPanel({
  detail,
  density,
  currentBookId,
  onCurrent,
}: {
  readonly detail: ParentDetail
  readonly density: Density
  readonly currentBookId: string | null
  onCurrent(bookId: string): void
}) {
  const { allocations, parent } = detail
  const intended = sum(allocations.map((each) => each.intended))
  const allocated = sum(allocations.map((each) => each.allocated))
  const decimals = Math.min(
    MOST_DECIMALS,
    wholeDecimals([...allocations.flatMap((each) => [each.intended, each.allocated]), detail.filled, detail.sumCheck]),
  )
  const columns = allocationColumns(decimals)
  const exact = detail.sumCheck === ZERO
  const share = allocations.reduce((total, each) => total + each.share, 0)
  return (
    <section className="panel alc">
      <header>
        <h2>Allocation of {orderName(parent)}</h2>
        <span className="lo">pro rata by intended size at one average price, remainders by largest fraction</span>
        <span className="grow" />
        <span className="st hi">
          <Glyph name={exact ? 'done' : 'warning'} />
          {exact ? 'Sum check 0' : `${formatQuantity(detail.sumCheck, decimals)} not yet allocated`}
        </span>
      </header>
      <DataGrid
        label={`Allocation of ${orderName(parent)}`}
        className="alloc"
        columns={columns}
        items={allocations}
        density={density}
        keyOf={bookIdOf}
        currentKey={currentBookId}
        onCurrent={(each) => onCurrent(each.bookId)}
        foot={
          <div className="gr foot" role="row">
            <div role="gridcell">Fills of the venues {formatQuantity(detail.filled, decimals)}, allocated</div>
            <div role="gridcell" className="r">
              {formatQuantity(intended, decimals)}
            </div>
            <div role="gridcell" className="r strong">
              {formatQuantity(allocated, decimals)}
            </div>
            <div role="gridcell" className="r">
              {formatQuantity(subtract(intended, allocated), decimals)}
            </div>
            <div role="gridcell" className="r">
              {formatNumber(share * 100, 1)}
            </div>
            <div role="gridcell" className="r">
              {exact ? '0' : '—'}
            </div>
          </div>
        }
      />
    </section>
  )
}

const bookIdOf = (each: Allocation): string => each.bookId

function allocationColumns(decimals: number): readonly GridColumnOf<Allocation>[] {
  return [
    {
      id: 'book',
      head: 'Book',
      label: 'Book',
      width: 'minmax(150px,1fr)',
      className: 'hi',
      cell: (each) => each.clientName,
    },
    {
      id: 'intended',
      head: 'Intended',
      label: 'Intended quantity',
      width: '92px',
      align: 'right',
      cell: (each) => formatQuantity(each.intended, decimals),
    },
    {
      id: 'allocated',
      head: 'Allocated',
      label: 'Allocated quantity',
      width: '92px',
      align: 'right',
      className: 'hi',
      cell: (each) => formatQuantity(each.allocated, decimals),
    },
    {
      id: 'rest',
      head: 'To come',
      label: 'Quantity to come',
      width: '92px',
      align: 'right',
      className: 'lo',
      cell: (each) => formatQuantity(subtract(each.intended, each.allocated), decimals),
    },
    {
      id: 'share',
      head: 'Share, %',
      label: 'Share in per cent',
      width: '60px',
      align: 'right',
      className: 'lo',
      cell: (each) => formatNumber(each.share * 100, 1),
    },
    {
      id: 'off',
      head: 'Off pro rata, steps',
      label: 'Distance from the exact share in steps',
      width: '104px',
      align: 'right',
      cell: (each) => formatSigned(each.offProRataSteps, 2).trim(),
    },
  ]
}

export function HistoryPanel({ detail }: { readonly detail: ParentDetail }) {
  const { parent } = detail
  const ordered = toFloat(parent.quantity) * parent.arrivalPriceUsd
  const filled = toFloat(detail.filled) * parent.arrivalPriceUsd
  return (
    <section className="panel">
      <header>
        <h2>{orderName(parent)}: what happened</h2>
      </header>
      <div className="body happened scrolls" tabIndex={0} role="region" aria-label="What happened">
        {detail.events.map((event) => (
          <div key={`${event.at} ${event.text}`}>
            <time className="lo" dateTime={new Date(event.at).toISOString()}>
              {formatTime(event.at)}
            </time>
            <span>{upperFirst(event.text)}</span>
          </div>
        ))}
        {detail.events.length === 0 && <p className="lo">Nothing yet.</p>}
      </div>
      <table className="shortfall">
        <thead>
          <tr>
            <th>Shortfall, bps</th>
            <th>Spread</th>
            <th>Impact</th>
            <th>Fee</th>
            <th>All</th>
          </tr>
        </thead>
        <tbody>
          <ShortfallRow name="Estimated" cost={detail.estimated} onUsd={ordered} />
          <ShortfallRow name="Realised" cost={detail.realised} onUsd={filled} />
        </tbody>
      </table>
    </section>
  )
}

function ShortfallRow({
  name,
  cost,
  onUsd,
}: {
  readonly name: string
  readonly cost: CostSplit
  readonly onUsd: number
}) {
  const bps = (usd: number): string => formatSigned(costBps(usd, onUsd), 1)
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{bps(cost.spreadUsd)}</td>
      <td>{bps(cost.impactUsd)}</td>
      <td>{bps(cost.feeUsd)}</td>
      <td className="hi">{bps(cost.totalUsd)}</td>
    </tr>
  )
}
