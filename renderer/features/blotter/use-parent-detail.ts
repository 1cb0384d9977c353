import { useEffect, useState } from 'react'
import type { ParentDetail } from '../../../core/contracts/blotter-view.ts'
import { useDesk, useDeskState } from '../../state/desk-context.tsx'

/** The chosen order in full; asked for again whenever the blotter was. */
export function useParentDetail(parentId: string | null): ParentDetail | null {
  const { session } = useDesk()
  const blotter = useDeskState((state) => state.blotter)
  const [detail, setDetail] = useState<ParentDetail | null>(null)
  const version = blotter?.receivedAt ?? 0
  useEffect(() => {
    if (parentId === null || version === 0) return
    let gone = false
    session.api
      ?.parentDetail(parentId)
      .then((result) => {
        if (!gone && result.ok) setDetail(result.value)
      })
      // A broken link is told by the session; the blotter that comes back asks again.
      .catch(() => undefined)
    return () => {
      gone = true
    }
  }, [session, parentId, version])
  return detail?.parent.id === parentId ? detail : null
}
