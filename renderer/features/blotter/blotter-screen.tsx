import { useCallback, useEffect, useMemo, useState } from 'react'
import type { BlotterView, ParentView } from '../../../core/contracts/blotter-view.ts'
import { VENUES } from '../../../core/instruments.ts'
import { type Command, useCommands } from '../../app/commands.tsx'
import {
  useAsk,
  useDesk,
  useDeskNow,
  useDeskState,
  useLayout,
  useStaleness,
  useView,
} from '../../state/desk-context.tsx'
import type { SortOrder } from '../../state/layout.ts'
import { Button, Figure, Tabs } from '../../ui/controls.tsx'
import { download, toCsv } from '../../ui/csv.ts'
import { DataGrid } from '../../ui/data-grid/data-grid.tsx'
import { count, formatDate, formatNumber, formatSigned, formatTime, formatUsd } from '../../ui/format.ts'
import { Empty, Loading } from '../../ui/notices.tsx'
import { useWindowWidth } from '../../ui/use-window-width.ts'
import { BLOTTER_CSV_HEAD, blotterColumns, blotterCsvRows, orderName, orderTag } from './blotter-columns.tsx'
import { type BlotterItem, blotterItems, blotterKey } from './blotter-items.ts'
import { BLOTTER_TABS, type BlotterTab, inTab, isWorking } from './order-states.ts'
import { AllocationPanel, HistoryPanel } from './parent-panels.tsx'
import { useParentDetail } from './use-parent-detail.ts'
import './blotter.css'

const TAB_NAMES: Readonly<Record<BlotterTab, string>> = {
  today: 'Today',
  working: 'Working',
  'needs-you': 'Needs you',
  finished: 'Finished',
}

export function BlotterScreen({ parentId }: { readonly parentId: string | null }) {
  const { session } = useDesk()
  const received = useDeskState((state) => state.blotter)
  useEffect(() => session.watch('blotter'), [session])
  if (!received) return <Loading what="Reading the orders" />
  return <Blotter key={parentId} blotter={received.value} asked={parentId} />
}

function Blotter({ blotter, asked }: { readonly blotter: BlotterView; readonly asked: string | null }) {
  const { view } = useDesk()
  const ask = useAsk()
  const density = useLayout('density')
  const width = useWindowWidth()
  const savedTab = useLayout('blotterTab')
  const now = useDeskNow(10_000)
  const stale = useStaleness().freshness === 'red'
  const currentBookId = useView((state) => state.currentBookId)
  const tab = BLOTTER_TABS.find((each) => each === savedTab) ?? 'today'
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set(asked === null ? [] : [asked]))
  const [cursor, setCursor] = useState<string | null>(asked)
  const [sort, setSort] = useState<SortOrder | null>(null)
  const [confirming, setConfirming] = useState<string | null>(null)

  const parents = useMemo(
    () => blotter.parents.filter((parent) => inTab(parent, tab, now) || parent.id === asked),
    [blotter, tab, now, asked],
  )
  const items = useMemo(() => blotterItems(parents, opened, sort), [parents, opened, sort])
  const columns = useMemo(() => blotterColumns(opened, VENUES, width), [opened, width])
  const current = items.find((item) => blotterKey(item) === cursor) ?? items[0] ?? null
  const parent = current?.parent ?? null
  const detail = useParentDetail(parent?.id ?? null)
  const canCancel = parent !== null && isWorking(parent)

  const toggle = useCallback((item: BlotterItem): void => {
    setOpened((before) => {
      const next = new Set(before)
      if (!next.delete(item.parent.id)) next.add(item.parent.id)
      return next
    })
  }, [])
  const askToCancel = useCallback(() => {
    if (parent && canCancel) setConfirming(parent.id)
  }, [parent, canCancel])
  const cancel = async (given: ParentView): Promise<void> => {
    setConfirming(null)
    const answer = await ask((api) => api.cancelParent(given.id))
    if (answer.ok) view.notify(`${orderName(given)}: cancel sent. What is filled stays and is allocated.`)
  }
  const allOpen = parents.length > 0 && parents.every((each) => opened.has(each.id))
  const expandAll = useCallback(
    () => setOpened(allOpen ? new Set() : new Set(parents.map((each) => each.id))),
    [allOpen, parents],
  )
  const exportCsv = useCallback(
    () => download(`trimtab-blotter-${formatDate(blotter.at)}.csv`, toCsv(BLOTTER_CSV_HEAD, blotterCsvRows(parents))),
    [blotter.at, parents],
  )

  const commands = useMemo<readonly Command[]>(
    () => [
      {
        id: 'cancel',
        title: parent ? `Cancel ${orderName(parent)} ${orderTag(parent)}` : 'Cancel the selected order',
        group: 'Trading',
        keys: 'Del',
        note: 'asks once; what is filled stays',
        disabledWhy: canCancel ? null : 'Only working orders can be cancelled',
        run: askToCancel,
      },
      {
        id: 'expand-all',
        title: allOpen ? 'Collapse all orders' : 'Expand all orders',
        group: 'This screen',
        keys: '*',
        run: expandAll,
      },
      {
        id: 'blotter-csv',
        title: 'Export the orders as CSV',
        group: 'This screen',
        note: count(parents.length, 'parent order'),
        run: exportCsv,
      },
      {
        id: 'blotter-lines',
        title: 'Show or hide the child orders',
        group: 'This screen',
        keys: 'Enter',
        sheetOnly: true,
        run: () => undefined,
      },
    ],
    [parent, canCancel, askToCancel, allOpen, expandAll, exportCsv, parents.length],
  )
  useCommands(commands)

  const counts = Object.fromEntries(
    BLOTTER_TABS.map((each) => [each, blotter.parents.filter((given) => inTab(given, each, now)).length]),
  )
  return (
    <div className={stale ? 'screen stale' : 'screen'}>
      <BlotterHead blotter={blotter} />
      <div className="bar blotterbar">
        <Tabs
          label="Orders shown"
          items={BLOTTER_TABS.map((each) => ({ id: each, label: TAB_NAMES[each], count: counts[each] }))}
          current={tab}
          onChange={(blotterTab) => view.setLayout({ blotterTab })}
        />
        <span className="grow" />
        {confirming && parent?.id === confirming ? (
          <span className="confirm" role="group" aria-label="Cancel the order">
            <span className="hi small">
              Cancel {orderName(parent)}? {formatNumber(parent.filledFraction * 100)} % is filled and stays.
            </span>
            <ConfirmButton onConfirm={() => void cancel(parent)} onKeep={() => setConfirming(null)} />
          </span>
        ) : (
          <>
            <span className="lo small wide ellipsis">Slippage: plus costs us, minus is better than arrival.</span>
            <Button kind="quiet" keys="*" onClick={expandAll}>
              {allOpen ? 'Collapse all' : 'Expand all'}
            </Button>
            <Button kind="quiet" onClick={exportCsv}>
              CSV
            </Button>
            <Button
              keys="Del"
              disabledWhy={canCancel || !parent ? null : 'Cancel: not working any more'}
              aria-disabled={!parent}
              onClick={askToCancel}
            >
              Cancel selected
            </Button>
          </>
        )}
      </div>
      {items.length === 0 ? (
        <NoOrders tab={tab} total={blotter.parents.length} />
      ) : (
        <DataGrid
          label="Orders"
          takesFocus
          role="treegrid"
          className="bl"
          columns={columns}
          items={items}
          density={density}
          keyOf={blotterKey}
          currentKey={current ? blotterKey(current) : null}
          onCurrent={(item) => setCursor(blotterKey(item))}
          sort={sort}
          onSort={setSort}
          onOpen={toggle}
          onExpand={toggle}
          rowClass={rowClass}
          levelOf={(item) => (item.kind === 'parent' ? 1 : 2)}
          isExpanded={(item) =>
            item.kind === 'parent' && item.parent.children.length > 0 ? opened.has(item.parent.id) : undefined
          }
        />
      )}
      {parent && (
        <div className="cols blotterbelow">
          {detail ? (
            <>
              <AllocationPanel
                detail={detail}
                density={density}
                currentBookId={currentBookId}
                onCurrent={view.setCurrentBook}
              />
              <HistoryPanel detail={detail} />
            </>
          ) : (
            <>
              <section className="panel" aria-label="Allocation" />
              <section className="panel" aria-label="What happened" />
            </>
          )}
        </div>
      )}
    </div>
  )
}

const rowClass = (item: BlotterItem): string => (item.kind === 'child' ? 'child' : '')

function ConfirmButton({ onConfirm, onKeep }: { onConfirm(): void; onKeep(): void }) {
  return (
    <span
      className="row"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        event.stopPropagation()
        onKeep()
      }}
    >
      <Button kind="danger" keys="Enter" autoFocus onClick={onConfirm}>
        Cancel order
      </Button>
      <Button keys="Esc" onClick={onKeep}>
        Keep it
      </Button>
    </span>
  )
}

function BlotterHead({ blotter }: { readonly blotter: BlotterView }) {
  const { parents, totals } = blotter
  const plans = new Set(parents.map((parent) => parent.planId)).size
  const last = Math.max(...parents.map((parent) => parent.releasedAt))
  return (
    <div className="head">
      <h1>Blotter</h1>
      <span className="lo">
        {parents.length === 0
          ? 'no orders yet'
          : `${count(parents.length, 'parent order')} of ${count(plans, 'plan')}, last released ${formatTime(last)}`}
      </span>
      <div className="figs">
        <Figure name="Filled" value={formatUsd(totals.filledUsd)} rest={`of ${formatNumber(totals.orderedUsd)}`} />
        <Figure
          name="Slippage"
          value={totals.filledUsd > 0 ? `${formatSigned(totals.slippageBps, 1)} bps` : '–'}
          rest={`est. ${formatSigned(totals.estimatedBps, 1)}`}
        />
        <Figure name="Fees" value={formatUsd(totals.feesUsd, 2)} />
      </div>
    </div>
  )
}

function NoOrders({ tab, total }: { readonly tab: BlotterTab; readonly total: number }) {
  const { view } = useDesk()
  const none = total === 0
  return (
    <Empty
      title={none ? 'No orders yet' : `No order under “${TAB_NAMES[tab]}”`}
      actions={
        none ? (
          <Button keys="P" onClick={() => view.go({ screen: 'proposals' })}>
            Go to the proposals
          </Button>
        ) : (
          <Button onClick={() => view.setLayout({ blotterTab: tab === 'today' ? 'finished' : 'today' })}>
            Show {tab === 'today' ? 'finished' : 'today’s'} orders
          </Button>
        )
      }
    >
      {none ? 'Orders appear here when an approved batch is released.' : `${count(total, 'parent order')} in all.`}
    </Empty>
  )
}
