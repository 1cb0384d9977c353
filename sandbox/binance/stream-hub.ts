import type { FaultRegistry } from '../faults/registry.ts'
import type { ClientSocket } from '../wire/client-socket.ts'

/** Who listens to which stream; combined connections get their events wrapped with the stream's name. */
export class StreamHub {
  readonly #listeners = new Map<string, Set<ClientSocket>>()
  readonly #combined = new WeakSet<ClientSocket>()
  readonly #faults: FaultRegistry

  constructor(faults: FaultRegistry) {
    this.#faults = faults
  }

  setCombined(socket: ClientSocket, combined: boolean): void {
    if (combined) this.#combined.add(socket)
    else this.#combined.delete(socket)
  }

  isCombined(socket: ClientSocket): boolean {
    return this.#combined.has(socket)
  }

  subscribe(socket: ClientSocket, stream: string): void {
    socket.subscriptions.add(stream)
    const listeners = this.#listeners.get(stream)
    if (listeners) listeners.add(socket)
    else this.#listeners.set(stream, new Set([socket]))
  }

  unsubscribe(socket: ClientSocket, stream: string): void {
    socket.subscriptions.delete(stream)
    const listeners = this.#listeners.get(stream)
    listeners?.delete(socket)
    if (listeners?.size === 0) this.#listeners.delete(stream)
  }

  leave(socket: ClientSocket): void {
    for (const stream of socket.subscriptions) this.unsubscribe(socket, stream)
  }

  isHeard(stream: string): boolean {
    return this.#listeners.has(stream)
  }

  /** Sends an event to all listeners of a stream, unless a fault decides otherwise. */
  publish(stream: string, event: unknown): void {
    const listeners = this.#listeners.get(stream)
    if (!listeners) return
    const fate = this.#faults.frame(`WS ${stream}`)
    if (fate === 'lose') return
    const text = fate === 'kill' ? '' : JSON.stringify(event)
    for (const socket of listeners) {
      if (fate === 'kill') socket.terminate()
      else this.#deliver(socket, stream, text)
    }
  }

  /** Sends an event to one listener: what a new subscription starts with. */
  greet(socket: ClientSocket, stream: string, event: unknown): void {
    this.#deliver(socket, stream, JSON.stringify(event))
  }

  #deliver(socket: ClientSocket, stream: string, text: string): void {
    socket.send(this.#combined.has(socket) ? `{"stream":"${stream}","data":${text}}` : text)
  }
}
