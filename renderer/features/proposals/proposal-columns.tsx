import { ensureDefined } from '../../../core/assert.ts'
import type { BookRow } from '../../../core/contracts/monitor-view.ts'
import type { Proposal, ProposalLine } from '../../../core/proposal.ts'
import { AfterKey, BandBar } from '../../ui/band-bar.tsx'
import { CostBar } from '../../ui/bars.tsx'
import { CheckBox, TierBadge } from '../../ui/controls.tsx'
import type { GridColumnOf } from '../../ui/data-grid/columns.ts'
import { assetName, formatNumber, formatPercent, NONE, upperFirst } from '../../ui/format.ts'
import { Glyph, type GlyphName } from '../../ui/glyph.tsx'
import {
  type GroupKind,
  groupOf,
  isTicked,
  positionAfter,
  positionBefore,
  savedShare,
  type Ticks,
  tradedLines,
} from './batch.ts'
import type { ProposalItem } from './proposal-items.ts'
import { wholeWhyOf, whyOf, whyOfLine } from './proposal-words.ts'

/** Longest cost bar of the list, in pixels. */
const BAR_PIXELS = 100
/** Tracking error and the worst asset's name fall away below it. */
const NARROW = 1361

export interface ProposalColumnContext {
  readonly ticks: Ticks
  readonly computing: ReadonlySet<string>
  readonly largestNaiveUsd: number
  readonly opened: ReadonlySet<string>
  bookOf(bookId: string): BookRow | undefined
}

type Column = GridColumnOf<ProposalItem>
const ofProposal =
  (
    draw: (proposal: Proposal) => React.ReactNode,
    ofLine: (line: ProposalLine, proposal: Proposal) => React.ReactNode = () => null,
  ) =>
  (item: ProposalItem): React.ReactNode =>
    item.kind === 'proposal' ? draw(item.proposal) : item.kind === 'line' ? ofLine(item.line, item.proposal) : null

export function proposalColumns(context: ProposalColumnContext): readonly Column[] {
  const pixelsPerUsd = BAR_PIXELS / Math.max(1e-9, context.largestNaiveUsd)
  const worstLine = (proposal: Proposal): ProposalLine | undefined =>
    proposal.lines.find((line) => line.asset === proposal.worstBefore.asset)
  const nameOf = (proposal: Proposal): string => context.bookOf(proposal.bookId)?.clientName ?? proposal.bookId

  return [
    {
      id: 'tick',
      head: '',
      label: 'Ticked for approval',
      width: '16px',
      cell: ofProposal((proposal) => {
        const group = groupOf(proposal)
        const cannot = group === 'blocked' || group === 'held' || proposal.state === 'approved'
        const ticked = isTicked(proposal, context.ticks)
        return (
          <CheckBox
            state={cannot && !ticked ? 'cannot' : ticked ? 'on' : 'off'}
            label={`Approve ${nameOf(proposal)}`}
            action="tick"
          />
        )
      }),
    },
    {
      id: 'client',
      head: 'Client',
      label: 'Client',
      width: 'minmax(124px,1.3fr)',
      sortable: true,
      cell: (item) => {
        if (item.kind === 'proposal') {
          return (
            <span className="opens hi">
              <button
                type="button"
                tabIndex={-1}
                data-action="expand"
                aria-label={context.opened.has(item.proposal.bookId) ? 'Hide trades' : 'Show trades'}
              >
                {context.opened.has(item.proposal.bookId) ? '▾' : '▸'}
              </button>
              <span className="ellipsis">{item.name}</span>
            </span>
          )
        }
        if (item.kind !== 'line') return null
        const { line } = item
        if (line.side === null && line.reason !== 'held-back')
          return <span className="ind">{assetName(line.asset)}</span>
        const word = line.side === null ? 'Left out' : line.side === 'buy' ? 'Buy' : 'Sell'
        return (
          <span className="ind">
            <CheckBox
              state={line.side !== null ? 'on' : item.proposal.state === 'open' ? 'off' : 'cannot'}
              label={`${word} ${line.asset} for ${nameOf(item.proposal)}`}
              action="tick"
            />{' '}
            <span className={line.side === null ? 'lo' : 'hi'}>
              {word} {line.asset}
            </span>
          </span>
        )
      },
    },
    {
      id: 'tier',
      head: '',
      label: 'Tier',
      width: '38px',
      cell: ofProposal((proposal) => <TierBadge tier={context.bookOf(proposal.bookId)?.tier ?? 'standard'} />),
    },
    {
      id: 'trades',
      head: 'Trades',
      label: 'Trades',
      width: '40px',
      align: 'right',
      sortable: true,
      className: 'lo',
      cell: ofProposal((proposal) => tradedLines(proposal).length),
    },
    {
      id: 'buy',
      head: 'Buy, $',
      label: 'Buys in dollars',
      width: '58px',
      align: 'right',
      sortable: true,
      cell: ofProposal(
        (proposal) => formatNumber(proposal.buyUsd),
        (line) => (line.side === 'buy' ? formatNumber(line.notionalUsd) : null),
      ),
    },
    {
      id: 'sell',
      head: 'Sell, $',
      label: 'Sells in dollars',
      width: '58px',
      align: 'right',
      sortable: true,
      cell: ofProposal(
        (proposal) => formatNumber(proposal.sellUsd),
        (line) => (line.side === 'sell' ? formatNumber(line.notionalUsd) : null),
      ),
    },
    {
      id: 'worst',
      head: 'Worst',
      label: 'Worst asset',
      width: '40px',
      dropsBelow: NARROW,
      cell: ofProposal((proposal) => assetName(proposal.worstBefore.asset)),
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
      cell: ofProposal(
        (proposal) => {
          const line = worstLine(proposal)
          return <BandBar position={proposal.worstBefore.position} after={line && positionAfter(line)} />
        },
        (line) => (
          <BandBar position={positionBefore(line)} after={line.side === null ? undefined : positionAfter(line)} />
        ),
      ),
    },
    {
      id: 'position',
      head: '× band',
      label: 'Half-widths before and after',
      width: '96px',
      align: 'right',
      sortable: true,
      cell: ofProposal(
        (proposal) => (
          <>
            <span className="lo">{formatNumber(Math.abs(proposal.worstBefore.position), 2)} → </span>
            <b className="hi strong">{formatNumber(Math.abs(proposal.worstAfter.position), 2)}</b>
          </>
        ),
        (line) =>
          line.side === null
            ? `${formatPercent(line.before)} %`
            : `${formatPercent(line.before)} → ${formatPercent(line.after)} %`,
      ),
    },
    {
      id: 'trackingError',
      head: 'TE, bps',
      label: 'Tracking error in basis points before and after',
      width: '70px',
      align: 'right',
      sortable: true,
      dropsBelow: NARROW,
      cell: ofProposal((proposal) => (
        <>
          <span className="lo">{formatNumber(proposal.trackingErrorBefore * 1e4)} → </span>
          {formatNumber(proposal.trackingErrorAfter * 1e4)}
        </>
      )),
    },
    {
      id: 'cost',
      head: 'Cost, $',
      label: 'Cost in dollars',
      width: '52px',
      align: 'right',
      sortable: true,
      className: (item) => (item.kind === 'proposal' ? 'hi' : ''),
      cell: ofProposal(
        (proposal) => formatNumber(proposal.cost.totalUsd, 2),
        (line) => (line.side === null ? null : formatNumber(line.cost.totalUsd, 2)),
      ),
    },
    {
      id: 'against',
      head: 'Cost against naive',
      label: 'Cost against naive',
      width: '104px',
      // A warning, and why a line is not traded, take the room of the cost columns.
      span: (item) => (remarkOf(item) === null && !isUntraded(item) ? 1 : 3),
      cell: (item) => {
        const remark = remarkOf(item)
        if (isUntraded(item)) return <span title={item.line.why}>{whyOfLine(item.line)}</span>
        if (remark !== null)
          return (
            <span className="hi" title={remark}>
              {remark}
            </span>
          )
        return ofProposal(
          ({ cost, naiveCost }) => (
            <CostBar
              fee={cost.feeUsd}
              spread={cost.spreadUsd}
              impact={cost.impactUsd}
              naive={naiveCost.totalUsd}
              pixelsPerUsd={pixelsPerUsd}
            />
          ),
          (line) =>
            line.side === null ? null : (
              <CostBar
                fee={line.cost.feeUsd}
                spread={line.cost.spreadUsd}
                impact={line.cost.impactUsd}
                pixelsPerUsd={pixelsPerUsd}
              />
            ),
        )(item)
      },
    },
    {
      id: 'saved',
      head: 'Saved',
      label: 'Saved against naive',
      width: '44px',
      align: 'right',
      sortable: true,
      cell: ofProposal((proposal) => {
        const saved = savedShare(proposal.cost.totalUsd, proposal.naiveCost.totalUsd)
        return saved === null ? NONE : `${formatNumber(saved * 100)} %`
      }),
    },
    {
      id: 'why',
      head: 'Why',
      label: 'Why',
      width: 'minmax(172px,1.05fr)',
      className: (item) => (item.kind === 'proposal' ? 'lo' : ''),
      cell: ofProposal(
        (proposal) =>
          context.computing.has(proposal.bookId) ? (
            'Computing again'
          ) : (
            <span title={wholeWhyOf(proposal)}>{whyOf(proposal)}</span>
          ),
        (line) => <span title={line.why}>{whyOfLine(line)}</span>,
      ),
    },
  ]
}

const isUntraded = (item: ProposalItem): item is Extract<ProposalItem, { kind: 'line' }> =>
  item.kind === 'line' && item.line.side === null

function remarkOf(item: ProposalItem): string | null {
  if (item.kind !== 'proposal' || item.proposal.remarks.length === 0) return null
  // why it was made does not go under because there is a warning
  return [...item.proposal.remarks.map(upperFirst), whyOf(item.proposal)].join(' · ')
}

const GROUP_TEXT: Readonly<
  Record<GroupKind, { readonly glyph: GlyphName; readonly title: string; readonly says: string }>
> = {
  blocked: { glyph: 'critical', title: 'Blocked', says: 'Cannot be approved until the cause is gone' },
  warning: { glyph: 'warning', title: 'With warnings', says: 'Each needs a look and a tick of its own' },
  clean: { glyph: 'done', title: 'Clean', says: 'Inside every limit, on fresh prices' },
  held: { glyph: 'paused', title: 'Held', says: 'Stay here until you let them go' },
}

/** The head of a group: its tick stands for all of it only where all of it may be ticked at once. */
export function GroupHead({
  item,
  ticks,
}: {
  readonly item: Extract<ProposalItem, { kind: 'group' }>
  readonly ticks: Ticks
}) {
  const text = ensureDefined(GROUP_TEXT[item.group], item.group)
  const ticked = item.proposals.filter((proposal) => isTicked(proposal, ticks)).length
  const cannot = item.group === 'blocked' || item.group === 'held'
  const state = cannot ? 'cannot' : ticked === 0 ? 'off' : ticked === item.proposals.length ? 'on' : 'mixed'
  return (
    <>
      <CheckBox state={state} label={`All ${text.title.toLowerCase()}`} action="tick" />
      <span className="row">
        <Glyph name={text.glyph} />
        <b>
          {text.title} {formatNumber(item.proposals.length)}
        </b>
      </span>
      <span className="lo">{text.says}</span>
      <span className="grow" />
      {!cannot && (
        <span>
          {ticked === item.proposals.length ? 'all ticked' : ticked === 0 ? 'none ticked' : `${ticked} ticked`}
        </span>
      )}
    </>
  )
}

export function RestHead({ item }: { readonly item: Extract<ProposalItem, { kind: 'rest' }> }) {
  return (
    <button type="button" tabIndex={-1} className="resttoggle" data-action="open">
      {item.shown ? '▾' : '▸'} {item.count} {item.count === 1 ? 'line' : 'lines'} not traded
      {item.shown ? '' : ': show why'}
    </button>
  )
}
