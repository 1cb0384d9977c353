import type { DeskFailure } from '../../../core/contracts/desk-api.ts'
import { err, type Result } from '../../../core/result.ts'

export const refuse = (code: DeskFailure['code'], message: string): Result<never, DeskFailure> => err({ code, message })
