import type { Restriction } from '../../core/client-book.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { formatDate, parseDate } from './date-text.ts'

const PATTERN = /^(no-buy|no-sell|at-most|keep) ([A-Za-z0-9]+)(?: (\S+))??(?: until (\S+))?: (.+)$/s
export const RESTRICTION_FORM =
  '"no-buy DOGE: reason", "no-sell ETH until 2026-01-31: reason", "at-most SOL 0.05: reason" or "keep SOL 0.8: reason"'

/** Restrictions of a book in one cell, separated by "|". */
export const formatRestrictions = (restrictions: readonly Restriction[]): string =>
  restrictions
    .map((restriction) => {
      const { kind } = restriction
      const weight = kind === 'at-most' ? ` ${restriction.weight}` : kind === 'keep' ? ` ${restriction.share}` : ''
      const until = restriction.until === undefined ? '' : ` until ${formatDate(restriction.until)}`
      return `${kind} ${restriction.asset}${weight}${until}: ${restriction.reason.replaceAll('|', '/')}`
    })
    .join(' | ')

/** Reads what formatRestrictions writes; "" is none. Errors: bad-restriction, with the part that is wrong. */
export function parseRestrictions(text: string): Result<readonly Restriction[], Failure<'bad-restriction'>> {
  const restrictions: Restriction[] = []
  for (const part of text === '' ? [] : text.split('|').map((part) => part.trim())) {
    const match = PATTERN.exec(part)
    if (!match) return fail('bad-restriction', `"${part}" is not a restriction like ${RESTRICTION_FORM}`)
    const [, kind, asset, limit, day, reason] = match as unknown as [
      string,
      Restriction['kind'],
      string,
      string?,
      string?,
      string?,
    ]
    const until = day === undefined ? null : parseDate(day)
    if (until !== null && !until.ok) return fail('bad-restriction', until.error.message)
    const rest = {
      asset: asset.toUpperCase(),
      reason: reason!.trim(),
      ...(until === null ? {} : { until: until.value }),
    }
    const weight = limit === undefined ? undefined : Number(limit)
    if (kind !== 'at-most' && kind !== 'keep') {
      if (limit !== undefined) return fail('bad-restriction', `"${part}": ${kind} takes no weight`)
      restrictions.push({ kind, ...rest })
    } else if (weight === undefined || !(weight >= 0 && weight <= 1)) {
      return fail(
        'bad-restriction',
        `"${part}": the ${kind === 'keep' ? 'share' : 'weight'} was ${limit ?? 'missing'}, it must be between 0 and 1`,
      )
    } else restrictions.push(kind === 'keep' ? { kind, share: weight, ...rest } : { kind, weight, ...rest })
  }
  return ok(restrictions)
}
