import { readdirSync, readFileSync } from 'node:fs'

const TASKS = '/proc/self/task'
/** Of the kernel's accounting. */
const TICK_MS = 10
const MAIN = 'MainThread'
/** Threads that Node and V8 start for themselves: compilation and collection, files and names of hosts. */
const HELPERS = /^(V8Worker|DelayedTaskSche|SignalInspector|libuv-worker|node$)/

/** Processor time so far in milliseconds, by the name of the thread. Linux only: elsewhere there is none. */
export function threadTimes(): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const thread of threadIds()) {
    try {
      const comm = readFileSync(`${TASKS}/${thread}/comm`, 'utf8').trim()
      const name = comm === MAIN ? 'main' : HELPERS.test(comm) ? 'v8-and-libuv' : comm
      // The name stands in brackets and may hold blanks: fields are counted from behind it. utime, stime: 14 and 15.
      const fields = readFileSync(`${TASKS}/${thread}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
      times.set(name, (times.get(name) ?? 0) + TICK_MS * (Number(fields[11]) + Number(fields[12])))
    } catch {
      // it has ended meanwhile
    }
  }
  return times
}

function threadIds(): readonly string[] {
  try {
    return readdirSync(TASKS)
  } catch {
    return []
  }
}

/** Percent of one core between two readings, by the name of the thread. */
export const sharesBetween = (
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  wallMs: number,
): Readonly<Record<string, number>> =>
  Object.fromEntries([...after].map(([name, time]) => [name, (100 * (time - (before.get(name) ?? 0))) / wallMs]))
