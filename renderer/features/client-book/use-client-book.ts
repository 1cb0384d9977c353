import { useEffect, useState } from 'react'
import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { useBoard, useDesk, useSnapshot } from '../../state/desk-context.tsx'

/** Prices move ten times a second; what a person reads line by line is asked for once. */
const REFRESH_MS = 1_000

/** The open book, asked for again when its row of the Monitor moved or the desk says that books changed. */
export function useClientBook(bookId: string | null): ClientBookView | null {
  const { session } = useDesk()
  const { books } = useSnapshot()
  const board = useBoard()
  const [view, setView] = useState<ClientBookView | null>(null)

  useEffect(() => {
    if (bookId === null) return
    let gone = false
    let asking = false
    let moved = true
    const ask = (): void => {
      if (asking || !moved || !session.api) return
      asking = true
      moved = false
      session.api
        .clientBook(bookId)
        .then((result) => {
          if (!gone) setView(result.ok ? result.value : null)
        })
        // A broken link is told by the session; the book is asked for again when it is back.
        .catch(() => undefined)
        .finally(() => {
          asking = false
        })
    }
    ask()
    const row = books.findIndex((book) => book.bookId === bookId)
    const unsubscribe = board.subscribe(row, () => {
      moved = true
    })
    const unwatch = session.store.subscribe((state, before) => {
      if (state.clientBookChanges === before.clientBookChanges) return
      moved = true
      ask()
    })
    const timer = setInterval(ask, REFRESH_MS)
    return () => {
      gone = true
      unsubscribe()
      unwatch()
      clearInterval(timer)
    }
  }, [bookId, session, books, board])

  return view?.book.id === bookId ? view : null
}
