/** Lower case without accents, one code unit for one, so that positions stay: "Zieliński" → "zielinski". */
export const fold = (text: string): string =>
  text.replace(/[^]/g, (unit) => (unit < '\x80' ? unit : unit.normalize('NFD')[0]!).toLowerCase()[0]!)
