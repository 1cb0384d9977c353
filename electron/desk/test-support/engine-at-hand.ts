import type { RemoteEngine } from '../../../workers/thread-link/index.ts'

/** An engine without its thread: the same answers. `broken`: answers as a thread that died. */
export class EngineAtHand<T extends object> {
  readonly engine: T
  broken = false
  readonly calls: string[] = []
  readonly remote: RemoteEngine<T>

  constructor(engine: T) {
    this.engine = engine
    this.remote = new Proxy({} as RemoteEngine<T>, {
      get:
        (_, method: string) =>
        async (...input: unknown[]) => {
          this.calls.push(method)
          if (this.broken) return { ok: false, error: { code: 'engine-stopped', message: 'the thread is gone' } }
          const answer = await (engine as Record<string, (...input: unknown[]) => unknown>)[method]!(...input)
          const isResult = typeof answer === 'object' && answer !== null && 'ok' in answer
          return isResult ? answer : { ok: true, value: answer }
        },
    })
  }
}
