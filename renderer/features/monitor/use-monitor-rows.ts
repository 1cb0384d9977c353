import { useEffect, useMemo, useState } from 'react'
import { useBoard, useSnapshot } from '../../state/desk-context.tsx'
import type { MonitorView } from '../../state/layout.ts'
import { type MonitorFacts, matchingRows } from './monitor-filter.ts'
import { orderRows } from './monitor-order.ts'

/** Rows change places at most this often, so that what is being read does not run away. */
const REORDER_MS = 1_000

export function useMonitorFacts(): MonitorFacts {
  const { books, assets } = useSnapshot()
  const board = useBoard()
  return useMemo(() => ({ books, assets, value: (row, column) => board.value(row, column) }), [books, assets, board])
}

/** Row numbers that pass the view's filters, in its order; kept as they are when nothing moved. */
export function useMonitorRows(facts: MonitorFacts, view: MonitorView): readonly number[] {
  const board = useBoard()
  const [tick, setTick] = useState(0)
  useEffect(() => {
    let changed = false
    const unsubscribe = board.subscribeBoard(() => {
      changed = true
    })
    const timer = setInterval(() => {
      if (changed) setTick((n) => n + 1)
      changed = false
    }, REORDER_MS)
    return () => {
      unsubscribe()
      clearInterval(timer)
    }
  }, [board])
  const [kept, setKept] = useState<readonly number[]>([])
  // `tick` stands for the live cells the order is made from.
  // oxlint-disable-next-line react/exhaustive-deps
  const rows = useMemo(() => orderRows(facts, matchingRows(facts, view), view.sort), [facts, view, tick])
  const same = rows.length === kept.length && rows.every((row, index) => row === kept[index])
  useEffect(() => {
    if (!same) setKept(rows)
  }, [same, rows])
  return same ? kept : rows
}
