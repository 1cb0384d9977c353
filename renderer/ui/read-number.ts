/** A number as a person writes it: "1.5", "1,5"; NaN where it is none, undefined where nothing stands. */
export function readNumber(text: string): number | undefined {
  const written = text.trim().replace(',', '.')
  if (written === '') return undefined
  return /^-?\d+(\.\d+)?$/.test(written) ? Number(written) : Number.NaN
}
