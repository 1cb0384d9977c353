import { useEffect, useState } from 'react'
import type { WeightHistory } from '../../../core/contracts/client-book-view.ts'
import { useDesk, useDeskState } from '../../state/desk-context.tsx'

/** The line moves slowly against its history: asked for again this often. */
const REFRESH_MS = 10_000
/** A desk that has just started is still reading the bars of the past. */
const SHORT_REFRESH_MS = 1_000

export type HistoryAnswer = { readonly history: WeightHistory } | { readonly why: string } | null

/** null while it is on its way. */
export function useWeightHistory(bookId: string, asset: string, days: number): HistoryAnswer {
  const { session } = useDesk()
  const link = useDeskState((state) => state.link)
  const [answer, setAnswer] = useState<{ readonly of: string; readonly is: HistoryAnswer } | null>(null)
  const key = `${bookId} ${asset} ${days}`
  useEffect(() => {
    if (link !== 'open') return
    let timer: ReturnType<typeof setTimeout>
    let gone = false
    const settle = (is: HistoryAnswer, next: number): void => {
      if (gone) return
      setAnswer({ of: key, is })
      timer = setTimeout(ask, next)
    }
    const ask = (): void => {
      session.api?.weightHistory(bookId, asset, days).then(
        (result) => {
          if (!result.ok) settle({ why: result.error.message }, REFRESH_MS)
          else settle({ history: result.value }, result.value.times.length > 1 ? REFRESH_MS : SHORT_REFRESH_MS)
        },
        () => settle({ why: 'the desk did not answer' }, REFRESH_MS),
      )
    }
    ask()
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [session, link, bookId, asset, days, key])
  return answer?.of === key ? answer.is : null
}
