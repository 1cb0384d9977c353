import { useEffect, useState } from 'react'
import type { WeightHistory } from '../../../core/contracts/desk-api.ts'
import { useDesk, useDeskState } from '../../state/desk-context.tsx'

/** The line moves slowly against its history: asked for again this often. */
const REFRESH_MS = 10_000

export type HistoryAnswer = { readonly history: WeightHistory } | { readonly why: string } | null

/** null while it is on its way. */
export function useWeightHistory(bookId: string, asset: string, days: number): HistoryAnswer {
  const { session } = useDesk()
  const link = useDeskState((state) => state.link)
  const [answer, setAnswer] = useState<{ readonly of: string; readonly is: HistoryAnswer } | null>(null)
  const key = `${bookId} ${asset} ${days}`
  useEffect(() => {
    if (link !== 'open') return
    let gone = false
    const ask = (): void => {
      session.api?.weightHistory(bookId, asset, days).then(
        (result) => {
          if (gone) return
          setAnswer({ of: key, is: result.ok ? { history: result.value } : { why: result.error.message } })
        },
        () => {
          if (!gone) setAnswer({ of: key, is: { why: 'the desk did not answer' } })
        },
      )
    }
    ask()
    const timer = setInterval(ask, REFRESH_MS)
    return () => {
      gone = true
      clearInterval(timer)
    }
  }, [session, link, bookId, asset, days, key])
  return answer?.of === key ? answer.is : null
}
