import { useEffect, useMemo, useState } from 'react'
import type { ClientBookLine, ClientBookView } from '../../../core/contracts/desk-api.ts'
import { type Command, useCommands } from '../../app/commands.tsx'
import { WeightChart } from '../../charts/weight-chart.tsx'
import {
  useBoard,
  useDesk,
  useDeskNow,
  useLayout,
  useRowVersion,
  useSnapshot,
  useStaleness,
} from '../../state/desk-context.tsx'
import { AfterKey } from '../../ui/band-bar.tsx'
import { pointRange } from '../../ui/band-bar-geometry.ts'
import { Button, Figure, gainTone, Tabs, TierBadge } from '../../ui/controls.tsx'
import { shownColumns } from '../../ui/data-grid/columns.ts'
import { DataGrid } from '../../ui/data-grid/data-grid.tsx'
import {
  assetName,
  count,
  formatNumber,
  formatPercent,
  formatSignedPercent,
  formatUntil,
  formatUsd,
  MISSING,
  upperFirst,
  venueName,
} from '../../ui/format.ts'
import { MenuButton } from '../../ui/menu.tsx'
import { Empty, Loading } from '../../ui/notices.tsx'
import { useWindowWidth } from '../../ui/use-window-width.ts'
import { PAUSE_HOURS, useBookActions } from '../monitor/book-actions.ts'
import { useMonitorFacts } from '../monitor/use-monitor-rows.ts'
import { BandOrigin } from './band-origin.tsx'
import { BOOK_BAR_WIDTH, bookColumns } from './book-columns.tsx'
import { AllLots, BookLog, LotsPanel, Restrictions, RestrictionsPage } from './book-panels.tsx'
import { neighbour, outOfBand } from './neighbours.ts'
import { RiskPanel } from './risk-panel.tsx'
import { useClientBook } from './use-client-book.ts'
import { useWeightHistory } from './use-weight-history.ts'
import './client-book.css'

type BookTab = 'allocation' | 'lots' | 'risk' | 'restrictions' | 'log'

/** Opens the book asked for, or the one furthest out of its bands. */
export function ClientBookScreen({ bookId }: { readonly bookId: string | null }) {
  const { view } = useDesk()
  const { books } = useSnapshot()
  const facts = useMonitorFacts()
  useEffect(() => {
    if (bookId !== null || books.length === 0) return
    const row = outOfBand(facts)[0] ?? 0
    view.go({ screen: 'books', bookId: books[row]!.bookId })
  }, [bookId, books, facts, view])
  const row = books.findIndex((book) => book.bookId === bookId)
  if (books.length === 0) {
    return (
      <Empty
        title="There are no client books yet"
        actions={<Button onClick={() => view.open('import')}>Import client books</Button>}
      >
        A CSV file with one line per holding adds clients and their books.
      </Empty>
    )
  }
  if (bookId === null) return <Loading what="Opening the book furthest out of its bands" />
  if (row < 0) {
    return (
      <Empty
        title="There is no such client book"
        actions={<Button onClick={() => view.open('palette', '@')}>Find a book</Button>}
      >
        “{bookId}” is not among the {count(books.length, 'book')} of this firm.
      </Empty>
    )
  }
  return <OpenBook key={bookId} bookId={bookId} row={row} />
}

function OpenBook({ bookId, row }: { readonly bookId: string; readonly row: number }) {
  const { view } = useDesk()
  const facts = useMonitorFacts()
  const { books } = useSnapshot()
  const book = useClientBook(bookId)
  const actions = useBookActions()
  const [tab, setTab] = useState<BookTab>('allocation')
  const stale = useStaleness().freshness === 'red'

  const commands = useMemo<readonly Command[]>(() => {
    const step = (by: 1 | -1) => () => {
      const next = neighbour(outOfBand(facts), row, by)
      if (next === null) view.notify('No other book is out of band.')
      else view.go({ screen: 'books', bookId: books[next]!.bookId })
    }
    const name = books[row]!.clientName
    return [
      { id: 'book-previous', title: 'Previous book out of band', group: 'This screen', keys: '[', run: step(-1) },
      { id: 'book-next', title: 'Next book out of band', group: 'This screen', keys: ']', run: step(1) },
      {
        id: 'book-propose',
        title: `Rebalance ${name}: compute a proposal`,
        group: 'This screen',
        keys: 'N',
        note: 'opens a proposal, sends nothing',
        run: () => actions.propose([bookId]),
      },
      {
        id: 'book-pause',
        title: `Pause ${name} for 24 h`,
        group: 'This screen',
        note: 'holds proposals and automatic execution',
        run: () => actions.pause([bookId], 24),
      },
      ...(
        [
          ['pause', `Pause ${name}: hours and reason`, 'at most 72 h, ends by itself'],
          ['flag', `Flag an asset of ${name}: no trade, no buy, at most`, 'with a reason and an end'],
          ['risk-profile', `Risk profile of ${name}: ask the questionnaire`, 'risk aversion, bands, limits'],
          ['risk-override', `Override the risk terms of ${name}`, 'with a reason and an end'],
          ['cash-flow', `Book a deposit, withdrawal, reward or fee of ${name}`, 'simulation only'],
        ] as const
      ).map(
        ([dialog, title, note]): Command => ({
          id: `book-dialog-${dialog}`,
          title,
          group: 'This screen',
          note,
          run: () => view.open(dialog),
        }),
      ),
      {
        id: 'book-back',
        title: 'Back to the Monitor',
        group: 'This screen',
        keys: 'Esc',
        run: () => view.go({ screen: 'monitor' }),
      },
    ]
  }, [facts, row, books, view, actions, bookId])
  useCommands(commands)

  if (!book) return <Loading what={`Opening ${books[row]!.clientName}`} />
  return (
    <div className={stale ? 'screen stale' : 'screen'}>
      <BookHead book={book} row={row} />
      <div className="bar booktabs">
        <Tabs
          label="Parts of the book"
          items={[
            { id: 'allocation', label: 'Allocation' },
            { id: 'lots', label: 'Lots', count: book.lines.reduce((total, line) => total + line.lots.length, 0) },
            { id: 'risk', label: 'Risk profile' },
            { id: 'restrictions', label: 'Restrictions', count: book.book.restrictions.length },
            { id: 'log', label: 'Log', count: book.events.length },
          ]}
          current={tab}
          onChange={setTab}
        />
        <span className="grow" />
        <span className="lo small wide">Previous, next out of band</span>
        <button type="button" aria-label="Previous book out of band" onClick={commands[0]!.run}>
          <kbd>[</kbd>
        </button>
        <button type="button" aria-label="Next book out of band" onClick={commands[1]!.run}>
          <kbd>]</kbd>
        </button>
        <PauseButton book={book} />
        <MainAction book={book} stale={stale} />
      </div>
      {tab === 'allocation' && <Allocation book={book} />}
      {tab === 'lots' && <AllLots view={book} />}
      {tab === 'risk' && <RiskPanel view={book} />}
      {tab === 'restrictions' && <RestrictionsPage view={book} />}
      {tab === 'log' && <BookLog view={book} />}
    </div>
  )
}

function BookHead({ book, row }: { readonly book: ClientBookView; readonly row: number }) {
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

function PauseButton({ book }: { readonly book: ClientBookView }) {
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

function MainAction({ book, stale }: { readonly book: ClientBookView; readonly stale: boolean }) {
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

const CHART_DAYS = [30, 90, 365] as const
const DAY_NAMES: Readonly<Record<number, string>> = { 7: '7 d', 30: '30 d', 90: '90 d', 365: '1 y' }

function Allocation({ book }: { readonly book: ClientBookView }) {
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
