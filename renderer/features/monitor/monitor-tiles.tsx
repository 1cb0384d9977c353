import { BOOK_STATUSES, type BookStatus } from '../../../core/contracts/monitor-view.ts'
import { useDesk, useLayout, useSummary } from '../../state/desk-context.tsx'
import { Tile } from '../../ui/controls.tsx'
import { formatNumber, formatUsdShort } from '../../ui/format.ts'
import { Glyph, type GlyphName } from '../../ui/glyph.tsx'
import { NEED_LABELS, STATUS_LABELS, toggled } from './monitor-filter.ts'

const GLYPHS: Readonly<Record<BookStatus, GlyphName>> = {
  'in-band': 'in',
  'near-edge': 'near',
  'out-of-band': 'out',
  'awaiting-approval': 'approve',
  executing: 'executing',
  'unable-to-check': 'unable',
}

/** Counts that filter. The first group excludes each other and sums to all books; the second cuts across. */
export function MonitorTiles() {
  const { view } = useDesk()
  const { statuses, needs } = useLayout('monitor')
  const { counts, cashNeeds, paused } = useSummary().value
  return (
    <div className="tiles">
      <div className="tilegrp" style={{ flex: 6 }} role="group" aria-label="State of the books">
        {BOOK_STATUSES.map((status) => (
          <Tile
            key={status}
            glyph={<Glyph name={GLYPHS[status]} />}
            label={STATUS_LABELS[status]}
            count={formatNumber(counts[status])}
            pressed={statuses.includes(status)}
            onToggle={() => view.setMonitor({ statuses: toggled(statuses, status) })}
          />
        ))}
      </div>
      <div className="tilegrp" style={{ flex: 2 }} role="group" aria-label="Needs across states">
        <Tile
          glyph={<Glyph name="cash" />}
          label={NEED_LABELS.cash}
          count={formatNumber(cashNeeds.books)}
          extra={cashNeeds.books > 0 ? formatUsdShort(cashNeeds.usd) : undefined}
          pressed={needs.includes('cash')}
          onToggle={() => view.setMonitor({ needs: toggled(needs, 'cash') })}
        />
        <Tile
          glyph={<Glyph name="paused" />}
          label={NEED_LABELS.paused}
          count={formatNumber(paused)}
          pressed={needs.includes('paused')}
          onToggle={() => view.setMonitor({ needs: toggled(needs, 'paused') })}
        />
      </div>
    </div>
  )
}
