import type { Exchange } from '../engine/exchange.ts'

/** CancelAllOrdersAfter: unless it is renewed in time, every open order of the account is cancelled. */
export class DeadMansSwitches {
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #exchange: Exchange

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  /** @param seconds 0 disarms */
  arm(account: string, seconds: number): void {
    clearTimeout(this.#timers.get(account))
    this.#timers.delete(account)
    if (seconds === 0) return
    const timer = setTimeout(() => this.#fire(account), seconds * 1000)
    timer.unref()
    this.#timers.set(account, timer)
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  #fire(account: string): void {
    this.#timers.delete(account)
    for (const order of this.#exchange.index.live(account)) this.#exchange.cancel(order, 'timer')
  }
}
