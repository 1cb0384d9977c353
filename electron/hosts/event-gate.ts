import type { ChangedTopic, DeskEvents } from '../../core/contracts/desk-api.ts'
import type { GridFrame } from '../../core/contracts/monitor-view.ts'

/** Events sent and not yet dealt with by the page. At 10 frames a second this is over half a second of delay. */
export const EVENTS_UNDER_WAY = 8

/** Keeps a slow page from being flooded: what it has no room for is merged, and sent as one when it has caught up. */
export interface EventGate {
  push<K extends keyof DeskEvents>(name: K, value: DeskEvents[K]): void
  /** The page's own count of the events it has dealt with. */
  received(events: number): void
}

/**
 * `wholeFrame` is asked for every row of the grid when frames were skipped: only changed rows are in a frame, so a
 * skipped one would leave its rows wrong for as long as they do not change again.
 */
export function createEventGate(
  send: <K extends keyof DeskEvents>(name: K, value: DeskEvents[K]) => void,
  wholeFrame: () => GridFrame,
): EventGate {
  let sent = 0
  let received = 0
  let reset: DeskEvents['reset'] | null = null
  let summary: DeskEvents['summary'] | null = null
  let frameMissed = false
  const topics = new Set<ChangedTopic>()

  const isOpen = (): boolean => sent - received < EVENTS_UNDER_WAY
  const emit = <K extends keyof DeskEvents>(name: K, value: DeskEvents[K]): void => {
    sent++
    send(name, value)
  }
  const keep = <K extends keyof DeskEvents>(name: K, value: DeskEvents[K]): void => {
    switch (name) {
      case 'frame':
        frameMissed = true
        break
      case 'summary':
        summary = value as DeskEvents['summary']
        break
      case 'changed':
        for (const topic of (value as DeskEvents['changed']).topics) topics.add(topic)
        break
      case 'reset':
        reset = value as DeskEvents['reset']
        break
    }
  }
  const flush = (): void => {
    if (reset !== null && isOpen()) {
      const value = reset
      reset = null
      emit('reset', value)
    }
    if (frameMissed && isOpen()) {
      frameMissed = false
      emit('frame', wholeFrame())
    }
    if (topics.size > 0 && isOpen()) {
      const value = { topics: [...topics] }
      topics.clear()
      emit('changed', value)
    }
    if (summary !== null && isOpen()) {
      const value = summary
      summary = null
      emit('summary', value)
    }
  }

  return {
    push(name, value) {
      if (isOpen()) emit(name, value)
      else keep(name, value)
    },
    received(events) {
      // A page can't have dealt with more than was sent, nor with less than it said before.
      received = Math.min(sent, Math.max(received, events))
      flush()
    },
  }
}
