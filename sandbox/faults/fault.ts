import type { Answer, Reply } from '../wire/http-server.ts'

/** A fault as it was asked for (core/contracts/sandbox-control, faultRequest). */
export interface FaultSettings {
  readonly ms: number
  readonly when: 'before' | 'after'
  readonly damage: 'nan' | 'crossed' | 'empty' | 'zero'
  readonly retryAfterSeconds: number
}

/** A request on its way: what the fault may do with it. */
export interface FaultedCall {
  /** Lets the engine have it and gives the true answer. */
  execute(): Promise<Answer>
  /** The venue's own words for too many requests. */
  rateLimited(retryAfterSeconds: number): Reply
  wait(ms: number): Promise<void>
}

/** Levels as they go on the wire: decimal text, quantity "0" for a level that is gone. */
export interface BookLevels {
  readonly bids: readonly (readonly [price: string, quantity: string])[]
  readonly asks: readonly (readonly [price: string, quantity: string])[]
}

/** One kind of fault, one file. It acts around requests, on frames of a stream, on book content, or several of them. */
export interface FaultKind {
  readonly kind: string
  around?(call: FaultedCall, settings: FaultSettings): Promise<Answer>
  /** What becomes of a frame that is about to be sent: 'lose' it, or 'kill' the socket instead. */
  frame?(settings: FaultSettings): 'lose' | 'kill'
  book?(levels: BookLevels, settings: FaultSettings): BookLevels
}
