import { createContext, use, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { ensureDefined } from '../../core/assert.ts'
import type { Clock } from '../../core/clock.ts'
import type { DeskApi } from '../../core/contracts/desk-api.ts'
import type { DeskSnapshot, DeskSummary } from '../../core/contracts/monitor-view.ts'
import type { Remote } from '../../core/contracts/page-link.ts'
import { err, type Failure, type Result } from '../../core/result.ts'
import type { DeskSession, DeskState, Received } from './desk-session.ts'
import type { GridBoard } from './grid-board.ts'
import type { Layout } from './layout.ts'
import { type Staleness, stalenessOf } from './staleness.ts'
import type { ViewState, ViewStore } from './view-store.ts'

export interface Desk {
  readonly session: DeskSession
  readonly view: ViewStore
  readonly clock: Clock
}

const DeskContext = createContext<Desk | null>(null)
export const DeskProvider = DeskContext.Provider

export const useDesk = (): Desk => ensureDefined(use(DeskContext), 'the desk of this page')
export const useDeskState = <T,>(select: (state: DeskState) => T): T => useStore(useDesk().session.store, select)
export const useView = <T,>(select: (state: ViewState) => T): T => useStore(useDesk().view.store, select)
export const useLayout = <K extends keyof Layout>(field: K): Layout[K] => useView((state) => state.layout[field])

/** The screens are shown only once a snapshot is there; these say so to the compiler. */
export const useSnapshot = (): DeskSnapshot =>
  ensureDefined(
    useDeskState((state) => state.snapshot),
    'the snapshot',
  )
export const useBoard = (): GridBoard =>
  ensureDefined(
    useDeskState((state) => state.board),
    'the board',
  )
export const useSummary = (): Received<DeskSummary> =>
  ensureDefined(
    useDeskState((state) => state.summary),
    'the summary',
  )

/** Re-renders when a row of the board changed. */
export const useRowVersion = (board: GridBoard, row: number): number =>
  useSyncExternalStore(
    (listener) => board.subscribe(row, listener),
    () => board.version(row),
  )

/** Page time, moving every `period` milliseconds. */
export function useNow(period = 1000): number {
  const { clock } = useDesk()
  const [now, setNow] = useState(() => clock.now() as number)
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), period)
    return () => clearInterval(timer)
  }, [clock, period])
  return now
}

/** The desk's own time now: its last word plus the time since. Counting down against it survives a wrong page clock. */
export function useDeskNow(period = 1000): number {
  const now = useNow(period)
  const summary = useSummary()
  return summary.value.at + Math.max(0, now - summary.receivedAt)
}

export function useStaleness(): Staleness {
  const now = useNow()
  const summary = useDeskState((state) => state.summary)
  const link = useDeskState((state) => state.link)
  const heardAt = useDeskState((state) => (state.link === 'open' ? 0 : state.heardAt))
  const { session } = useDesk()
  return useMemo(() => {
    const silence = Math.max(0, now - (link === 'open' ? session.store.getState().heardAt : heardAt))
    return stalenessOf(summary?.value.venues ?? [], silence)
  }, [now, summary, link, heardAt, session])
}

/**
 * Asks the desk for something a person wants done. A failure is shown to the person in its own words; the answer only
 * says whether it came through.
 */
export type Ask = <T>(question: (api: Remote<DeskApi>) => Promise<Result<T, Failure>>) => Promise<Result<T, 'told'>>

export function useAsk(): Ask {
  const { session, view } = useDesk()
  return useCallback(
    async (question) => {
      const { api } = session
      if (!api) {
        view.notify('The desk does not answer. Nothing was changed; try again when the link is back.', 'crit')
        return err('told')
      }
      try {
        const result = await question(api)
        if (result.ok) return result
        view.notify(asSentence(result.error.message), 'crit')
      } catch (error) {
        view.notify(`The desk could not do this: ${error instanceof Error ? error.message : String(error)}.`, 'crit')
      }
      return err('told')
    },
    [session, view],
  )
}

export function asSentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?…]$/.test(text) ? text : `${text}.`
}
