import type { Transfer } from './changes.ts'
import { isLive, type Order, type Trade } from './order.ts'

/** Everything an account ever did, in order, and the ways to find it. */
export class OrderIndex {
  readonly #orders = new Map<number, Order>()
  readonly #byAccount = new Map<string, Order[]>()
  readonly #live = new Map<string, Map<number, Order>>()
  readonly #byClientId = new Map<string, Order[]>()
  readonly #trades = new Map<string, Trade[]>()
  readonly #history = new Map<string, (Trade | Transfer)[]>()

  add(order: Order): void {
    this.#orders.set(order.id, order)
    grow(this.#byAccount, order.account, order)
    grow(this.#byClientId, `${order.account}|${order.clientOrderId}`, order)
    this.refresh(order)
  }

  /** To be called whenever an order's status changed. */
  refresh(order: Order): void {
    let live = this.#live.get(order.account)
    if (!live) {
      live = new Map()
      this.#live.set(order.account, live)
    }
    if (isLive(order)) live.set(order.id, order)
    else live.delete(order.id)
  }

  addTrade(trade: Trade): void {
    grow(this.#trades, trade.account, trade)
    grow(this.#history, trade.account, trade)
  }

  addTransfer(transfer: Transfer): void {
    grow(this.#history, transfer.account, transfer)
  }

  order(account: string, id: number): Order | undefined {
    const order = this.#orders.get(id)
    return order?.account === account ? order : undefined
  }

  /** The live order with this client id, else the latest that had it. */
  byClientId(account: string, clientOrderId: string): Order | undefined {
    const found = this.#byClientId.get(`${account}|${clientOrderId}`)
    return found?.find(isLive) ?? found?.at(-1)
  }

  live(account: string): Order[] {
    return [...(this.#live.get(account)?.values() ?? [])]
  }

  orders(account: string): readonly Order[] {
    return this.#byAccount.get(account) ?? []
  }

  trades(account: string): readonly Trade[] {
    return this.#trades.get(account) ?? []
  }

  /** Trades and transfers together, in the order in which they happened. */
  history(account: string): readonly (Trade | Transfer)[] {
    return this.#history.get(account) ?? []
  }

  allOrders(): Iterable<Order> {
    return this.#orders.values()
  }
}

function grow<T>(map: Map<string, T[]>, key: string, item: T): void {
  const items = map.get(key)
  if (items) items.push(item)
  else map.set(key, [item])
}
