import type { Density } from '../../state/layout.ts'
import { freshnessOf } from '../../state/staleness.ts'
import { BandBar } from '../../ui/band-bar.tsx'
import { bandState } from '../../ui/band-bar-geometry.ts'
import { CheckBox, type CheckState, TierBadge } from '../../ui/controls.tsx'
import type { GridColumnOf } from '../../ui/data-grid/columns.ts'
import { Flash } from '../../ui/flash.tsx'
import {
  assetName,
  formatNumber,
  formatPercent,
  formatSignedPercent,
  formatSince,
  MISSING,
  NONE,
} from '../../ui/format.ts'
import { Glyph } from '../../ui/glyph.tsx'
import type { MonitorFacts } from './monitor-filter.ts'
import { nextStep } from './next-action.ts'

/** Below this window width the date of the last rebalance falls away; the design's first step. */
const NARROW = 1361

export interface MonitorColumnContext {
  readonly facts: MonitorFacts
  readonly density: Density
  readonly stale: boolean
  isTicked(row: number): boolean
  readonly allTicked: CheckState
  deskNow(): number
}

/** Items are row numbers: what is drawn is read from the board when the row changes. */
export function monitorColumns(context: MonitorColumnContext): readonly GridColumnOf<number>[] {
  const { facts } = context
  const touch = context.density === 'touch'
  const value = facts.value
  const bookOf = (row: number) => facts.books[row]!
  const unable = (row: number): boolean => Number.isNaN(value(row, 'position'))
  const track = (normal: string, onTouch: string): string => (touch ? onTouch : normal)

  const columns: GridColumnOf<number>[] = [
    {
      id: 'tick',
      head: <CheckBox state={context.allTicked} label="Tick all shown books" action="tick-all" />,
      label: 'Ticked',
      width: '16px',
      cell: (row) => (
        <CheckBox state={context.isTicked(row) ? 'on' : 'off'} label={`Tick ${bookOf(row).clientName}`} action="tick" />
      ),
    },
    {
      id: 'client',
      head: 'Client',
      label: 'Client',
      width: track('minmax(128px,1.4fr)', 'minmax(150px,1.3fr)'),
      sortable: true,
      className: 'hi',
      cell: (row) => bookOf(row).clientName,
    },
    {
      id: 'tier',
      head: '',
      label: 'Tier',
      width: '38px',
      sortable: true,
      cell: (row) => <TierBadge tier={bookOf(row).tier} />,
    },
    {
      id: 'model',
      head: 'Model',
      label: 'Model',
      width: track('66px', '80px'),
      sortable: true,
      className: 'lo',
      cell: (row) => bookOf(row).modelName,
    },
    {
      id: 'valueUsd',
      head: 'Value, $',
      label: 'Value in dollars',
      width: track('76px', '84px'),
      align: 'right',
      sortable: true,
      className: 'hi',
      cell: (row) => formatNumber(value(row, 'valueUsd')),
    },
    {
      id: 'worstAsset',
      head: 'Worst',
      label: 'Worst asset',
      width: track('40px', '46px'),
      sortable: true,
      className: (row) => (unable(row) ? 'lo' : ''),
      cell: (row) => (unable(row) ? MISSING : assetName(facts.assets[value(row, 'worstAsset')] ?? MISSING)),
    },
    {
      id: 'drift',
      head: 'Drift, pp',
      label: 'Drift of the worst asset in weight points',
      width: track('54px', '60px'),
      align: 'right',
      sortable: true,
      className: 'hi',
      cell: (row) => formatSignedPercent(value(row, 'drift')),
    },
    {
      id: 'band',
      head: 'Low, target, high',
      label: 'Band of the worst asset',
      width: 'var(--bb-w)',
      align: 'middle',
      className: 'bbc',
      cell: (row) => <BandBar position={value(row, 'position')} />,
    },
    {
      id: 'position',
      head: '× band',
      label: 'Half-widths from the target',
      width: '52px',
      align: 'right',
      sortable: true,
      className: (row) => {
        const position = value(row, 'position')
        if (Number.isNaN(position)) return 'lo strong'
        const state = bandState(position)
        return state === 'in' ? 'hi strong' : `${state} strong`
      },
      cell: (row) => {
        const position = value(row, 'position')
        return (
          <Flash value={Number.isNaN(position) ? 'unable' : bandState(position)}>
            {position === Number.POSITIVE_INFINITY || position === Number.NEGATIVE_INFINITY
              ? '∞'
              : formatNumber(Math.abs(position), 2)}
          </Flash>
        )
      },
    },
    {
      id: 'linesOut',
      head: 'Lines out',
      label: 'Lines out of band',
      width: '50px',
      align: 'right',
      sortable: true,
      className: 'lo',
      dropsBelow: touch ? Number.POSITIVE_INFINITY : 0,
      cell: (row) => {
        const lines = value(row, 'linesOut')
        return Number.isNaN(lines) ? MISSING : lines === 0 ? NONE : formatNumber(lines)
      },
    },
    {
      id: 'trackingErrorBps',
      head: 'TE, bps',
      label: 'Tracking error in basis points a year',
      width: '46px',
      align: 'right',
      sortable: true,
      cell: (row) => formatNumber(value(row, 'trackingErrorBps')),
    },
    {
      id: 'cashWeight',
      head: 'Cash, %',
      label: 'Cash in per cent',
      width: track('46px', '50px'),
      align: 'right',
      sortable: true,
      cell: (row) => formatPercent(value(row, 'cashWeight')),
    },
    {
      id: 'rebalancedAt',
      head: 'Rebalanced',
      label: 'Time since the last rebalance',
      width: '64px',
      align: 'right',
      sortable: true,
      className: 'lo',
      dropsBelow: touch ? Number.POSITIVE_INFINITY : NARROW,
      cell: (row) => formatSince(value(row, 'rebalancedAt'), context.deskNow()),
    },
    {
      id: 'nextAction',
      head: 'Next action',
      label: 'Next action',
      width: track('minmax(152px,1.2fr)', 'minmax(172px,1.1fr)'),
      sortable: true,
      className: (row) => (nextStep(facts, row, context.deskNow(), context.stale).go ? 'act go' : 'act'),
      cell: (row) => {
        const step = nextStep(facts, row, context.deskNow(), context.stale)
        return (
          <>
            <Glyph name={step.glyph} />
            <Flash value={step.glyph}>{step.text}</Flash>
          </>
        )
      },
    },
    {
      id: 'ageSeconds',
      head: 'Age, s',
      label: 'Age of the oldest price in seconds',
      width: '38px',
      align: 'right',
      sortable: true,
      className: (row) => ({ fresh: 'lo', amber: 'near', red: 'crit' })[freshnessOf(value(row, 'ageSeconds') * 1000)],
      cell: (row) => formatNumber(value(row, 'ageSeconds'), 1),
    },
  ]
  return columns
}

/** The columns a person may hide: all but those a row cannot be understood without. */
export const HIDEABLE_COLUMNS = [
  { id: 'tier', label: 'Tier' },
  { id: 'model', label: 'Model' },
  { id: 'worstAsset', label: 'Worst asset' },
  { id: 'drift', label: 'Drift' },
  { id: 'band', label: 'Band' },
  { id: 'linesOut', label: 'Lines out' },
  { id: 'trackingErrorBps', label: 'Tracking error' },
  { id: 'cashWeight', label: 'Cash' },
  { id: 'rebalancedAt', label: 'Rebalanced' },
  { id: 'ageSeconds', label: 'Age' },
] as const

/** What CSV writes for a row: the figures whole, not as rounded on screen. */
export const CSV_HEAD = [
  'client',
  'client_id',
  'tier',
  'model',
  'value_usd',
  'status',
  'next_action',
  'worst_asset',
  'drift_pp',
  'half_widths',
  'lines_out',
  'tracking_error_bps',
  'cash_percent',
  'age_seconds',
] as const

export function csvRow(facts: MonitorFacts, row: number, now: number, status: string): (string | number)[] {
  const book = facts.books[row]!
  const cell = facts.value
  return [
    book.clientName,
    book.clientId,
    book.tier,
    book.modelName,
    cell(row, 'valueUsd'),
    status,
    nextStep(facts, row, now, false).text,
    facts.assets[cell(row, 'worstAsset')] ?? '',
    cell(row, 'drift') * 100,
    cell(row, 'position'),
    cell(row, 'linesOut'),
    cell(row, 'trackingErrorBps'),
    cell(row, 'cashWeight') * 100,
    cell(row, 'ageSeconds'),
  ]
}
