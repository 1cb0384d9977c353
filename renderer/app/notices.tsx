import { useEffect } from 'react'
import { useDesk, useView } from '../state/desk-context.tsx'
import type { Notice } from '../state/view-store.ts'
import { Button } from '../ui/controls.tsx'
import { Glyph } from '../ui/glyph.tsx'

const SHOWN_MS = 8_000

/** What came of an action; failures stay until they are dismissed. */
export function Notices() {
  const notices = useView((state) => state.notices)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {notices.map((notice) => (
        <NoticeBox key={notice.id} notice={notice} />
      ))}
    </div>
  )
}

function NoticeBox({ notice }: { readonly notice: Notice }) {
  const { view } = useDesk()
  useEffect(() => {
    if (notice.tone === 'crit') return
    const timer = setTimeout(() => view.dismiss(notice.id), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [notice, view])
  return (
    <div className={notice.tone === 'crit' ? 'toast crit' : 'toast'}>
      <Glyph name={notice.tone === 'crit' ? 'critical' : 'done'} />
      <span className="grow">{notice.text}</span>
      <Button kind="quiet" onClick={() => view.dismiss(notice.id)}>
        Dismiss
      </Button>
    </div>
  )
}
