import { type Failure, fail, ok, type Result } from '../../../core/result.ts'
import { transfer } from '../transfer.ts'

/** A small engine for the tests of the link and of the pool: every way in which an engine can answer or end. */
export class EchoEngine {
  #factor = 1

  setFactor(factor: number): number {
    this.#factor = factor
    return factor
  }

  scaleAll(values: readonly number[]): number[] {
    return values.map((value) => value * this.#factor)
  }

  divide(a: number, b: number): Result<number, Failure<'divided-by-zero'>> {
    return b === 0 ? fail('divided-by-zero', `${a} divided by 0`) : ok(a / b)
  }

  /** Answers with memory that is moved, not copied. */
  fill(length: number, value: number): Float64Array {
    const values = new Float64Array(length).fill(value)
    return transfer(values, [values.buffer])
  }

  addToShared(shared: SharedArrayBuffer, value: number): void {
    Atomics.add(new Int32Array(shared), 0, value)
  }

  throwError(): never {
    throw new RangeError('this is a bug')
  }

  waitForEver(): Promise<never> {
    return new Promise(() => {})
  }

  die(code: number): never {
    process.exit(code)
  }

  /** Dies outside any call, as an exception in a timer does. */
  dieLater(): void {
    setTimeout(() => {
      throw new Error('nobody caught this')
    }, 1)
  }

  /** Doubles; dies on the first `limit` visits counted in the shared buffer when it meets a negative value. */
  scaleOrDie(values: readonly number[], visits: SharedArrayBuffer, limit: number): number[] {
    if (values.some((value) => value < 0) && Atomics.add(new Int32Array(visits), 0, 1) < limit) process.exit(3)
    return this.scaleAll(values)
  }
}
