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
/** A hit in the keywords alone ranks behind any that can be seen. */
const BEHIND = 1000

interface Found {
  readonly item: PaletteItem
  readonly match: FuzzyMatch
  /** Found in what can be seen, not in the keywords alone. */
  readonly seen: boolean
}

/**
 * Results by kind, the kind with the best hit first; a prefix asks for one kind only. Strewn letters count only where
 * nothing matches closely.
 */
export function searchPalette(query: string, items: readonly PaletteItem[]): readonly PaletteGroup[] {
  const text = query.trimStart()
  const asked = GROUPS.find((group) => group.prefix !== undefined && text.startsWith(group.prefix))
  const words = asked ? text.slice(1) : text
  const among = asked ? items.filter((item) => item.kind === asked.kind) : items
  const close = find(words, among, true)
  const found = close.length > 0 ? close : find(words, among, false)
  const worth = (each: Found): number => each.match.score - (each.seen ? 0 : BEHIND)
  return (
    GROUPS.map(({ kind, title }) => ({
      title,
      hits: found
        .filter((each) => each.item.kind === kind)
        .sort((a, b) => worth(b) - worth(a))
        .slice(0, asked ? PER_KIND : PER_GROUP),
    }))
      .filter((group) => group.hits.length > 0)
      // Equally good to the eye: actions first.
      .sort((a, b) => Math.round(worth(b.hits[0]!)) - Math.round(worth(a.hits[0]!)))
      .map(({ title, hits }) => ({
        title,
        hits: hits.map(({ item, match, seen }) => ({ item, ranges: seen ? match.ranges : [] })),
      }))
  )
}

function find(words: string, items: readonly PaletteItem[], closeOnly: boolean): readonly Found[] {
  const found: Found[] = []
  for (const item of items) {
    const inTitle = fuzzyMatch(words, item.title, closeOnly)
    const match = inTitle ?? (item.keywords ? fuzzyMatch(words, `${item.title} ${item.keywords}`, closeOnly) : null)
    if (match) found.push({ item, match, seen: inTitle !== null })
  }
  return found
}

export const countHits = (groups: readonly PaletteGroup[]): number =>
  groups.reduce((total, group) => total + group.hits.length, 0)

/** How long a search took, in whole milliseconds and at least one: shown beside its results. */
export function timed<T>(run: () => T): { readonly value: T; readonly milliseconds: number } {
  const started = performance.now()
  const value = run()
  return { value, milliseconds: Math.max(1, Math.round(performance.now() - started)) }
}
