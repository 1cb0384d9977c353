import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../core/clock.ts'
import { redact } from './redact.ts'

export type LogLevel = 'info' | 'warning' | 'error'

/** The log of one data folder: JSON lines without secrets, in a few files of bounded size. */
export interface LogFile {
  write(level: LogLevel, what: string, details?: unknown): void
}

export const LOG_FILE = 'trimtab.log'
const LARGEST_BYTES = 5_000_000
/** trimtab.log, trimtab.log.1 … trimtab.log.4 */
const FILES = 5
const OWNER_ONLY = 0o600

/**
 * Opens `<folder>/logs/trimtab.log`. A log that can't be written says so on stderr, once, and the desk works on.
 * `largestBytes` is for tests.
 */
export function openLogFile(folder: string, clock: Clock, largestBytes = LARGEST_BYTES): LogFile {
  const logs = join(folder, 'logs')
  const path = join(logs, LOG_FILE)
  let size: number | null = null
  let silent = false

  const append = (line: string): void => {
    if (size === null) {
      mkdirSync(logs, { recursive: true })
      size = existsSync(path) ? statSync(path).size : 0
    }
    if (size > 0 && size + line.length > largestBytes) {
      rotate(path)
      size = 0
    }
    appendFileSync(path, line, { mode: OWNER_ONLY })
    size += Buffer.byteLength(line)
  }

  return {
    write(level, what, details) {
      if (silent) return
      const entry = { at: new Date(clock.now()).toISOString(), level, what: redact(what) }
      const whole = details === undefined ? entry : { ...entry, details: redact(details) }
      try {
        append(`${JSON.stringify(whole)}\n`)
      } catch (error) {
        silent = true
        process.stderr.write(`the log ${path} can't be written: ${String(error)}\n`)
      }
    },
  }
}

function rotate(path: string): void {
  for (let index = FILES - 2; index >= 0; index--) {
    const from = index === 0 ? path : `${path}.${index}`
    if (existsSync(from)) renameSync(from, `${path}.${index + 1}`)
  }
}
