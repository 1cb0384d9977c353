/** A broken assumption is a bug: it throws. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}

export function ensureDefined<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`assertion failed: ${what} is not there`)
  return value
}

/** Closes a switch: the compiler proves that every case was handled. */
export function ensureNever(value: never): never {
  throw new Error(`assertion failed: unhandled case ${JSON.stringify(value)}`)
}
