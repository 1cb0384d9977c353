import { expect, test } from 'vitest'
import { toCsv } from './csv.ts'

test('quotes what needs quotes, leaves missing figures empty', () => {
  expect(
    toCsv(
      ['client', 'value'],
      [
        ['Silvera, "A."', 1837070.5],
        ['Two\nlines', Number.NaN],
      ],
    ),
  ).toBe('client,value\r\n"Silvera, ""A.""",1837070.5\r\n"Two\nlines",\r\n')
})
test('a client’s name can’t become a formula', () => {
  expect(toCsv(['a'], [['=cmd()'], ['@x'], ['-2.5'], ['+x']])).toBe("a\r\n'=cmd()\r\n'@x\r\n-2.5\r\n'+x\r\n")
})
