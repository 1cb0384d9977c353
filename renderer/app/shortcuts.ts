/**
 * Keys as written in commands: "P", "Ctrl+K", "Ctrl+Shift+X", "Esc", "[". Ctrl is Cmd on a Mac.
 * A shifted character is written as itself ("?", "*"), a shifted letter as "Shift+R".
 */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

const NAMED: Readonly<Record<string, string>> = { Esc: 'Escape', Del: 'Delete', Enter: 'Enter', Space: ' ' }

interface ParsedKeys {
  readonly key: string
  readonly control: boolean
  readonly shift: boolean
}

function parseKeys(keys: string): ParsedKeys {
  const parts = keys.length === 1 ? [keys] : keys.split('+')
  const last = parts.at(-1)!
  return {
    key: NAMED[last] ?? (last.length === 1 ? last.toLowerCase() : last),
    control: parts.includes('Ctrl'),
    shift: parts.includes('Shift'),
  }
}

export function matchesKeys(keys: string, press: KeyPress, mac: boolean): boolean {
  const wanted = parseKeys(keys)
  const control = mac ? press.metaKey : press.ctrlKey
  const other = mac ? press.ctrlKey : press.metaKey
  if (control !== wanted.control || other || press.altKey) return false
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key
  if (key !== wanted.key) return false
  // The shift that makes "?" out of "/" belongs to the character.
  const isLetter = /^[a-z]$/.test(wanted.key)
  const isCharacter = wanted.key.length === 1 && !isLetter
  return isCharacter || press.shiftKey === wanted.shift
}

/** A key a text field would take: these never fire while typing, and can be switched off. */
export const isCharacterKey = (keys: string): boolean => {
  const { key, control } = parseKeys(keys)
  return !control && key.length === 1 && key !== ' '
}

/** "Ctrl ⇧ X"; on a Mac "⌘ ⇧ X". */
export function keysLabel(keys: string, mac = false): string {
  if (keys.length === 1) return keys
  return keys
    .split('+')
    .map((part) => (part === 'Ctrl' ? (mac ? '⌘' : 'Ctrl') : part === 'Shift' ? '⇧' : part))
    .join(' ')
}

export const isMac = (): boolean => typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
