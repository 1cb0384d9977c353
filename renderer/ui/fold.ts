/** Lower case without accents, one code unit for one, so that positions stay: "Zieliński" → "zielinski". */
export function fold(text: string): string {
  const lower = text.toLowerCase()
  // Some letters grow when lowered; plain ones are most of what is searched.
  if (lower.length === text.length && !/[^ -~]/.test(lower)) return lower
  return text.replace(/[^]/g, (unit) => (unit < '\x80' ? unit : unit.normalize('NFD')[0]!).toLowerCase()[0]!)
}
