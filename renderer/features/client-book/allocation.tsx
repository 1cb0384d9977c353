import { useMemo, useState } from 'react'
import type { ClientBookLine, ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { WeightChart } from '../../charts/weight-chart.tsx'
import { useDesk, useLayout } from '../../state/desk-context.tsx'
import { AfterKey } from '../../ui/band-bar.tsx'
import { pointRange } from '../../ui/band-bar-geometry.ts'
import { shownColumns } from '../../ui/data-grid/columns.ts'
import { DataGrid } from '../../ui/data-grid/data-grid.tsx'
import { assetName, formatNumber, formatPercent, upperFirst } from '../../ui/format.ts'
import { useWindowWidth } from '../../ui/use-window-width.ts'
import { BandOrigin } from './band-origin.tsx'
import { BOOK_BAR_WIDTH, bookColumns } from './book-columns.tsx'
import { LotsPanel, Restrictions } from './book-panels.tsx'
import { useWeightHistory } from './use-weight-history.ts'

const CHART_DAYS = [30, 90, 365] as const
const DAY_NAMES: Readonly<Record<number, string>> = { 7: '7 d', 30: '30 d', 90: '90 d', 365: '1 y' }

/** The lines of a client book against their bands; below, the one chosen: its history, its band and its lots. */
export function Allocation({ book }: { readonly book: ClientBookView }) {
  const density = useLayout('density')
  const width = useWindowWidth()
  const lines = useMemo(
    () => book.lines.filter((line) => line.target > 0 || line.valueUsd > 0 || Number.isNaN(line.weight)),
    [book],
  )
  const [asset, setAsset] = useState(() => worstOf(lines)?.asset ?? '')
  const line = lines.find((each) => each.asset === asset) ?? lines[0]
  const points = pointRange(
    lines.map((each) => each.band.half),
    lines.map((each) => each.weight - each.target).filter((drift) => Number.isFinite(drift)),
  )
  const columns = useMemo(
    () => shownColumns(bookColumns({ width: BOOK_BAR_WIDTH, points }, book.proposal !== null), width),
    [points, book.proposal, width],
  )
  const shown = new Set(columns.map((column) => column.id))
  const total = (pick: (each: ClientBookLine) => number): number =>
    lines.reduce((sum, each) => sum + (pick(each) || 0), 0)
  return (
    <>
      <DataGrid
        label={`Lines of ${book.book.clientName}`}
        takesFocus
        className="al"
        style={{ flex: 'none', maxHeight: '56%' }}
        columns={columns}
        items={lines}
        density={density}
        keyOf={assetOf}
        currentKey={line?.asset ?? null}
        onCurrent={(each) => setAsset(each.asset)}
        foot={
          <div className="gr foot" role="row">
            {columns.map((column) => (
              <div
                key={column.id}
                role="gridcell"
                className={column.align === 'right' ? 'r' : column.id === 'bar' ? 'lo keys' : ''}
              >
                {column.id === 'asset' && 'Total'}
                {column.id === 'value' && formatNumber(total((each) => each.valueUsd))}
                {column.id === 'actual' &&
                  formatPercent(
                    lines.some((each) => Number.isNaN(each.weight)) ? Number.NaN : total((each) => each.weight),
                  )}
                {column.id === 'target' && formatPercent(total((each) => each.target))}
                {column.id === 'bar' && (
                  <>
                    <span>
                      <i /> base
                    </span>
                    <span>
                      <i className="pale" /> × regime
                    </span>
                    {book.proposal && (
                      <span>
                        <AfterKey /> after
                      </span>
                    )}
                  </>
                )}
                {column.id === 'plan' && !book.proposal && book.nonTrigger && shown.has('plan') && (
                  <span className="lo" title={book.nonTrigger.why}>
                    {upperFirst(book.nonTrigger.why)}
                  </span>
                )}
              </div>
            ))}
          </div>
        }
      />
      {line && (
        <div className="cols bookbelow">
          <LineChart book={book} line={line} />
          <section className="panel">
            <header>
              <h2>{assetName(line.asset)} lots</h2>
              {line.lots.length > 0 && <span className="lo">oldest first</span>}
            </header>
            <div
              className="body scrolls"
              tabIndex={0}
              role="region"
              aria-label={`Lots and restrictions, ${assetName(line.asset)}`}
            >
              <LotsPanel line={line} />
              <h2 className="more">Restrictions</h2>
              <Restrictions restrictions={book.book.restrictions} />
            </div>
          </section>
        </div>
      )}
    </>
  )
}

/** The chart, and beside it how the band came about: both read the same history. */
function LineChart({ book, line }: { readonly book: ClientBookView; readonly line: ClientBookLine }) {
  const { view } = useDesk()
  const days = useLayout('chartDays')
  const theme = useLayout('theme')
  const palette = useLayout('palette')
  const answer = useWeightHistory(book.book.id, line.asset, days)
  const history = answer && 'history' in answer ? answer.history : null
  const outside = Math.abs(line.position) > 1
  return (
    <>
      <section className="panel">
        <header>
          <h2>{assetName(line.asset)}: weight against its band</h2>
          <span className="lo">per cent of the book</span>
          <span className="grow" />
          <span className="days" role="group" aria-label="Days shown">
            {CHART_DAYS.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={each === days}
                onClick={() => view.setLayout({ chartDays: each })}
              >
                {DAY_NAMES[each]}
              </button>
            ))}
          </span>
        </header>
        {history && history.times.length > 1 ? (
          <WeightChart
            key={`${theme} ${palette}`}
            history={history}
            baseHalf={line.band.baseHalf * line.band.profileFactor}
            label={`${assetName(line.asset)} over ${days} days: now ${formatPercent(line.weight)} % against ${formatPercent(line.low)} to ${formatPercent(line.high)} %, ${outside ? 'outside' : 'inside'} its band`}
          />
        ) : (
          <div className="loadingchart">
            {answer === null
              ? 'Reading the history'
              : 'why' in answer
                ? `No history: ${answer.why}`
                : 'No history yet: the line is watched from now on.'}
          </div>
        )}
      </section>
      <BandOrigin line={line} book={book} history={history} />
    </>
  )
}

const assetOf = (line: ClientBookLine): string => line.asset
function worstOf(lines: readonly ClientBookLine[]): ClientBookLine | undefined {
  return lines.reduce<ClientBookLine | undefined>(
    (worst, line) => (worst && Math.abs(worst.position) >= Math.abs(line.position || 0) ? worst : line),
    undefined,
  )
}
