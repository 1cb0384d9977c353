import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientBookId } from '../../core/client-book.ts'
import type { ChainReport, DecisionQuery, DecisionRecord, StoreError } from '../../core/contracts/store.ts'
import { type Failure, fail, type Result } from '../../core/result.ts'
import type { Millis } from '../../core/units.ts'
import {
  type EngineFailure,
  type EngineThread,
  type RemoteEngine,
  startEngine,
} from '../../workers/thread-link/index.ts'
import type { HistoryEngine, ReadFailure } from './history-reader/history-engine.ts'
import type { ClientBookHistory, OpenOrder, OrderHistory, OrderRecords } from './history-reader/history-records.ts'

export type {
  ClientBookHistory,
  OpenOrder,
  OrderHistory,
  OrderRecords,
  PastEvent,
} from './history-reader/history-records.ts'

export type HistoryFailure = ReadFailure | EngineFailure | StoreError

/**
 * Questions about the past, answered in a thread beside the desk. An answer knows everything that was recorded before
 * the question was asked. A thread that dies is replaced and its questions are asked once more.
 */
export interface HistoryReader {
  /** Parent orders of the newest plans, newest plan first. */
  orders(newestPlans: number): Promise<Result<readonly OrderRecords[], HistoryFailure>>
  /** Parent orders of the plans that are not closed. */
  openOrders(): Promise<Result<readonly OpenOrder[], HistoryFailure>>
  /** null where there is no parent order of that id. */
  order(parentId: string): Promise<Result<OrderHistory | null, HistoryFailure>>
  /** With its sales since then, all of them where left out. */
  clientBook(bookId: ClientBookId, salesFrom?: Millis): Promise<Result<ClientBookHistory, HistoryFailure>>
  decisions(bookId: ClientBookId, query: DecisionQuery): Promise<Result<readonly DecisionRecord[], HistoryFailure>>
  /** In a thread of its own: it takes long, and nobody else shall wait for it. */
  verify(): Promise<Result<ChainReport, HistoryFailure>>
  /** Before the store is closed. */
  stop(): Promise<void>
}

export interface HistoryReaderOptions {
  readonly folder: string
  readonly migrationsDir: string
  readonly workersDir: string
  /** A thread died; it is replaced with the next question. */
  readonly onFailure: (failure: Failure) => void
  /** A question was answered after a failure. */
  readonly onRecovered: () => void
  /** For tests that need a thread with a door of its own. */
  readonly start?: (onFailure: (failure: EngineFailure) => void) => EngineThread<HistoryEngine>
}

const NAME = 'history-reader'

/** In a build the thread lies with the engines; in the sources it lies here, where SQLite may be used. */
const entryFolder = (workersDir: string): string =>
  existsSync(join(workersDir, `${NAME}.js`)) ? workersDir : import.meta.dirname

interface Opened {
  readonly thread: EngineThread<HistoryEngine>
  readonly opened: Promise<Result<null, HistoryFailure>>
}

/** Starts the thread at once, so that the first question finds it ready. */
export function startHistoryReader(options: HistoryReaderOptions): HistoryReader {
  const { folder, migrationsDir, workersDir, onFailure, onRecovered } = options
  let [failed, stopped] = [false, false]
  const failure = (why: Failure): void => {
    failed = true
    onFailure(why)
  }
  const start = (): Opened => {
    const thread =
      options.start?.(failure) ?? startEngine<HistoryEngine>(entryFolder(workersDir), NAME, { onFailure: failure })
    return { thread, opened: thread.remote.open(folder, migrationsDir) }
  }
  let current = start()
  const verifying = new Set<EngineThread<HistoryEngine>>()
  const closed = fail('engine-stopped', 'the desk has closed its records')

  const ask = async <T>(
    question: (remote: RemoteEngine<HistoryEngine>) => Promise<Result<T, HistoryFailure>>,
  ): Promise<Result<T, HistoryFailure>> => {
    for (let again = false; ; again = true) {
      if (stopped) return closed
      if (current.thread.failure() !== null) current = start()
      const { thread, opened } = current
      const ready = await opened
      const answer = ready.ok ? await question(thread.remote) : ready
      if (answer.ok && failed) {
        failed = false
        onRecovered()
      }
      if (answer.ok || again || answer.error.code !== 'engine-stopped') return answer
    }
  }

  return {
    orders: (newestPlans) => ask((remote) => remote.orders(newestPlans)),
    openOrders: () => ask((remote) => remote.openOrders()),
    order: (parentId) => ask((remote) => remote.order(parentId)),
    clientBook: (bookId, salesFrom) => ask((remote) => remote.clientBook(bookId, salesFrom)),
    decisions: (bookId, query) => ask((remote) => remote.decisions(bookId, query)),
    verify: async () => {
      if (stopped) return closed
      const { thread, opened } = start()
      verifying.add(thread)
      const ready = await opened
      const answer = ready.ok ? await thread.remote.verify() : ready
      verifying.delete(thread)
      await thread.stop()
      return answer
    },
    stop: async () => {
      stopped = true
      await Promise.all([current.thread, ...verifying].map((thread) => thread.stop()))
    },
  }
}
