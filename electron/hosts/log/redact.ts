/** What may be written to a log of a value: plain JSON without secrets, however deep and whatever it is. */
export type Loggable = string | number | boolean | null | readonly Loggable[] | { readonly [key: string]: Loggable }

const REDACTED = '[redacted]'
const DEEPEST = 8
const LONGEST_TEXT = 4000

/** Names whose values are secrets: of ours, of venues' headers and of signed addresses. */
const SECRET_NAME =
  'secret|pass(?:word|phrase)|api[-_]?key|api[-_]?sign|private[-_]?key|signature|token|cookie|authorization'
const SECRET_KEY = new RegExp(SECRET_NAME, 'i')
/** name=value and "name": "value" inside text, up to what ends a value there. */
const SECRET_IN_TEXT = new RegExp(
  `([\\w-]*(?:${SECRET_NAME})[\\w-]*["']?\\s*[=:]\\s*)("[^"]*"|'[^']*'|[^\\s&,;"'}\\]]+)`,
  'gi',
)

/** Headers whose whole line is the secret, spaces and all. */
const SECRET_HEADER = /((?:set-)?cookie|(?:proxy-)?authorization)(\s*[=:]\s*)[^\n"']+/gi

export function redact(value: unknown, depth = 0): Loggable {
  switch (typeof value) {
    case 'string':
      return redactText(value)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'object':
      break
    default:
      return String(value)
  }
  if (value === null) return null
  if (depth >= DEEPEST) return '[deeper]'
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  const fields = value instanceof Error ? errorFields(value) : Object.entries(value)
  return Object.fromEntries(
    fields.map(([key, field]) => [key, SECRET_KEY.test(key) ? REDACTED : redact(field, depth + 1)]),
  )
}

export function redactText(text: string): string {
  const redacted = text
    .replace(SECRET_HEADER, `$1$2${REDACTED}`)
    .replace(SECRET_IN_TEXT, (_, name: string) => `${name}${REDACTED}`)
  return redacted.length > LONGEST_TEXT
    ? `${redacted.slice(0, LONGEST_TEXT)}… (${redacted.length} characters)`
    : redacted
}

/** An error's own fields are not enumerable, and its cause says most. */
function errorFields(error: Error): [string, unknown][] {
  const named: [string, unknown][] = [
    ['name', error.name],
    ['message', error.message],
    ['stack', error.stack],
  ]
  if (error.cause !== undefined) named.push(['cause', error.cause])
  return [...named, ...Object.entries(error)]
}
