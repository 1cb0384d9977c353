import type { AccountIdentity } from './accounts.ts'
import type { ExchangeListener, OrderEvent, PublicTrade, Transfer } from './changes.ts'
import type { Order, Trade } from './order.ts'

/** Gathers what one command changes, so that it is written down as a whole first and told afterwards. */
export class ChangeLog {
  readonly #listener: ExchangeListener
  #accounts: AccountIdentity[] = []
  #transfers: Transfer[] = []
  #orders = new Set<Order>()
  #trades: Trade[] = []
  #events: (() => void)[] = []

  constructor(listener: ExchangeListener) {
    this.#listener = listener
  }

  account(identity: AccountIdentity): void {
    this.#accounts.push(identity)
  }

  transfer(transfer: Transfer): void {
    this.#transfers.push(transfer)
  }

  trade(trade: Trade): void {
    this.#trades.push(trade)
  }

  order(order: Order, event: OrderEvent, trade?: Trade): void {
    this.#orders.add(order)
    // The event tells the order as it was at this moment, not as the command left it.
    const moment = { ...order }
    this.#events.push(() => this.#listener.orderChanged(moment, event, trade))
  }

  balances(account: string, assets: readonly string[]): void {
    this.#events.push(() => this.#listener.balancesChanged(account, assets))
  }

  print(trade: PublicTrade): void {
    this.#events.push(() => this.#listener.publicTrade(trade))
  }

  commit(): void {
    if (this.#accounts.length + this.#transfers.length + this.#orders.size + this.#trades.length > 0) {
      this.#listener.committed({
        accounts: this.#accounts,
        transfers: this.#transfers,
        orders: [...this.#orders],
        trades: this.#trades,
      })
      this.#accounts = []
      this.#transfers = []
      this.#orders = new Set()
      this.#trades = []
    }
    const events = this.#events
    this.#events = []
    for (const event of events) event()
  }
}
