import type { ReactNode } from 'react'
import { Glyph } from './glyph.tsx'

/** Cause, consequence, remedy as buttons. */
export function NoteBar({
  tone,
  cause,
  children,
  actions,
}: {
  readonly tone: 'near' | 'crit'
  readonly cause: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <div className={`note ${tone}`} role={tone === 'crit' ? 'alert' : 'status'}>
      <Glyph name={tone === 'crit' ? 'critical' : 'warning'} />
      <b>{cause}</b>
      <span className="ellipsis">{children}</span>
      <span className="grow" />
      {actions}
    </div>
  )
}

/** What was asked, why nothing, the nearest way out. */
export function Empty({
  title,
  children,
  actions,
}: {
  readonly title: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <div className="empty">
      <h1>{title}</h1>
      {children && <p>{children}</p>}
      {actions && <div className="row">{actions}</div>}
    </div>
  )
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <div className="empty" role="status" aria-live="polite">
      <p>{what}</p>
      <div className="progress">
        <i className="open" />
      </div>
    </div>
  )
}
