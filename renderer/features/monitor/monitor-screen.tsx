import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type Command, useCommands } from '../../app/commands.tsx'
import { useBoard, useDesk, useLayout, useSnapshot, useStaleness, useView } from '../../state/desk-context.tsx'
import { PLAIN_VIEW } from '../../state/layout.ts'
import { download, toCsv } from '../../ui/csv.ts'
import { shownColumns } from '../../ui/data-grid/columns.ts'
import { DataGrid } from '../../ui/data-grid/data-grid.tsx'
import { formatDate } from '../../ui/format.ts'
import { MenuList } from '../../ui/menu.tsx'
import { useWindowWidth } from '../../ui/use-window-width.ts'
import { PAUSE_HOURS, useBookActions } from './book-actions.ts'
import { CSV_HEAD, csvRow, monitorColumns } from './monitor-columns.tsx'
import { MonitorEmpty } from './monitor-empty.tsx'
import { hasNeed, STATUS_LABELS, statusOf } from './monitor-filter.ts'
import { MonitorHead } from './monitor-head.tsx'
import { MonitorTiles } from './monitor-tiles.tsx'
import { MonitorToolbar } from './monitor-toolbar.tsx'
import { SidePanel } from './side-panel.tsx'
import { useMonitorFacts, useMonitorRows } from './use-monitor-rows.ts'
import './monitor.css'

/** From this window width on the current row has a side panel. */
const SIDE_PANEL_FROM = 1800
/** What the grid is sorted by until a head is clicked. */
const BY_URGENCY = { column: 'position', descending: true }

export function MonitorScreen() {
  const { view } = useDesk()
  const snapshot = useSnapshot()
  const board = useBoard()
  const monitor = useLayout('monitor')
  const density = useLayout('density')
  const hidden = useLayout('hiddenColumns')
  const currentBookId = useView((state) => state.currentBookId)
  const stale = useStaleness().freshness === 'red'
  const facts = useMonitorFacts()
  const rows = useMonitorRows(facts, monitor)
  const width = useWindowWidth()
  const actions = useBookActions()
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set())
  const [menuAt, setMenuAt] = useState<{ readonly row: number; readonly left: number; readonly top: number } | null>(
    null,
  )
  const filterField = useRef<HTMLInputElement>(null)

  const columns = useMemo(() => {
    const all = monitorColumns({
      facts,
      density,
      stale,
      isTicked: (row) => ticked.has(row),
      allTicked: ticked.size === 0 ? 'off' : ticked.size >= rows.length ? 'on' : 'mixed',
      deskNow: () => board.at,
    })
    return shownColumns(all, width, hidden)
  }, [facts, density, stale, ticked, rows.length, width, hidden, board])

  const rowOf = useMemo(() => new Map(snapshot.books.map((book, row) => [book.bookId, row])), [snapshot])
  const idOf = (row: number): string => snapshot.books[row]!.bookId
  const currentRow = (currentBookId === null ? undefined : rowOf.get(currentBookId)) ?? null
  const shownRow = currentRow !== null && rows.includes(currentRow) ? currentRow : (rows[0] ?? null)
  useEffect(() => {
    if (shownRow !== null && shownRow !== currentRow) view.setCurrentBook(snapshot.books[shownRow]!.bookId)
  }, [shownRow, currentRow, view, snapshot])

  const openBook = useCallback(
    (row: number) => view.go({ screen: 'books', bookId: snapshot.books[row]!.bookId }),
    [view, snapshot],
  )
  const targets = useMemo(
    () =>
      (ticked.size > 0 ? [...ticked] : shownRow === null ? [] : [shownRow]).map((row) => snapshot.books[row]!.bookId),
    [ticked, shownRow, snapshot],
  )
  const exportCsv = useCallback(() => {
    const lines = rows.map((row) =>
      csvRow(facts, row, board.at, STATUS_LABELS[statusOf(facts, row) ?? 'unable-to-check']),
    )
    download(`trimtab-monitor-${formatDate(board.at)}.csv`, toCsv(CSV_HEAD, lines))
  }, [rows, facts, board])
  const clearFilters = useCallback(() => view.setMonitor({ ...PLAIN_VIEW, sort: monitor.sort }), [view, monitor.sort])
  const isFiltered =
    monitor.statuses.length + monitor.needs.length > 0 || monitor.text !== '' || monitor.tab !== 'urgency'

  const commands = useMemo<readonly Command[]>(() => {
    const name =
      targets.length === 1
        ? (snapshot.books.find((book) => book.bookId === targets[0])?.clientName ?? '')
        : `${targets.length} ticked books`
    const none = targets.length === 0 ? 'No book is selected' : null
    return [
      {
        id: 'monitor-filter',
        title: 'Filter books by text',
        group: 'This screen',
        keys: '/',
        run: () => filterField.current?.focus(),
      },
      {
        id: 'monitor-propose',
        title: `Rebalance ${name}: compute a proposal`,
        group: 'This screen',
        keys: 'N',
        note: 'opens a proposal, sends nothing',
        disabledWhy: none,
        run: () => actions.propose(targets),
      },
      {
        id: 'monitor-pause',
        title: `Pause ${name} for 24 h`,
        group: 'This screen',
        note: 'holds proposals and automatic execution',
        disabledWhy: none,
        run: () => actions.pause(targets, 24),
      },
      {
        id: 'monitor-csv',
        title: 'Export the shown books as CSV',
        group: 'This screen',
        note: `${rows.length} books`,
        run: exportCsv,
      },
      {
        id: 'monitor-import',
        title: 'Import client books from CSV',
        group: 'This screen',
        note: 'all of the file or nothing of it',
        run: () => view.open('import'),
      },
      ...(isFiltered
        ? [
            {
              id: 'monitor-clear',
              title: 'Clear all filters',
              group: 'This screen' as const,
              keys: 'Esc',
              run: clearFilters,
            },
          ]
        : []),
      {
        id: 'monitor-open',
        title: 'Open the current book',
        group: 'This screen',
        keys: 'Enter',
        sheetOnly: true,
        run: () => undefined,
      },
      {
        id: 'monitor-tick',
        title: 'Tick the current book',
        group: 'This screen',
        keys: 'Space',
        sheetOnly: true,
        run: () => undefined,
      },
    ]
  }, [targets, snapshot, actions, rows, exportCsv, isFiltered, clearFilters, view])
  useCommands(commands)

  const toggle = (row: number): void => setTicked((before) => toggledRow(before, row))
  return (
    <div className={stale ? 'screen stale' : 'screen'}>
      <MonitorHead />
      <MonitorTiles />
      <MonitorToolbar
        filterField={filterField}
        stale={stale}
        ticked={ticked.size}
        onPropose={() => actions.propose(targets)}
        onPause={(hours) => actions.pause(targets, hours)}
        onUntick={() => setTicked(new Set())}
        onCsv={exportCsv}
        onClear={isFiltered ? clearFilters : null}
      />
      {rows.length === 0 ? (
        <MonitorEmpty onClear={clearFilters} />
      ) : (
        <div className="monbody">
          <DataGrid
            label="Client books"
            takesFocus
            className="mon"
            columns={columns}
            items={rows}
            density={density}
            keyOf={identity}
            currentKey={shownRow}
            onCurrent={(row) => view.setCurrentBook(idOf(row))}
            versions={board}
            sort={monitor.sort ?? BY_URGENCY}
            onSort={(sort) => view.setMonitor({ sort })}
            onOpen={openBook}
            onTick={toggle}
            onTickAll={() => setTicked(ticked.size === rows.length ? new Set() : new Set(rows))}
            isTicked={(row) => ticked.has(row)}
            onMenu={(row, at) => setMenuAt({ row, ...at })}
          />
          {width >= SIDE_PANEL_FROM && shownRow !== null && (
            <SidePanel bookId={idOf(shownRow)} dayChangeUsd={board.value(shownRow, 'dayChangeUsd')} />
          )}
          {menuAt && (
            <div className="rowmenu">
              <MenuList
                label={`Actions for ${snapshot.books[menuAt.row]!.clientName}`}
                style={{
                  left: Math.min(menuAt.left, window.innerWidth - 260),
                  top: Math.min(menuAt.top, window.innerHeight - 260),
                }}
                onClose={() => setMenuAt(null)}
                sections={[
                  {
                    title: snapshot.books[menuAt.row]!.clientName,
                    entries: [
                      { id: 'open', label: 'Open book', note: 'Enter', run: () => openBook(menuAt.row) },
                      {
                        id: 'propose',
                        label: 'Rebalance: compute a proposal',
                        note: 'N',
                        run: () => actions.propose([idOf(menuAt.row)]),
                      },
                      {
                        id: 'proposals',
                        label: 'Review proposals',
                        note: 'P',
                        run: () => view.go({ screen: 'proposals' }),
                      },
                    ],
                  },
                  {
                    entries: hasNeed(facts, menuAt.row, 'paused')
                      ? [{ id: 'resume', label: 'End the pause', run: () => actions.pause([idOf(menuAt.row)], 0) }]
                      : PAUSE_HOURS.map((hours) => ({
                          id: `pause-${hours}`,
                          label: `Pause for ${hours} h`,
                          run: () => actions.pause([idOf(menuAt.row)], hours),
                        })),
                  },
                ]}
              />
            </div>
          )}
        </div>
      )}
    </div>
  )
}

const identity = (row: number): number => row

function toggledRow(before: ReadonlySet<number>, row: number): ReadonlySet<number> {
  const after = new Set(before)
  if (!after.delete(row)) after.add(row)
  return after
}
