import { useEffect, useRef, useState } from 'react'
import type { Alert } from '../../core/contracts/monitor-view.ts'
import { formatTime, formatUntil } from '../ui/format.ts'
import { Glyph, type GlyphName } from '../ui/glyph.tsx'

const GLYPHS: Readonly<Record<Alert['severity'], GlyphName>> = {
  critical: 'critical',
  warning: 'warning',
  notice: 'notice',
}
const NAMES: Readonly<Record<Alert['severity'], string>> = {
  critical: 'critical',
  warning: 'warnings',
  notice: 'notices',
}
const SEVERITIES = ['critical', 'warning', 'notice'] as const

/** Counts by severity; the list, worst first and newest first, on a click. */
export function AlertList({ alerts, now }: { readonly alerts: readonly Alert[]; readonly now: number }) {
  const [open, setOpen] = useState(false)
  const host = useRef<HTMLSpanElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    const outside = (event: PointerEvent): void => {
      if (!host.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open])
  const sorted = [...alerts].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.at - a.at,
  )
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: alerts.filter((alert) => alert.severity === severity).length,
  }))
  const says = counts.map(({ severity, count }) => `${count} ${NAMES[severity]}`).join(', ')
  return (
    <span
      ref={host}
      className="menuhost"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return
        event.preventDefault()
        setOpen(false)
        button.current?.focus()
      }}
    >
      <button
        ref={button}
        type="button"
        className="chip alerts"
        title={says}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {counts.map(({ severity, count }) => (
          <span key={severity}>
            <Glyph name={GLYPHS[severity]} />
            {severity === 'notice' ? count : <b>{count}</b>}
            <span className="unseen">{NAMES[severity]}</span>
          </span>
        ))}
        <span className="lo">alerts</span>
      </button>
      {open && (
        <section className="menu alertlist" aria-label="Alerts" tabIndex={0}>
          {sorted.length === 0 ? (
            <p>No alerts. Venues answer, prices are fresh, every book can be checked.</p>
          ) : (
            <ul>
              {sorted.map((alert) => (
                <li key={alert.id}>
                  <Glyph name={GLYPHS[alert.severity]} />
                  <span>
                    <span className="unseen">{alert.severity}: </span>
                    {alert.text}
                  </span>
                  <time className="lo" dateTime={new Date(alert.at).toISOString()} title={formatTime(alert.at)}>
                    {formatUntil(alert.at, now)}
                  </time>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
    </span>
  )
}
