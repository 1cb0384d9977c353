import { ZERO } from '../../core/amount.ts'
import type { OrderEvent } from '../engine/changes.ts'
import { isLive, type Order, type Trade } from '../engine/order.ts'
import type { FaultRegistry } from '../faults/registry.ts'
import type { Venue, VenueListener } from '../venue.ts'
import type { ClientSocket } from '../wire/client-socket.ts'
import { balanceRows } from './endpoints/account.ts'
import { priceText, quantityText, statusText, text8, typeText } from './wire.ts'

const EXECUTION: Readonly<Record<OrderEvent, string>> = {
  new: 'NEW',
  trade: 'TRADE',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
}

interface Subscription {
  readonly socket: ClientSocket
  readonly id: number
  readonly account: string
}

/** Own orders and balances as they change, to the WebSocket API connections that asked for them. */
export class UserStreams implements VenueListener {
  readonly #venue: Venue
  readonly #faults: FaultRegistry
  #subscriptions: Subscription[] = []
  #nextId = 0

  constructor(venue: Venue, faults: FaultRegistry) {
    this.#venue = venue
    this.#faults = faults
  }

  subscribe(socket: ClientSocket, account: string): number {
    const id = this.#nextId++
    this.#subscriptions.push({ socket, id, account })
    return id
  }

  unsubscribe(socket: ClientSocket, id: number | null): void {
    this.#subscriptions = this.#subscriptions.filter((s) => s.socket !== socket || (id !== null && s.id !== id))
  }

  orderChanged(order: Order, event: OrderEvent, trade?: Trade): void {
    if (this.#isHeard(order.account)) this.#send(order.account, 'executionReport', this.#report(order, event, trade))
  }

  balancesChanged(account: string, assets: readonly string[]): void {
    if (!this.#isHeard(account)) return
    const now = this.#venue.wireTime()
    const rows = balanceRows(this.#venue.exchange.account(account)!, assets)
    this.#send(account, 'outboundAccountPosition', {
      e: 'outboundAccountPosition',
      E: now,
      u: now,
      B: rows.map(({ asset, free, locked }) => ({ a: asset, f: free, l: locked })),
    })
  }

  #isHeard(account: string): boolean {
    return this.#subscriptions.some((subscription) => subscription.account === account)
  }

  #send(account: string, name: string, event: Record<string, unknown>): void {
    const fate = this.#faults.frame(`WS ${name}`)
    if (fate === 'lose') return
    for (const { socket, id, account: owner } of this.#subscriptions) {
      if (owner !== account) continue
      if (fate === 'kill') socket.terminate()
      else socket.sendJson({ subscriptionId: id, event })
    }
  }

  #report(order: Order, event: OrderEvent, trade: Trade | undefined): Record<string, unknown> {
    const { rules } = this.#venue.exchange.books.get(order.market)!
    const cancelled = event === 'cancelled'
    return {
      e: 'executionReport',
      E: this.#venue.wireTime(),
      s: order.market,
      c: cancelled ? `cancel${order.id}` : order.clientOrderId,
      S: order.side.toUpperCase(),
      o: typeText(order),
      f: order.timeInForce.toUpperCase(),
      q: quantityText(rules, order.lots),
      p: priceText(rules, order.ticks),
      P: '0.00000000',
      F: '0.00000000',
      g: -1,
      C: cancelled ? order.clientOrderId : '',
      x: EXECUTION[event],
      X: statusText(order),
      r: 'NONE',
      i: order.id,
      l: quantityText(rules, trade?.lots ?? 0),
      z: quantityText(rules, order.filledLots),
      L: priceText(rules, trade?.ticks ?? null),
      n: text8(trade?.fee ?? ZERO),
      N: trade?.feeAsset ?? null,
      T: order.updatedAt,
      t: trade?.id ?? -1,
      I: order.id * 10,
      w: isLive(order),
      m: trade?.maker ?? false,
      M: false,
      O: order.wireTime,
      Z: text8(order.cost),
      Y: text8(trade?.cost ?? ZERO),
      Q: text8(order.quoteAmount ?? ZERO),
      W: order.wireTime,
      V: 'EXPIRE_MAKER',
    }
  }
}
