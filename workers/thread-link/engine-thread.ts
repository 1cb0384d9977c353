import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

export type EngineFailure = Failure<'engine-stopped'>

/** An engine's own `Result` stays one level deep and gains `engine-stopped`; any other answer is wrapped. */
export type EngineAnswer<R> = [R] extends [Result<infer V, infer E>]
  ? Result<V, E | EngineFailure>
  : Result<R, EngineFailure>

/** The methods of an engine as the host sees them: same arguments, the answer as a `Result`, never a hang. */
export type RemoteEngine<T> = {
  readonly [K in keyof T as T[K] extends (...input: never[]) => unknown ? K : never]: T[K] extends (
    ...input: infer A
  ) => infer R
    ? (...input: A) => Promise<EngineAnswer<Awaited<R>>>
    : never
}

export interface EngineThread<T> {
  readonly name: string
  /**
   * Calls into the thread. A thread that stopped or died answers `engine-stopped`, calls under way included.
   * A promise rejects only for what the engine threw, or for an argument that can't be cloned: bugs.
   */
  readonly remote: RemoteEngine<T>
  /** null while the thread lives. */
  failure(): EngineFailure | null
  /** Ends the thread; `onFailure` is not called. */
  stop(): Promise<void>
}

export interface EngineOptions {
  /** Called once when the thread dies without having been asked to. */
  readonly onFailure?: (failure: EngineFailure) => void
}

/**
 * The entry of an engine: `<workersDir>/<name>.js` in a build, `<workersDir>/<name>/worker.ts` in the sources.
 * Throws when neither is there: that is a broken installation.
 */
export function engineEntry(workersDir: string | URL, name: string): string {
  const folder = typeof workersDir === 'string' ? workersDir : fileURLToPath(workersDir)
  const candidates = [join(folder, `${name}.js`), join(folder, name, 'worker.ts')]
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`engine "${name}" is neither ${candidates.join(' nor ')}`)
  return found
}

/** Starts the engine in a thread of its own. Calls may be made at once; they wait for the thread to load. */
export function startEngine<T>(workersDir: string | URL, name: string, options: EngineOptions = {}): EngineThread<T> {
  // The host's own flags (a test runner's loaders) are not for the thread.
  const worker = new Worker(pathToFileURL(engineEntry(workersDir, name)), { name, execArgv: [] })
  const methods = Comlink.wrap(
    nodeEndpoint(worker as unknown as Parameters<typeof nodeEndpoint>[0]),
  ) as unknown as Record<string, (...input: unknown[]) => Promise<unknown>>
  // Resolvers of the calls under way. (Promise.race against one promise for all would keep every call alive.)
  const pending = new Set<(answer: Result<never, EngineFailure>) => void>()
  let failure: EngineFailure | null = null

  const end = (why: string, asked: boolean): void => {
    if (failure !== null) return
    const stopped = fail('engine-stopped', `engine "${name}" ${why}`)
    failure = stopped.error
    for (const resolve of pending) resolve(stopped)
    pending.clear()
    if (!asked) options.onFailure?.(stopped.error)
  }
  worker.on('error', (error: unknown) => end(`died: ${error instanceof Error ? error.message : String(error)}`, false))
  worker.on('exit', (code) => end(`ended with code ${code}`, false))
  worker.on('messageerror', (error) => {
    end(`sent an answer that can't be read: ${error.message}`, false)
    void worker.terminate()
  })

  const call = (method: string, input: unknown[]): Promise<Result<unknown, unknown>> =>
    failure !== null
      ? Promise.resolve({ ok: false, error: failure })
      : new Promise((resolve, reject) => {
          pending.add(resolve)
          methods[method]!(...input).then(
            (answer) => {
              pending.delete(resolve)
              resolve(isResult(answer) ? answer : ok(answer))
            },
            (error: unknown) => {
              pending.delete(resolve)
              reject(
                new Error(`engine "${name}".${method}: ${error instanceof Error ? error.message : String(error)}`, {
                  cause: error,
                }),
              )
            },
          )
        })

  const remote = new Proxy(Object.create(null) as RemoteEngine<T>, {
    // A proxy that answers to `then` would be called when it is awaited or returned from an async function.
    get: (_, method) =>
      typeof method === 'symbol' || method === 'then' ? undefined : (...input: unknown[]) => call(method, input),
  })
  return {
    name,
    remote,
    failure: () => failure,
    stop: async () => {
      end('was stopped', true)
      await worker.terminate()
    },
  }
}

function isResult(answer: unknown): answer is Result<unknown, unknown> {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return false
  return (answer.ok === true && 'value' in answer) || (answer.ok === false && 'error' in answer)
}
