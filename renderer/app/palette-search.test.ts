import { describe, expect, test } from 'vitest'
import { countHits, type PaletteItem, searchPalette } from './palette-search.ts'

const item = (kind: PaletteItem['kind'], title: string, keywords?: string): PaletteItem => ({
  id: `${kind}-${title}`,
  kind,
  title,
  ...(keywords ? { keywords } : {}),
  run: () => undefined,
})
const items = [
  item('command', 'Rebalance selected book'),
  item('command', 'Stop trading', 'kill halt'),
  item('client', 'Rebecca Stone', 'C-1001 Growth'),
  item('client', 'Silvera Family Trust', 'C-1596 Growth'),
  item('asset', 'LINK'),
  item('order', 'Buy LINK P-2218'),
]
const titles = (query: string) =>
  searchPalette(query, items).map((group) => [group.title, ...group.hits.map((hit) => hit.item.title)])

describe('palette search', () => {
  test('results by kind', () => {
    expect(titles('reb')).toEqual([
      ['Actions', 'Rebalance selected book'],
      ['Client books', 'Rebecca Stone'],
    ])
    expect(titles('link')).toEqual([
      ['Assets', 'LINK'],
      ['Orders', 'Buy LINK P-2218'],
    ])
  })
  test('a prefix asks for one kind', () => {
    expect(titles('@reb')).toEqual([['Client books', 'Rebecca Stone']])
    expect(titles('>')).toEqual([['Actions', 'Rebalance selected book', 'Stop trading']])
    expect(titles('#2218')).toEqual([['Orders', 'Buy LINK P-2218']])
  })
  test('other words find it too, behind what can be seen', () => {
    expect(titles('halt')).toEqual([['Actions', 'Stop trading']])
    expect(titles('c-1596')).toEqual([['Client books', 'Silvera Family Trust']])
  })
  test('nothing found is nothing', () => expect(countHits(searchPalette('zzz', items))).toBe(0))
  test('in 10,000 books the one that is meant comes first', () => {
    const many = Array.from({ length: 10_000 }, (_, n) =>
      item('client', `Client number ${n} Family Trust`, `C-${n} Growth`),
    )
    const groups = searchPalette('number 4711', many)
    expect(groups[0]?.hits[0]?.item.title).toBe('Client number 4711 Family Trust')
    expect(countHits(searchPalette('fam 99', many))).toBeGreaterThan(0)
  })
})
