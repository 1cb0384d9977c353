import { readFile } from 'node:fs/promises'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

export const EXIT = { done: 0, failed: 1, usage: 2 } as const

/** How a command ended; a message goes to stderr. */
export interface Outcome {
  readonly code: (typeof EXIT)[keyof typeof EXIT]
  readonly message?: string
}
export type Settle = (outcome: Outcome) => void

export const done: Outcome = { code: EXIT.done }
export const failed = (message: string): Outcome => ({ code: EXIT.failed, message })
export const badInput = (message: string): Outcome => ({ code: EXIT.usage, message })

export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
export const log = (line: string): void => void process.stderr.write(`${line}\n`)

export function parseWhole(
  name: string,
  text: string,
  low: number,
  high: number,
): Result<number, Failure<'bad-option'>> {
  // digits only: Number() also takes "", " " and "0x10"
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  return value >= low && value <= high
    ? ok(value)
    : fail('bad-option', `${name} was "${text}", it must be a whole number from ${low} to ${high}`)
}

/** Reads a file, or standard input for "-". */
export async function readInput(file: string): Promise<Result<string, Failure<'cannot-read'>>> {
  try {
    if (file !== '-') return ok(await readFile(file, 'utf8'))
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
    return ok(Buffer.concat(chunks).toString('utf8'))
  } catch (cause) {
    return fail('cannot-read', `cannot read ${file}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`)
  }
}
