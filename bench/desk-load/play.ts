import type { MarketKey } from '../../core/instruments.ts'
import type { Random } from '../../core/random.ts'
import { CANARY_BOOK } from './firm.ts'
import type { LoadedDesk } from './load-desk.ts'
import { CANARY } from './market.ts'

const CANARY_MARKET: MarketKey = `kraken:${CANARY}/USD`
/** Rest between two crossings of the canary, milliseconds. */
const [SHORTEST_REST, LONGEST_REST] = [20, 100]

/**
 * Moves the market: so many order books a second, one at a time, two basis points each; and beside them the canary,
 * whose price doubles and halves, so that its book leaves its band and comes back whenever it is looked at.
 */
export class Play {
  /** How late each tick came, after the moment it was due: what the main thread was busy with. */
  late: number[] = []
  /** From the canary's tick, written into the order book, to the news of its book in the desk. */
  tickToNews: number[] = []
  /** The same to the end of the planning that the news brought. */
  tickToPlanned: number[] = []
  readonly #random: Random
  readonly #mids: Map<string, number>
  readonly #desk: LoadedDesk
  readonly #markets: readonly MarketKey[]
  #crossedAt: number | null = null
  #breachedAt: number | null = null

  constructor(random: Random, mids: Map<string, number>, desk: LoadedDesk, markets: readonly MarketKey[]) {
    this.#random = random
    this.#mids = mids
    this.#desk = desk
    this.#markets = markets
    desk.onNews((bookIds) => this.#told(bookIds))
    desk.onPlanned((bookIds) => this.#planned(bookIds))
  }

  async run(durationMs: number, ticksPerSecond: number): Promise<void> {
    this.late = []
    this.tickToNews = []
    this.tickToPlanned = []
    const start = performance.now()
    let written = 0
    let crossAt = 0
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const now = performance.now() - start
        // The timer keeps no millisecond; ticks it missed come together, as they do from a socket.
        const due = Math.floor((Math.min(now, durationMs) * ticksPerSecond) / 1000)
        for (; written < due; written++) {
          this.late.push(performance.now() - start - (1000 * written) / ticksPerSecond)
          this.#tick(this.#random.pick(this.#markets))
        }
        if (this.#crossedAt === null && now >= crossAt) {
          this.#cross()
          crossAt = now + this.#random.between(SHORTEST_REST, LONGEST_REST)
        }
        if (now < durationMs) return
        clearInterval(timer)
        resolve()
      }, 1)
    })
  }

  #tick(market: MarketKey): void {
    const base = market.slice(market.indexOf(':') + 1, market.indexOf('/'))
    this.#mids.set(base, this.#mids.get(base)! * (1 + 2e-4 * this.#random.normal()))
    this.#desk.tick(market)
  }

  #cross(): void {
    this.#mids.set(CANARY, this.#mids.get(CANARY) === 1 ? 2 : 1)
    this.#crossedAt = performance.now()
    this.#breachedAt = this.#mids.get(CANARY) === 2 ? this.#crossedAt : null
    this.#desk.tick(CANARY_MARKET)
  }

  #told(bookIds: ReadonlySet<string>): void {
    if (this.#crossedAt === null || !bookIds.has(CANARY_BOOK)) return
    this.tickToNews.push(performance.now() - this.#crossedAt)
    this.#crossedAt = null
  }

  #planned(bookIds: ReadonlySet<string>): void {
    if (this.#breachedAt === null || !bookIds.has(CANARY_BOOK)) return
    this.tickToPlanned.push(performance.now() - this.#breachedAt)
    this.#breachedAt = null
  }
}
