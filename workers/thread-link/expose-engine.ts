import { parentPort } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { ensureDefined } from '../../core/assert.ts'

/**
 * The last line of every `workers/<name>/worker.ts`: serves the engine's methods to the thread that started it.
 * Expected failures must be returned as `Result`: comlink drops every field of an Error but name, message and stack.
 */
export function exposeEngine(engine: object): void {
  const port = ensureDefined(parentPort, 'the parent port (an engine runs in a worker thread)')
  Comlink.expose(engine, nodeEndpoint(port as unknown as Parameters<typeof nodeEndpoint>[0]))
}
