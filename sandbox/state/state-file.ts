import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { z } from 'zod'
import type { SandboxVenue } from '../../core/contracts/sandbox-control.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import type { Changes } from '../engine/changes.ts'
import { type ChangeRecord, changeRecord, encodeChanges, type HeadRecord, headRecord } from './records.ts'

export type StateError = Failure<'bad-state'>
const bad = (message: string): { readonly ok: false; readonly error: StateError } => fail('bad-state', message)

export interface Moment {
  readonly marketTime: number
  readonly nextTradeIds: { readonly binance: number; readonly kraken: number }
}

/**
 * The sandbox's memory: one JSON line per command, handed to the system before the command is answered, so that the
 * death of the process loses nothing that was answered. (Power loss may: lines are not forced to the disk.)
 */
export class StateFile {
  readonly #descriptor: number
  #line: number

  private constructor(descriptor: number, line: number) {
    this.#descriptor = descriptor
    this.#line = line
  }

  /**
   * Opens or makes the file. A last line without its end is what a killed process leaves; it was never answered and
   * is cut off. Anything else that can't be read is an error that names the line.
   */
  static open(
    path: string,
    head: Omit<HeadRecord, 'line' | 'sandbox'>,
  ): Result<{ file: StateFile; records: ChangeRecord[] }, StateError> {
    try {
      const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
      const whole = text.slice(0, text.lastIndexOf('\n') + 1)
      const records = readRecords(path, whole, head)
      if (!records.ok) return records
      const descriptor = openSync(path, 'a')
      ftruncateSync(descriptor, Buffer.byteLength(whole))
      const file = new StateFile(descriptor, whole === '' ? 0 : records.value.length + 1)
      if (whole === '') file.#append({ sandbox: 1, ...head })
      return ok({ file, records: records.value })
    } catch (error) {
      return bad(`state file ${path}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Throws when the line can't be written. */
  append(venue: SandboxVenue, changes: Changes, moment: Moment): void {
    this.#append({ ...moment, venue, ...encodeChanges(changes) })
  }

  appendTime(moment: Moment): void {
    this.#append({ ...moment })
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #append(record: Record<string, unknown>): void {
    const text = Buffer.from(`${JSON.stringify({ line: this.#line, ...record })}\n`)
    let written = 0
    while (written < text.length) written += writeSync(this.#descriptor, text, written)
    this.#line++
  }
}

function readRecords(
  path: string,
  text: string,
  head: Omit<HeadRecord, 'line' | 'sandbox'>,
): Result<ChangeRecord[], StateError> {
  if (text === '') return ok([])
  const lines = text.slice(0, -1).split('\n')
  const first = readLine(path, lines[0]!, 0, headRecord)
  if (!first.ok) return first
  if (first.value.seed !== head.seed) {
    return bad(`state file ${path} was made with seed ${first.value.seed}, the seed now is ${head.seed}`)
  }
  if (first.value.prices !== head.prices) {
    return bad(`state file ${path} was made with prices ${first.value.prices}, now they are ${head.prices}`)
  }
  const records: ChangeRecord[] = []
  for (let i = 1; i < lines.length; i++) {
    const record = readLine(path, lines[i]!, i, changeRecord)
    if (!record.ok) return record
    records.push(record.value)
  }
  return ok(records)
}

function readLine<T extends { line: number }>(
  path: string,
  text: string,
  line: number,
  schema: z.ZodType<T>,
): Result<T, StateError> {
  const where = `state file ${path}, line ${line + 1}`
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return bad(`${where}: not JSON: ${text.slice(0, 80)}`)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    return bad(`${where}: ${issue.path.join('.')}: ${issue.message}`)
  }
  if (parsed.data.line !== line) return bad(`${where}: it says line ${parsed.data.line}, so lines are missing or moved`)
  return ok(parsed.data)
}
