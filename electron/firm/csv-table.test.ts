import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatCsv, parseCsv } from './csv-table.ts'

const cells = (text: string): readonly (readonly string[])[] => {
  const parsed = parseCsv(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value.map((row) => row.cells)
}

describe('CSV', () => {
  test.each([
    [
      'plain',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'no line break at the end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'CRLF and a byte order mark',
      '\uFEFFa,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'semicolons',
      'a;b\n"x;y";2,5\n',
      [
        ['a', 'b'],
        ['x;y', '2,5'],
      ],
    ],
    [
      'tabs',
      'a\tb\n1\t2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'quotes',
      'a,b\n"say ""so""","1,5"\n',
      [
        ['a', 'b'],
        ['say "so"', '1,5'],
      ],
    ],
    [
      'a line break in quotes',
      'a,b\n"1\n2",3\n',
      [
        ['a', 'b'],
        ['1\n2', '3'],
      ],
    ],
    [
      'empty cells',
      'a,b,c\n,,\n1,,\n',
      [
        ['a', 'b', 'c'],
        ['', '', ''],
        ['1', '', ''],
      ],
    ],
    [
      'an empty cell at the very end',
      'a,b\n1,',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    [
      'blank lines',
      'a,b\n\n1,2\n\n\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'spaces around cells',
      'a , b\n 1," 2 "\n',
      [
        ['a', 'b'],
        ['1', ' 2 '],
      ],
    ],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => expect(cells(text)).toEqual(expected))

  test('rows know the line they begin on, also after cells of several lines', () => {
    const parsed = parseCsv('a,b\n"1\n\n2",3\n\n4,5')
    expect(parsed.ok && parsed.value.map((row) => row.line)).toEqual([1, 2, 6])
  })

  test.each([
    ['a,b\n"1,2\n3,4', 2, 'never closed'],
    ['a,b\n"1"x,2', 2, 'only "," may follow'],
    ['a,b\n1,2\nx"y,2', 3, 'inside a cell'],
  ])('%j is refused', (text, line, message) => {
    expect(parseCsv(text)).toMatchObject({ ok: false, error: { line, message: expect.stringContaining(message) } })
  })

  test('written and read is the identity', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ' ', '"', ',', ';', '\t', '\n', '\r', 'é', '=') })
    const header = ['first', 'second']
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        expect(cells(formatCsv([header, ...rows]))).toEqual([header, ...rows])
      }),
    )
  })
})
