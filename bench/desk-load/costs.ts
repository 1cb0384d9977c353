/** Processor time of the main thread by what it did: the same on a busy machine, where shares of a core are not. */
export class Costs {
  readonly #of = new Map<string, { calls: number; micros: number }>()

  forget(): void {
    this.#of.clear()
  }

  /** The method of the object is charged from now on; of an asynchronous one the part up to its first wait. */
  charge<T extends object, K extends keyof T & string>(name: string, object: T, method: K): void {
    const original = object[method] as (...input: unknown[]) => unknown
    object[method] = ((...input: unknown[]) => {
      const before = process.threadCpuUsage()
      try {
        return original.apply(object, input)
      } finally {
        const { user, system } = process.threadCpuUsage(before)
        const cost = this.#of.get(name) ?? { calls: 0, micros: 0 }
        cost.calls++
        cost.micros += user + system
        this.#of.set(name, cost)
      }
    }) as T[K]
  }

  /** Milliseconds per call. */
  perCall(name: string): number {
    const cost = this.#of.get(name)
    return cost === undefined ? Number.NaN : cost.micros / 1000 / cost.calls
  }
}
