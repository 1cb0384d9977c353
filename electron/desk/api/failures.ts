import type { DeskFailure } from '../../../core/contracts/desk-api.ts'
import { err, type Failure, ok, type Result } from '../../../core/result.ts'

export const refuse = (code: DeskFailure['code'], message: string): Result<never, DeskFailure> => err({ code, message })

/** The present stands without the past: only what asked for it is refused. */
export const unread = ({ message }: Failure): Result<never, DeskFailure> =>
  refuse('engine-stopped', `what is recorded can't be read now: ${message}`)

const LONGEST_REASON = 300

/** What is kept for ever has a reason in a person's words, and none that fills a page. */
export function reasonGiven(why: string): Result<string, DeskFailure> {
  const reason = why.trim()
  if (reason === '') return refuse('invalid-request', 'a reason is needed: it is kept with the change')
  return reason.length <= LONGEST_REASON
    ? ok(reason)
    : refuse('invalid-request', `the reason has ${reason.length} characters, ${LONGEST_REASON} at most are allowed`)
}
