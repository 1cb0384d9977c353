import { DESK_METHODS, type DeskApi, type DeskEvents } from './desk-api.ts'
import type { LinkMessage, Remote, Wire } from './page-link.ts'

/** The page's end of the link. */
export interface DeskLink {
  /**
   * Every method of the desk. A promise rejects with LinkClosed when the link ends first, and with an Error when the
   * desk failed through a bug; whatever a person can cause comes as a `Result`.
   */
  readonly api: Remote<DeskApi>
  /** Subscribe, then ask for the snapshot. Returns how to stop listening. */
  on<K extends keyof DeskEvents>(name: K, listener: (value: DeskEvents[K]) => void): () => void
  /** Called once, or at once when the link has ended already. Returns how to stop listening. */
  onClose(listener: () => void): () => void
}

export class LinkClosed extends Error {
  constructor() {
    super('the link to the desk has closed')
    this.name = 'LinkClosed'
  }
}

interface PendingCall {
  resolve(value: unknown): void
  reject(error: Error): void
}

export function connectDesk(wire: Wire): DeskLink {
  const calls = new Map<number, PendingCall>()
  const listeners = new Map<string, Set<(value: never) => void>>()
  const closeListeners = new Set<() => void>()
  let lastId = 0
  let events = 0
  let closed = false

  wire.onMessage((raw) => {
    const message = raw as LinkMessage
    switch (message.kind) {
      case 'answer':
        take(message.id)?.resolve(message.value)
        break
      case 'broken':
        take(message.id)?.reject(new Error(message.message))
        break
      case 'event':
        try {
          for (const listener of listeners.get(message.name) ?? []) listener(message.value as never)
        } finally {
          events++
          wire.send({ kind: 'received', events } satisfies LinkMessage)
        }
        break
    }
  })
  wire.onClose(() => {
    if (closed) return
    closed = true
    for (const call of calls.values()) call.reject(new LinkClosed())
    calls.clear()
    for (const listener of closeListeners) listener()
  })

  const take = (id: number): PendingCall | undefined => {
    const call = calls.get(id)
    calls.delete(id)
    return call
  }
  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed) throw new LinkClosed()
      const id = ++lastId
      calls.set(id, { resolve, reject })
      try {
        wire.send({ kind: 'call', id, method, args } satisfies LinkMessage)
      } catch (error) {
        calls.delete(id)
        throw error
      }
    })

  return {
    api: Object.freeze(
      Object.fromEntries(DESK_METHODS.map((method) => [method, (...args: unknown[]) => call(method, args)])),
    ) as unknown as Remote<DeskApi>,
    on(name, listener) {
      const ofName = listeners.get(name) ?? new Set()
      listeners.set(name, ofName.add(listener))
      return () => ofName.delete(listener)
    },
    onClose(listener) {
      if (closed) listener()
      else closeListeners.add(listener)
      return () => closeListeners.delete(listener)
    },
  }
}
