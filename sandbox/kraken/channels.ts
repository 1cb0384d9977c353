import type { ClientSocket } from '../wire/client-socket.ts'

/** A decimal text as a bare JSON number, digits kept ("0.10000000"), for the checksum needs them. */
export const rawNumber = (text: string): string => (/^-?\d+(\.\d+)?$/.test(text) ? text : JSON.stringify(text))

export const isoTime = (time: number): string => new Date(time).toISOString()

/** Who listens to which topic ("book BTC/USD 10", "ticker BTC/USD", "executions ACCOUNT"). */
export class Channels {
  readonly #listeners = new Map<string, Set<ClientSocket>>()

  subscribe(socket: ClientSocket, topic: string): void {
    socket.subscriptions.add(topic)
    const listeners = this.#listeners.get(topic)
    if (listeners) listeners.add(socket)
    else this.#listeners.set(topic, new Set([socket]))
  }

  unsubscribe(socket: ClientSocket, topic: string): void {
    socket.subscriptions.delete(topic)
    const listeners = this.#listeners.get(topic)
    listeners?.delete(socket)
    if (listeners?.size === 0) this.#listeners.delete(topic)
  }

  leave(socket: ClientSocket): void {
    for (const topic of socket.subscriptions) this.unsubscribe(socket, topic)
  }

  listeners(topic: string): ClientSocket[] {
    return [...(this.#listeners.get(topic) ?? [])]
  }

  isHeard(topic: string): boolean {
    return this.#listeners.has(topic)
  }

  topics(): string[] {
    return [...this.#listeners.keys()]
  }
}
