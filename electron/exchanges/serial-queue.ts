/** Runs one task at a time, in order of arrival. A failed task does not stop the next. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve()

  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(task, task)
    this.#tail = turn.catch(() => undefined)
    return turn
  }
}
