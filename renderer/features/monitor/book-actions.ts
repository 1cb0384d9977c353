import { useAsk, useDesk, useSnapshot } from '../../state/desk-context.tsx'
import { count, formatUsd } from '../../ui/format.ts'

/** What can be done with client books from a row, a menu or the palette. */
export interface BookActions {
  propose(bookIds: readonly string[]): void
  /** 0 ends the pause. */
  pause(bookIds: readonly string[], hours: number): void
}

export const PAUSE_HOURS = [4, 24, 72] as const

export function useBookActions(): BookActions {
  const { view } = useDesk()
  const { books, advisor } = useSnapshot()
  const ask = useAsk()
  const nameOf = (bookId: string): string => books.find((book) => book.bookId === bookId)?.clientName ?? bookId
  return {
    propose(bookIds) {
      void Promise.all(bookIds.map((bookId) => ask((api) => api.proposeFor(bookId)))).then((answers) => {
        const proposals = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
        const [only] = proposals
        if (!only) return
        const trades = only.lines.filter((line) => line.side).length
        view.notify(
          proposals.length === 1
            ? `${nameOf(only.bookId)}: proposal with ${count(trades, 'trade')}, cost ${formatUsd(only.cost.totalUsd)}. Nothing is sent before it is approved.`
            : `${proposals.length} proposals computed. Nothing is sent before they are approved.`,
        )
      })
    },
    pause(bookIds, hours) {
      const why = `asked for by ${advisor}`
      void Promise.all(bookIds.map((bookId) => ask((api) => api.pauseClientBook(bookId, hours, why)))).then(
        (answers) => {
          const done = bookIds.filter((_, index) => answers[index]?.ok)
          if (done.length === 0) return
          const who = done.length === 1 ? nameOf(done[0]!) : count(done.length, 'book')
          view.notify(
            hours === 0
              ? `${who}: pause ended.`
              : `${who}: paused for ${hours} h. Nothing is proposed or executed meanwhile.`,
          )
        },
      )
    },
  }
}
