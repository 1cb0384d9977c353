import { type FuzzyMatch, fuzzyMatch } from './fuzzy.ts'

/** One thing the palette can find. */
export interface PaletteItem {
  readonly id: string
  readonly kind: 'command' | 'client' | 'asset' | 'order' | 'view'
  readonly title: string
  /** Also searched, not shown: other words for it. */
  readonly keywords?: string
  /** Consequence or facts, in grey. */
  readonly note?: string | undefined
  readonly keys?: string | undefined
  readonly disabledWhy?: string | null | undefined
  run(): void
}

export interface PaletteHit {
  readonly item: PaletteItem
  readonly ranges: FuzzyMatch['ranges']
}
export interface PaletteGroup {
  readonly title: string
  readonly hits: readonly PaletteHit[]
}

const GROUPS: readonly { readonly kind: PaletteItem['kind']; readonly title: string; readonly prefix?: string }[] = [
  { kind: 'command', title: 'Actions', prefix: '>' },
  { kind: 'view', title: 'Views' },
  { kind: 'client', title: 'Client books', prefix: '@' },
  { kind: 'asset', title: 'Assets' },
  { kind: 'order', title: 'Orders', prefix: '#' },
]
/** Of each kind at most so many; with a prefix, or of one kind only, more. */
const PER_GROUP = 6
const PER_KIND = 60

/** Results by kind, best first; a prefix asks for one kind only. */
export function searchPalette(query: string, items: readonly PaletteItem[]): readonly PaletteGroup[] {
  const text = query.trimStart()
  const asked = GROUPS.find((group) => group.prefix !== undefined && text.startsWith(group.prefix))
  const words = asked ? text.slice(1) : text
  const limit = asked ? PER_KIND : PER_GROUP
  return GROUPS.filter((group) => !asked || group === asked).flatMap(({ kind, title }) => {
    const hits: { item: PaletteItem; match: FuzzyMatch; ranges: FuzzyMatch['ranges'] }[] = []
    for (const item of items) {
      if (item.kind !== kind) continue
      const inTitle = fuzzyMatch(words, item.title)
      // A hit in the keywords alone ranks behind one that can be seen.
      const match = inTitle ?? (item.keywords ? fuzzyMatch(words, `${item.title} ${item.keywords}`) : null)
      if (match) hits.push({ item, match, ranges: inTitle ? inTitle.ranges : [] })
    }
    hits.sort((a, b) => Number(a.ranges.length === 0) - Number(b.ranges.length === 0) || b.match.score - a.match.score)
    return hits.length === 0
      ? []
      : [{ title, hits: hits.slice(0, limit).map(({ item, ranges }) => ({ item, ranges })) }]
  })
}

export const countHits = (groups: readonly PaletteGroup[]): number =>
  groups.reduce((total, group) => total + group.hits.length, 0)

/** How long a search took, in whole milliseconds and at least one: shown beside its results. */
export function timed<T>(run: () => T): { readonly value: T; readonly milliseconds: number } {
  const started = performance.now()
  const value = run()
  return { value, milliseconds: Math.max(1, Math.round(performance.now() - started)) }
}
