import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { type Millis, millis } from '../../core/units.ts'

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** "2024-03-01", or with a time and a zone; without a zone it is UTC. Errors: bad-date, also for a 31st of June. */
export function parseDate(text: string): Result<Millis, Failure<'bad-date'>> {
  const refused = fail('bad-date', `"${text}" is not a date like 2024-03-01 or 2024-03-01T09:30:00Z`)
  const match = PATTERN.exec(text)
  if (!match) return refused
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] = match
  const date = `${year}-${month}-${day}`
  // Date.parse turns a 31st of June into the 1st of July.
  const midnight = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return refused
  const at = Date.parse(`${date}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}${zone}`)
  return Number.isNaN(at) ? refused : ok(millis(at))
}

/** The day alone where the time is midnight UTC. */
export function formatDate(at: Millis): string {
  const text = new Date(at).toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text
}
