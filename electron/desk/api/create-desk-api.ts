import type { DeskApi } from '../../../core/contracts/desk-api.ts'
import { ok } from '../../../core/result.ts'
import type { Desk } from '../desk.ts'
import type { Publisher } from '../publisher.ts'
import { blotterView, PLANS_SHOWN, parentDetail } from '../views/blotter-view.ts'
import { clientBookApi } from './client-book-api.ts'
import { refuse, unread } from './failures.ts'
import { proposalsApi } from './proposals-api.ts'
import { riskApi } from './risk-api.ts'
import { type SimulatedFunding, tradingApi } from './trading-api.ts'

export interface DeskApiOptions {
  readonly advisor: string
  readonly undoMs: number
  readonly funding: SimulatedFunding
}

const LAYOUT = 'layout'
export const VERSION = '0.1.0'

/** The one object behind every page and terminal: reads are views, changes are facts. */
export function createDeskApi(desk: Desk, publisher: Publisher, options: DeskApiOptions): DeskApi {
  const { parts } = desk
  return {
    snapshot: () => ({
      mode: 'simulation',
      firm: parts.firmName,
      advisor: options.advisor,
      assets: publisher.assets,
      models: parts.world.models.map((model) => ({
        id: model.id,
        name: model.name,
        version: model.version,
        books: parts.world.books.filter((book) => book.modelId === model.id).length,
      })),
      books: parts.world.books.map((book) => ({
        bookId: book.id,
        clientId: book.clientId,
        clientName: book.clientName,
        tier: book.tier,
        modelId: book.modelId,
        modelName: parts.world.modelOf(book).name,
        segregated: book.custody.kind === 'segregated',
      })),
      frame: publisher.grid.full(parts.clock.now()),
      summary: publisher.summary(),
      layout: parts.store.setting(LAYOUT) ?? '',
      version: VERSION,
    }),
    saveLayout: (layout) => {
      parts.store.saveSetting(LAYOUT, layout)
      return null
    },
    ...clientBookApi(desk, publisher, options.advisor),
    ...riskApi(desk, publisher, options.advisor),
    ...proposalsApi(desk, publisher, options),
    ...tradingApi(desk, publisher, options),
    blotter: async () => {
      const orders = await parts.records.orders(PLANS_SHOWN)
      return orders.ok ? ok(blotterView(desk, orders.value)) : unread(orders.error)
    },
    parentDetail: async (parentId) => {
      const order = await parts.records.order(parentId)
      if (!order.ok) return unread(order.error)
      return order.value === null
        ? refuse('unknown-order', `there is no parent order ${parentId}`)
        : ok(parentDetail(desk, order.value))
    },
  }
}
