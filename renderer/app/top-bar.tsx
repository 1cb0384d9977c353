import type { RegimeView } from '../../core/contracts/monitor-view.ts'
import { useDesk, useDeskNow, useSnapshot, useSummary } from '../state/desk-context.tsx'
import { formatDate, formatDay, formatMinute, formatNumber, isSameYear } from '../ui/format.ts'
import { Glyph } from '../ui/glyph.tsx'
import { AlertList } from './alert-list.tsx'
import { isMac, keysLabel } from './shortcuts.ts'

const REGIME_STEPS: readonly RegimeView['class'][] = ['calm', 'normal', 'stressed', 'crisis']

export function TopBar() {
  const { view } = useDesk()
  const { firm } = useSnapshot()
  const { value: summary } = useSummary()
  const now = useDeskNow()
  const mac = isMac()
  return (
    <header className="top">
      <button type="button" className="search" aria-haspopup="dialog" onClick={() => view.open('palette')}>
        <Glyph name="search" />
        <span className="ellipsis">Client, asset, order or command</span>
        <kbd>{keysLabel('Ctrl+K', mac)}</kbd>
      </button>
      <span className="lo xwide ellipsis">{firm}</span>
      <span className="grow" />
      <RegimeChip regime={summary.regime} now={now} />
      <AlertList alerts={summary.alerts} now={now} />
      {summary.trading === 'active' ? (
        <button type="button" className="kill" aria-haspopup="dialog" onClick={() => view.open('stop')}>
          Stop trading <kbd>{keysLabel('Ctrl+Shift+X', mac)}</kbd>
        </button>
      ) : (
        <button type="button" className="kill stopped" aria-haspopup="dialog" onClick={() => view.open('stop')}>
          {summary.trading === 'halted' ? 'Trading stopped' : 'Reduce only'} <kbd>{keysLabel('Ctrl+Shift+X', mac)}</kbd>
        </button>
      )}
    </header>
  )
}

function RegimeChip({ regime, now }: { readonly regime: RegimeView; readonly now: number }) {
  const step = REGIME_STEPS.indexOf(regime.class)
  const { since } = regime
  // the minute says nothing about another year; a simulated market may be in one
  const began = isSameYear(since, now)
    ? `${formatDate(since) === formatDate(now) ? '' : `${formatDay(since)} `}${formatMinute(since)}`
    : formatDay(since, now)
  return (
    <span className="chip" title={`The market is ${regime.explanation}`}>
      <span className="ladder" aria-hidden="true">
        {REGIME_STEPS.map((name, index) => (
          <i key={name} className={index <= step ? 'on' : ''} />
        ))}
      </span>
      Regime <b>{regime.class}</b>
      <span className="lo">
        {regime.prior ? 'prior' : `since ${began}`}, bands × {formatNumber(regime.multiplier, 2)}
      </span>
    </span>
  )
}
