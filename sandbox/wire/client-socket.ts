import type { WebSocket } from 'ws'

/** A reader that lets this much pile up is cut off, or it would eat the sandbox's memory. */
const MOST_BUFFERED_BYTES = 32 << 20

/** A connected client: sends text while it can, and forgets quietly when it can't. */
export class ClientSocket {
  readonly subscriptions = new Set<string>()
  readonly #socket: WebSocket
  readonly #log: (message: string) => void

  constructor(socket: WebSocket, log: (message: string) => void) {
    this.#socket = socket
    this.#log = log
  }

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > MOST_BUFFERED_BYTES) return this.terminate()
    this.#socket.send(text, () => {})
  }

  sendJson(value: unknown): void {
    this.send(JSON.stringify(value))
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping()
  }

  /** Without a closing handshake, as a network failure would. */
  terminate(): void {
    this.#socket.terminate()
  }

  /** A handler that fails costs this client its connection, and nobody else anything. */
  onText(handler: (text: string) => void): void {
    this.#socket.on('message', (data, isBinary) => {
      if (isBinary) return
      try {
        handler(data.toString())
      } catch (error) {
        this.failed(error)
      }
    })
  }

  /** Something broke while serving this client: it is logged, and the client is cut off. */
  failed(error: unknown): void {
    this.#log(`socket: ${error instanceof Error ? error.stack : String(error)}`)
    this.terminate()
  }

  onClose(handler: () => void): void {
    this.#socket.on('close', handler)
  }
}
