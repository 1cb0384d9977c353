import { toFloat } from '../../core/amount.ts'
import type { ClientBookId } from '../../core/client-book.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { type AssetId, CASH } from '../../core/instruments.ts'
import type { ParentOrder, Side } from '../../core/order.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { Millis } from '../../core/units.ts'
import type { FlowBeside } from '../proposals/flow-pools.ts'

type Flow = Pick<ParentOrder, 'asset' | 'side' | 'quantity' | 'arrivalPriceUsd'>

const DAY_MS = 86_400_000
/** Plans looked back at when the desk starts. */
const PLANS_OF_A_DAY = 10_000

/**
 * The firm's flow of the day (UTC, on the market's own time): what was approved moves the price that the next trades
 * of the same asset and side meet until the day is over.
 */
export class DayFlow {
  #day = Number.NaN
  readonly #usd = new Map<string, number>()

  /** What plans of the same day released before the desk was started. */
  restore(store: Pick<DeskStore, 'plans' | 'parentsOf'>, now: Millis, marketTime: Millis): void {
    for (const { planId, releasedAt } of store.plans(PLANS_OF_A_DAY)) {
      if (dayOf(releasedAt) !== dayOf(now)) continue
      this.add(
        store.parentsOf(planId).map(({ parent }) => parent),
        marketTime,
      )
    }
  }

  add(parents: readonly Flow[], marketTime: Millis): void {
    this.#turnTo(marketTime)
    for (const { asset, side, quantity, arrivalPriceUsd } of parents)
      add(this.#usd, asset, side, toFloat(quantity) * arrivalPriceUsd)
  }

  /** Beside the books that are planned now. Of the proposals, those that one approval of all that is clean takes. */
  besides(open: readonly Proposal[], planned: ReadonlySet<ClientBookId>, marketTime: Millis): FlowBeside {
    this.#turnTo(marketTime)
    const [proposed, naive] = [new Map<string, number>(), new Map<string, number>()]
    for (const { bookId, lines, state, cleanliness, valueUsd } of open) {
      if (state !== 'open' || cleanliness !== 'clean' || planned.has(bookId)) continue
      for (const { asset, side, notionalUsd, before, target } of lines) {
        if (side !== null) add(proposed, asset, side, notionalUsd)
        if (asset !== CASH) add(naive, asset, before > target ? 'sell' : 'buy', Math.abs(before - target) * valueUsd)
      }
    }
    const today = new Map(this.#usd)
    return {
      proposedUsd: (asset, side) => proposed.get(keyOf(asset, side)) ?? 0,
      naiveUsd: (asset, side) => naive.get(keyOf(asset, side)) ?? 0,
      tradedUsd: (asset, side) => today.get(keyOf(asset, side)) ?? 0,
    }
  }

  #turnTo(marketTime: Millis): void {
    const day = dayOf(marketTime)
    if (day === this.#day) return
    this.#day = day
    this.#usd.clear()
  }
}

const dayOf = (at: Millis): number => Math.floor(at / DAY_MS)
const keyOf = (asset: AssetId, side: Side): string => `${side} ${asset}`
const add = (totals: Map<string, number>, asset: AssetId, side: Side, usd: number): void =>
  void totals.set(keyOf(asset, side), (totals.get(keyOf(asset, side)) ?? 0) + usd)
