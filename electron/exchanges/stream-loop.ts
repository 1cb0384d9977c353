import type { BookFeedListener } from './book-feed.ts'
import type { CcxtExchange } from './ccxt-classes.ts'
import type { ExchangeWorld } from './settings.ts'

const FIRST_BACKOFF_MS = 50
const LONGEST_BACKOFF_MS = 1_000

type Watch = (exchange: CcxtExchange, subscribe: () => Promise<unknown>) => Promise<void>

/**
 * Keeps a ccxt subscription alive. No message settles the subscription's promise, because the handlers that would do
 * so are replaced: it stays pending while the socket lives and rejects when it dies.
 */
export class StreamLoop {
  readonly #world: ExchangeWorld
  readonly #listener: BookFeedListener
  readonly #subscribe: (watch: Watch) => Promise<void>
  #exchange: CcxtExchange | undefined
  #stopped = false
  #why: string | null = null
  #ended: Promise<void> = Promise.resolve()
  #wake: () => void = () => undefined

  constructor(world: ExchangeWorld, listener: BookFeedListener, subscribe: (watch: Watch) => Promise<void>) {
    this.#world = world
    this.#listener = listener
    this.#subscribe = subscribe
  }

  start(): void {
    this.#ended = this.#run()
  }

  /** Cuts the socket; the loop dials again at once. */
  reconnect(why: string): void {
    this.#why = why
    this.#cut()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake()
    this.#cut()
    await this.#ended
  }

  async #run(): Promise<void> {
    let backoffMs = FIRST_BACKOFF_MS
    while (!this.#stopped) {
      const startedAt = this.#world.monotonic()
      const why = await this.#untilBroken()
      if (this.#stopped) return
      this.#listener.disconnected(why)
      // A socket that lived for a while has earned an immediate new attempt.
      if (this.#world.monotonic() - startedAt > 5_000) backoffMs = FIRST_BACKOFF_MS
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await Promise.race([this.#world.sleep(backoffMs), woken])
      backoffMs = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2)
    }
  }

  async #untilBroken(): Promise<string> {
    try {
      await this.#subscribe(async (exchange, subscribe) => {
        this.#exchange = exchange
        if (this.#stopped) return
        exchange.handleMessage = this.#readableOnly(exchange)
        await subscribe()
      })
      return 'the subscription ended'
    } catch (error) {
      return this.#why ?? (error instanceof Error ? error.message : String(error))
    } finally {
      this.#why = null
    }
  }

  /** ccxt hands text that is no JSON to its handlers as it is; a lost frame must be known. */
  #readableOnly(exchange: CcxtExchange): CcxtExchange['handleMessage'] {
    const prototype = Object.getPrototypeOf(exchange) as CcxtExchange
    return (client: Parameters<CcxtExchange['handleMessage']>[0], message: string | Record<string, unknown>) => {
      if (typeof message === 'string') {
        this.#listener.unreadable(`a frame that is no JSON: ${message.slice(0, 120)}`)
        return
      }
      prototype.handleMessage.call(exchange, client, message)
    }
  }

  /** Without a closing handshake: a half-open socket would not answer one. */
  #cut(): void {
    for (const client of Object.values(this.#exchange?.clients ?? {})) {
      const socket = client.connection as { terminate?: () => void } | undefined
      if (socket?.terminate) socket.terminate()
      else client.close()
    }
  }
}
