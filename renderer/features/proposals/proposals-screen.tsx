import { useCallback, useEffect, useMemo, useState } from 'react'
import type { ApprovalOutcome, ProposalsView } from '../../../core/contracts/proposals-view.ts'
import type { Proposal } from '../../../core/proposal.ts'
import type { Command } from '../../app/commands.tsx'
import {
  useAsk,
  useDesk,
  useDeskNow,
  useDeskState,
  useLayout,
  useSnapshot,
  useStaleness,
  useView,
} from '../../state/desk-context.tsx'
import type { SortOrder } from '../../state/layout.ts'
import { Button, Segments } from '../../ui/controls.tsx'
import { download, toCsv } from '../../ui/csv.ts'
import { shownColumns } from '../../ui/data-grid/columns.ts'
import { DataGrid, GROUP_HEIGHT } from '../../ui/data-grid/data-grid.tsx'
import { count, formatDate } from '../../ui/format.ts'
import { Empty, Loading } from '../../ui/notices.tsx'
import { useWindowWidth } from '../../ui/use-window-width.ts'
import { OutcomeBar, ReadyBar, UndoBar } from './approve-bar.tsx'
import { batchTotals, groupOf, isTicked, leftOutOf, selectionOf, type Ticks } from './batch.ts'
import { BatchHead, BatchStrip } from './batch-head.tsx'
import { ByTrade } from './by-trade.tsx'
import { GroupHead, proposalColumns, RestHead } from './proposal-columns.tsx'
import { itemKey, type ProposalItem, proposalItems } from './proposal-items.ts'
import { PROPOSAL_CSV_HEAD, proposalCsvRows } from './proposals-csv.ts'
import { useProposalCommands } from './use-proposal-commands.ts'
import './proposals.css'

const OUTCOME_SHOWN_MS = 30_000
const BY_WORST: SortOrder = { column: 'position', descending: true }

export function ProposalsScreen() {
  const { session, view } = useDesk()
  const received = useDeskState((state) => state.proposals)
  useEffect(() => session.watch('proposals'), [session])
  const proposals = useMemo(
    () => (received?.value.proposals ?? []).filter((proposal) => groupOf(proposal) !== null),
    [received],
  )
  const { outcome, closeOutcome } = useOutcome(received?.value)
  if (!received) return <Loading what="Reading the proposals" />
  if (proposals.length === 0 && received.value.pending.length === 0) {
    return (
      <div className="screen">
        <BatchHead proposals={[]} />
        <Empty
          title="Nothing awaits approval"
          actions={
            <>
              <Button keys="M" onClick={() => view.go({ screen: 'monitor' })}>
                Go to the Monitor
              </Button>
              <Button onClick={() => view.open('palette', '@')}>Plan any book</Button>
            </>
          }
        >
          No book needs a trade that is worth its cost. Planning stays open: a book can be rebalanced while every line
          is in its band.
        </Empty>
        {outcome && <OutcomeBar outcome={outcome} onClose={closeOutcome} />}
      </div>
    )
  }
  return <Batch proposals={proposals} outcome={outcome} onCloseOutcome={closeOutcome} />
}

/** What came of the last approval, for as long as it is news: then the next one may be approved in its place. */
function useOutcome(view: ProposalsView | undefined): {
  readonly outcome: ApprovalOutcome | null
  readonly closeOutcome: () => void
} {
  const now = useDeskNow()
  const [closed, setClosed] = useState<string | null>(null)
  const last = view?.lastOutcome ?? null
  const isNews = last !== null && last.approvalId !== closed && now - last.at < OUTCOME_SHOWN_MS
  const id = last?.approvalId ?? null
  const closeOutcome = useCallback(() => setClosed(id), [id])
  return { outcome: isNews ? last : null, closeOutcome }
}

function Batch({
  proposals,
  outcome,
  onCloseOutcome,
}: {
  readonly proposals: readonly Proposal[]
  readonly outcome: ApprovalOutcome | null
  onCloseOutcome(): void
}) {
  const { view } = useDesk()
  const ask = useAsk()
  const proposalsView = useDeskState((state) => state.proposals)!.value
  const { books } = useSnapshot()
  const density = useLayout('density')
  const by = useLayout('proposalsBy')
  const width = useWindowWidth()
  const staleness = useStaleness()
  const stale = staleness.freshness === 'red'
  const link = useDeskState((state) => state.link)
  const currentBookId = useView((state) => state.currentBookId)
  const [ticks, setTicks] = useState<Ticks>(new Map())
  const [opened, setOpened] = useState<ReadonlySet<string>>(
    () => new Set(proposals.some((each) => each.bookId === currentBookId) && currentBookId ? [currentBookId] : []),
  )
  const [withRest, setWithRest] = useState<ReadonlySet<string>>(new Set())
  const [computing, setComputing] = useState<ReadonlySet<string>>(new Set())
  const [sort, setSort] = useState<SortOrder | null>(null)
  const [cursor, setCursor] = useState<string | null>(currentBookId)

  const bookMap = useMemo(() => new Map(books.map((book) => [book.bookId, book])), [books])
  const bookOf = useCallback((bookId: string) => bookMap.get(bookId), [bookMap])
  const items = useMemo(
    () =>
      proposalItems(proposals, {
        nameOf: (bookId) => bookMap.get(bookId)?.clientName ?? bookId,
        sort,
        opened,
        withRest,
      }),
    [proposals, bookMap, sort, opened, withRest],
  )
  const largestNaiveUsd = Math.max(
    ...proposals.filter((each) => each.remarks.length === 0).map((each) => each.naiveCost.totalUsd),
    1e-9,
  )
  const columns = useMemo(
    () => shownColumns(proposalColumns({ ticks, computing, largestNaiveUsd, opened, bookOf }), width),
    [ticks, computing, largestNaiveUsd, opened, bookOf, width],
  )
  const current =
    items.find((item) => itemKey(item) === cursor) ?? items.find((item) => item.kind === 'proposal') ?? null
  const currentProposal = current && current.kind !== 'group' ? current.proposal : null
  const pending = proposalsView.pending[0] ?? null
  const selection = useMemo(() => selectionOf(proposals, ticks), [proposals, ticks])
  const blockedWhy =
    link !== 'open'
      ? 'The desk does not answer.'
      : stale
        ? 'Prices are too old: approving is off until they are younger than 20 s.'
        : proposalsView.approvalBlocked

  const recompute = useCallback(
    async (proposal: Proposal, leftOut: readonly string[]): Promise<void> => {
      setComputing((before) => new Set(before).add(proposal.bookId))
      const answer = await ask((api) => api.recomputeProposal(proposal.id, leftOut))
      setComputing((before) => new Set([...before].filter((bookId) => bookId !== proposal.bookId)))
      if (!answer.ok) return
      // The person's own tick follows the book to its new proposal; a re-pricing by the desk asks for a new look.
      setTicks((before) =>
        before.has(proposal.id) ? new Map(before).set(answer.value.id, before.get(proposal.id)!) : before,
      )
    },
    [ask],
  )
  const approve = useCallback(() => {
    if (blockedWhy || selection.ticked.length === 0) return
    void ask((api) => api.approve(selection.request))
  }, [ask, blockedWhy, selection])
  const undo = useCallback(() => {
    if (pending) void ask((api) => api.undoApproval(pending.approvalId))
  }, [ask, pending])

  const tick = (item: ProposalItem): void => {
    if (item.kind === 'group') return tickGroup(item)
    if (item.kind === 'rest') return open(item)
    const { proposal } = item
    if (item.kind === 'line') {
      if (proposal.state !== 'open' || (item.line.side === null && item.line.reason !== 'held-back')) return
      const leftOut = new Set(leftOutOf(proposal))
      if (!leftOut.delete(item.line.asset)) leftOut.add(item.line.asset)
      void recompute(proposal, [...leftOut])
      return
    }
    const group = groupOf(proposal)
    if (group === 'blocked') view.notify(`Blocked: ${proposal.remarks.join('; ')}`)
    else if (group === 'held') view.notify('Held: press H to let it go first.')
    else setTicks(new Map(ticks).set(proposal.id, !isTicked(proposal, ticks)))
  }
  const tickGroup = (item: Extract<ProposalItem, { kind: 'group' }>): void => {
    if (item.group === 'blocked' || item.group === 'held') return
    const any = item.proposals.some((proposal) => isTicked(proposal, ticks))
    if (item.group === 'warning' && !any) {
      view.notify('Each warning needs a look and a tick of its own.')
      return
    }
    const all = item.group === 'clean' && !item.proposals.every((proposal) => isTicked(proposal, ticks))
    setTicks(new Map([...ticks, ...item.proposals.map((proposal) => [proposal.id, all] as const)]))
  }
  const open = (item: ProposalItem): void => {
    if (item.kind === 'proposal') setOpened(toggledIn(opened, item.proposal.bookId))
    else if (item.kind === 'rest') setWithRest(toggledIn(withRest, item.proposal.bookId))
  }
  const exportCsv = useCallback(() => {
    download(
      `trimtab-proposals-${formatDate(proposalsView.at)}.csv`,
      toCsv(
        PROPOSAL_CSV_HEAD,
        proposalCsvRows(proposals, (bookId) => bookMap.get(bookId)?.clientName ?? bookId),
      ),
    )
  }, [proposals, proposalsView.at, bookMap])

  const commands = useProposalCommands({
    proposal: currentProposal,
    name: currentProposal ? (bookMap.get(currentProposal.bookId)?.clientName ?? '') : '',
    approveTitle: `Approve ${selection.label}`,
    approveNote: `${selection.ticked.length} of ${proposals.length} books, can be undone for ${proposalsView.undoSeconds} s`,
    approveBlocked: pending
      ? 'A batch is being released'
      : (blockedWhy ?? (selection.ticked.length === 0 ? 'Nothing is ticked' : null)),
    onApprove: approve,
    onUndo: pending ? undo : null,
    onCloseOutcome: outcome && !pending ? onCloseOutcome : null,
    onRecompute: recompute,
    onCsv: exportCsv,
  })
  const commandOf = (id: string): Command => commands.find((command) => command.id === id)!

  const tickedTotals = batchTotals(selection.ticked)
  return (
    <div className={stale ? 'screen stale' : 'screen'}>
      <BatchHead proposals={proposals} />
      <BatchStrip totals={batchTotals(proposals)} />
      <div className="bar">
        <Segments
          label="Order of the list"
          items={[
            { id: 'client', label: 'By client' },
            { id: 'trade', label: 'By trade' },
          ]}
          current={by}
          onChange={(proposalsBy) => view.setLayout({ proposalsBy })}
        />
        <span className="lo small ellipsis">
          {by === 'trade'
            ? `The ${count(tickedTotals.trades, 'trade')} of the ${selection.label} books, netted by asset and side.`
            : 'Untick or hold a trade and everything is computed again.'}
        </span>
        <span className="grow" />
        <Button kind="quiet" keys="H" aria-disabled={!currentProposal} onClick={commandOf('hold').run}>
          {currentProposal?.state === 'held' ? 'Let go' : 'Hold'}
        </Button>
        <Button kind="quiet" keys="⇧ R" aria-disabled={!currentProposal} onClick={commandOf('recompute').run}>
          Compute again
        </Button>
        <Button kind="quiet" keys="G" aria-disabled={!currentProposal} onClick={commandOf('open-book').run}>
          Open book
        </Button>
        <Button kind="quiet" onClick={exportCsv}>
          CSV
        </Button>
      </div>
      {by === 'client' ? (
        <DataGrid
          label="Proposals by client"
          takesFocus
          role="treegrid"
          className="pr"
          columns={columns}
          items={items}
          density={density}
          keyOf={itemKey}
          currentKey={current ? itemKey(current) : null}
          onCurrent={(item) => {
            setCursor(itemKey(item))
            if (item.kind === 'proposal') view.setCurrentBook(item.proposal.bookId)
          }}
          sort={sort ?? BY_WORST}
          onSort={setSort}
          onOpen={open}
          onTick={tick}
          onExpand={open}
          renderFullRow={(item) =>
            item.kind === 'group' ? (
              <GroupHead item={item} ticks={ticks} />
            ) : item.kind === 'rest' ? (
              <RestHead item={item} />
            ) : null
          }
          rowHeight={(item) => (item.kind === 'group' ? GROUP_HEIGHT : undefined)}
          rowClass={(item) => (item.kind === 'line' ? 'child' : item.kind === 'rest' ? 'rest' : '')}
          levelOf={(item) => (item.kind === 'group' ? 1 : item.kind === 'proposal' ? 2 : 3)}
          isExpanded={(item) => (item.kind === 'proposal' ? opened.has(item.proposal.bookId) : undefined)}
        />
      ) : selection.ticked.length === 0 ? (
        <Empty title="No book is ticked">Tick books by client; their trades are netted here by asset and side.</Empty>
      ) : (
        <ByTrade proposals={selection.ticked} density={density} bookOf={bookOf} />
      )}
      {pending ? (
        <UndoBar view={proposalsView} pending={pending} onUndo={undo} />
      ) : outcome ? (
        <OutcomeBar outcome={outcome} onClose={onCloseOutcome} />
      ) : (
        <ReadyBar
          selection={selection}
          totals={tickedTotals}
          of={proposals.length}
          blockedWhy={blockedWhy}
          undoSeconds={proposalsView.undoSeconds}
          onApprove={approve}
        />
      )}
    </div>
  )
}

function toggledIn(set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(value)) next.add(value)
  return next
}
