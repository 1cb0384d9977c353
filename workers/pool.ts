import type { Result } from '../core/result.ts'
import { type EngineFailure, type EngineThread, type RemoteEngine, startEngine } from './thread-link/index.ts'

/** Work handed to one thread at a time: a part of the batch in, as many answers out, in the same order. */
export type PartCall<T, I, O, E> = (
  engine: RemoteEngine<T>,
  part: readonly I[],
) => Promise<Result<readonly O[], E | EngineFailure>>

export interface EnginePool<T> {
  readonly size: number
  /**
   * Answers in input order. The same whatever the size of the pool and the machine's speed, as long as the engine's
   * answer to an item depends on that item and on what `prepare` gave it alone. The first failure ends the batch.
   */
  run<I, O, E>(items: readonly I[], call: PartCall<T, I, O, E>): Promise<Result<O[], E | EngineFailure>>
  /** Runs on every thread, and again on a thread that replaces a dead one: what all items share (a risk model). */
  prepare<E>(
    call: (engine: RemoteEngine<T>) => Promise<Result<unknown, E | EngineFailure>>,
  ): Promise<Result<undefined, E | EngineFailure>>
  stop(): Promise<void>
}

/** Each part is a thread's share of what is left, by this: large ones first, and at the end no thread waits long. */
const SHARE_OF_THE_REST = 2

/**
 * `size` threads of one engine. A thread that dies is replaced once per batch and its part redone; if it dies again,
 * or the replacement does, the batch fails with `engine-stopped`.
 */
export function createPool<T>(workersDir: string | URL, name: string, size: number): EnginePool<T> {
  if (!Number.isInteger(size) || size < 1) throw new Error(`a pool has at least 1 thread, not ${size}`)
  const threads: EngineThread<T>[] = Array.from({ length: size }, () => startEngine<T>(workersDir, name))
  let preparation: ((engine: RemoteEngine<T>) => Promise<Result<unknown, unknown>>) | null = null
  let stopped = false

  const alive = async (slot: number): Promise<Result<RemoteEngine<T>, unknown>> => {
    const thread = threads[slot]!
    if (thread.failure() === null || stopped) return { ok: true, value: thread.remote }
    const replacement = startEngine<T>(workersDir, name)
    threads[slot] = replacement
    const prepared = preparation === null ? null : await preparation(replacement.remote)
    return prepared === null || prepared.ok ? { ok: true, value: replacement.remote } : prepared
  }

  return {
    size,
    async run<I, O, E>(items: readonly I[], call: PartCall<T, I, O, E>): Promise<Result<O[], E | EngineFailure>> {
      const answers: O[] = Array.from({ length: items.length })
      let next = 0
      let failed: { readonly ok: false; readonly error: E | EngineFailure } | null = null

      const work = async (slot: number): Promise<void> => {
        let redone = false
        while (failed === null && next < items.length) {
          const from = next
          const part = items.slice(from, from + Math.ceil((items.length - from) / (size * SHARE_OF_THE_REST)))
          next += part.length
          for (;;) {
            const engine = await alive(slot)
            const result = engine.ok ? await call(engine.value, part) : (engine as Result<never, E | EngineFailure>)
            if (result.ok) {
              if (result.value.length !== part.length) {
                throw new Error(`engine "${name}" answered ${result.value.length} of ${part.length} items`)
              }
              for (let k = 0; k < part.length; k++) answers[from + k] = result.value[k]!
              break
            }
            if (threads[slot]!.failure() === null || redone || stopped) {
              failed ??= result
              return
            }
            redone = true
          }
        }
      }
      await Promise.all(threads.map((_, slot) => work(slot)))
      return failed ?? { ok: true, value: answers }
    },

    async prepare<E>(call: (engine: RemoteEngine<T>) => Promise<Result<unknown, E | EngineFailure>>) {
      preparation = call
      const results = await Promise.all(
        threads.map(async (thread, slot) => {
          if (thread.failure() !== null && !stopped) return alive(slot) as Promise<Result<unknown, E | EngineFailure>>
          return call(thread.remote)
        }),
      )
      return results.find((result) => !result.ok) ?? { ok: true, value: undefined }
    },

    async stop() {
      stopped = true
      await Promise.all(threads.map((thread) => thread.stop()))
    },
  }
}
