import { add, toFloat, ZERO } from '../../core/amount.ts'
import type { OrderEvent } from '../engine/changes.ts'
import { priceOfTicks, quantityOfLots } from '../engine/market-rules.ts'
import { isLive, type Order, type OrderStatus, type Trade } from '../engine/order.ts'
import type { VenueListener } from '../venue.ts'
import type { ClientSocket } from '../wire/client-socket.ts'
import { type Channels, isoTime } from './channels.ts'
import type { KrakenContext } from './context.ts'
import { marketOf } from './context.ts'
import { KRAKEN } from './profile.ts'
import { averageTicksPrice } from './wire.ts'

const STATUS: Readonly<Record<OrderStatus, string>> = {
  open: 'new',
  'partially-filled': 'partially_filled',
  filled: 'filled',
  cancelled: 'canceled',
  expired: 'expired',
}

/** Channels executions and balances of WebSocket v2: an account's orders, fills and balances as they change. */
export class AccountChannels implements VenueListener {
  readonly #context: KrakenContext
  readonly #channels: Channels
  #sequence = 0

  constructor(context: KrakenContext, channels: Channels) {
    this.#context = context
    this.#channels = channels
  }

  subscribeExecutions(socket: ClientSocket, account: string, withOrders: boolean, withTrades: boolean): void {
    this.#channels.subscribe(socket, `executions ${account}`)
    const { index } = this.#context.venue.exchange
    const orders = withOrders ? index.live(account).map((order) => this.#execution(order, 'new')) : []
    const trades = withTrades
      ? index
          .trades(account)
          .slice(-50)
          .flatMap((trade) => {
            const order = index.order(account, trade.orderId)
            return order ? [this.#execution(order, 'trade', trade)] : []
          })
      : []
    socket.sendJson({
      channel: 'executions',
      type: 'snapshot',
      data: [...orders, ...trades],
      sequence: ++this.#sequence,
    })
  }

  subscribeBalances(socket: ClientSocket, account: string, withSnapshot: boolean): void {
    this.#channels.subscribe(socket, `balances ${account}`)
    if (!withSnapshot) return
    const held = this.#context.venue.exchange.account(account)!
    const data = [...held.balances].map(([asset, { free, locked }]) => {
      const balance = toFloat(add(free, locked))
      return { asset, asset_class: 'currency', balance, wallets: [{ type: 'spot', id: 'main', balance }] }
    })
    socket.sendJson({ channel: 'balances', type: 'snapshot', data, sequence: ++this.#sequence })
  }

  orderChanged(order: Order, event: OrderEvent, trade?: Trade): void {
    if (!this.#channels.isHeard(`executions ${order.account}`)) return
    const kind = event === 'cancelled' ? 'canceled' : event
    const data = [this.#execution(order, kind, trade)]
    if (event === 'trade' && order.status === 'filled') data.push(this.#execution(order, 'filled'))
    this.#send(order.account, 'executions', data)
  }

  balancesChanged(account: string, assets: readonly string[]): void {
    if (!this.#channels.isHeard(`balances ${account}`)) return
    const held = this.#context.venue.exchange.account(account)!
    const data = assets.map((asset) => {
      const { free, locked } = held.balances.get(asset) ?? { free: ZERO, locked: ZERO }
      return {
        asset,
        asset_class: 'currency',
        balance: toFloat(add(free, locked)),
        type: 'trade',
        subtype: '',
        category: 'trade',
        wallet_type: 'spot',
        wallet_id: 'main',
      }
    })
    this.#send(account, 'balances', data)
  }

  #send(account: string, channel: 'executions' | 'balances', data: unknown[]): void {
    const fate = this.#context.faults.frame(`WS ${channel}`)
    const sequence = ++this.#sequence
    if (fate === 'lose') return
    for (const socket of this.#channels.listeners(`${channel} ${account}`)) {
      if (fate === 'kill') socket.terminate()
      else socket.sendJson({ channel, type: 'update', data, sequence })
    }
  }

  #execution(order: Order, kind: string, trade?: Trade): Record<string, unknown> {
    const market = marketOf(this.#context, order.market)!
    const fill = trade
      ? {
          exec_id: KRAKEN.tradeId(trade),
          trade_id: trade.id,
          last_qty: toFloat(quantityOfLots(market, trade.lots)),
          last_price: toFloat(priceOfTicks(market, trade.ticks)),
          cost: toFloat(trade.cost),
          liquidity_ind: trade.maker ? 'm' : 't',
          fees: [{ asset: trade.feeAsset, qty: toFloat(trade.fee) }],
        }
      : {}
    return {
      order_id: KRAKEN.orderId(order.id),
      ...(order.clientOrderId === '' ? {} : { cl_ord_id: order.clientOrderId }),
      symbol: order.market,
      side: order.side,
      order_type: order.ticks === null ? 'market' : 'limit',
      order_qty: toFloat(quantityOfLots(market, order.lots)),
      ...(order.ticks === null ? {} : { limit_price: toFloat(priceOfTicks(market, order.ticks)) }),
      cum_qty: toFloat(quantityOfLots(market, order.filledLots)),
      cum_cost: toFloat(order.cost),
      avg_price: toFloat(averageTicksPrice(market, order)),
      order_status: STATUS[order.status],
      exec_type: kind,
      time_in_force: order.timeInForce.toUpperCase(),
      post_only: order.type === 'limit-maker',
      ...(isLive(order) || order.reason === '' ? {} : { reason: order.reason }),
      timestamp: isoTime(order.updatedAt),
      ...fill,
    }
  }
}
