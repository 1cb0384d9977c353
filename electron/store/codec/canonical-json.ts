import { type Amount, formatAmount } from '../../../core/amount.ts'

/**
 * One text per value: keys sorted, no white space, amounts (bigint) as canonical decimal text, undefined left out.
 * Hashes are taken over it. NaN, infinities and anything JSON can't say are a bug and throw.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw new Error(`${value} can't be written to the journal`)
      return JSON.stringify(value)
    case 'bigint':
      return `"${formatAmount(value as Amount)}"`
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
      return canonicalObject(value as Record<string, unknown>)
    default:
      throw new Error(`a ${typeof value} can't be written to the journal`)
  }
}

function canonicalObject(value: Record<string, unknown>): string {
  const parts: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
  }
  return `{${parts.join(',')}}`
}
