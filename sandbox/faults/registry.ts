import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import type { Answer, Reply } from '../wire/http-server.ts'
import { badBook } from './bad-book.ts'
import { bookGap } from './book-gap.ts'
import { delay } from './delay.ts'
import { dropAfter } from './drop-after.ts'
import { dropBefore } from './drop-before.ts'
import type { BookLevels, FaultKind, FaultSettings } from './fault.ts'
import { rateLimit } from './rate-limit.ts'
import { streamKill } from './stream-kill.ts'

const KINDS: readonly FaultKind[] = [dropBefore, dropAfter, delay, rateLimit, streamKill, bookGap, badBook]

interface Fault {
  readonly id: number
  readonly kind: FaultKind
  readonly match: RegExp
  readonly settings: FaultSettings
  remaining: number
}

export interface FaultOrder {
  readonly kind: string
  readonly match: string
  readonly count: number
  readonly settings: FaultSettings
}

/** The faults that one venue has still to commit, each a number of times, oldest first. */
export class FaultRegistry {
  #faults: Fault[] = []
  #nextId = 1

  add(order: FaultOrder): Result<{ id: number; remaining: number }, Failure<'bad-fault'>> {
    const kind = KINDS.find((candidate) => candidate.kind === order.kind)
    if (!kind) return fail('bad-fault', `there is no fault "${order.kind}"`)
    let match: RegExp
    try {
      match = new RegExp(order.match)
    } catch {
      return fail('bad-fault', `match was "${order.match}", which is not a regular expression`)
    }
    const fault = { id: this.#nextId++, kind, match, settings: order.settings, remaining: order.count }
    this.#faults.push(fault)
    return ok({ id: fault.id, remaining: fault.remaining })
  }

  clear(): void {
    this.#faults = []
  }

  remaining(): { id: number; kind: string; remaining: number }[] {
    return this.#faults.map(({ id, kind, remaining }) => ({ id, kind: kind.kind, remaining }))
  }

  /** Runs a request through the first fault that matches it. @param place "POST /api/v3/order", "WS order.place" */
  async around(
    place: string,
    execute: () => Promise<Answer> | Answer,
    rateLimited: (retryAfterSeconds: number) => Reply,
  ): Promise<Answer> {
    const fault = this.#take(place, (kind) => kind.around !== undefined)
    if (!fault) return execute()
    return fault.kind.around!({ execute: async () => execute(), rateLimited, wait }, fault.settings)
  }

  /** What becomes of a frame of a stream ("WS btcusdt@depth@100ms", "WS book BTC/USD"). */
  frame(place: string): 'send' | 'lose' | 'kill' {
    if (this.#faults.length === 0) return 'send'
    const fault = this.#take(place, (kind) => kind.frame !== undefined)
    return fault ? fault.kind.frame!(fault.settings) : 'send'
  }

  book<T extends BookLevels>(place: string, levels: T): T | BookLevels {
    if (this.#faults.length === 0) return levels
    const fault = this.#take(place, (kind) => kind.book !== undefined)
    return fault ? fault.kind.book!(levels, fault.settings) : levels
  }

  #take(place: string, able: (kind: FaultKind) => boolean): Fault | undefined {
    const fault = this.#faults.find((candidate) => able(candidate.kind) && candidate.match.test(place))
    if (!fault) return undefined
    fault.remaining--
    if (fault.remaining === 0) this.#faults = this.#faults.filter((other) => other !== fault)
    return fault
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
