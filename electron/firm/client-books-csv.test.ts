import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import { VENUES } from '../../core/instruments.ts'
import { millis } from '../../core/units.ts'
import { COLUMNS } from './client-book-columns.ts'
import { exportClientBooksCsv } from './export-client-books.ts'
import { parseClientBooksCsv } from './parse-client-books.ts'
import type { ImportContext } from './read-book-row.ts'
import { formatRestrictions, parseRestrictions } from './restriction-text.ts'
import { createSampleFirm } from './sample-firm.ts'
import { MARKETS, PRICES } from './test-support/example-venues.ts'

const NOW = millis(Date.UTC(2025, 0, 6, 9))
const CONTEXT: ImportContext = {
  assets: new Map(
    VENUES.map((venue) => {
      const own = MARKETS.filter((market) => market.venue === venue)
      return [venue, new Set(own.flatMap((market) => [market.base, market.quote]))]
    }),
  ),
  modelIds: ['core', 'growth', 'majors', 'defensive', 'balanced'],
  existingBooks: new Set(['B-old']),
  existingAccounts: new Set(['old-account']),
  now: NOW,
}
const HEADER = 'client_id,client_name,book_id,tier,model,venue,asset,quantity,unit_cost_usd,acquired_at'
const parse = (text: string) => parseClientBooksCsv(text, CONTEXT)
const faults = (text: string): readonly string[] => {
  const result = parse(text)
  return result.ok ? [] : result.error.lines.map((fault) => `${fault.line} ${fault.column}: ${fault.message}`)
}

describe('a file of client books', () => {
  test('is read with defaults for what it leaves out', () => {
    const result = parse(
      `${HEADER}\nC1,"Holm, A.",B1,standard,core,binance,BTC,0.5,60000,2024-03-01\nC1,"Holm, A.",B1,standard,core,kraken,USD,1000.25,,\n`,
    )
    expect(result).toEqual({
      ok: true,
      value: {
        books: [
          {
            id: 'B1',
            clientId: 'C1',
            clientName: 'Holm, A.',
            tier: 'standard',
            modelId: 'core',
            custody: { kind: 'omnibus' },
            cashReserve: 0,
            riskAversion: 4,
            mandate: null,
            restrictions: [],
            pausedUntil: null,
            mayCross: false,
          },
        ],
        lots: new Map([
          [
            'B1',
            [
              {
                venue: 'binance',
                asset: 'BTC',
                quantity: amount('0.5'),
                unitCostUsd: amount('60000'),
                acquiredAt: Date.UTC(2024, 2, 1),
              },
              { venue: 'kraken', asset: 'USD', quantity: amount('1000.25'), unitCostUsd: null, acquiredAt: NOW },
            ],
          ],
        ]),
      },
    })
  })

  test('what a spreadsheet makes of it is read too: byte order mark, semicolons, CRLF, empty rows, another order', () => {
    const text =
      '\uFEFFquantity;Asset;venue;model;tier;book_id;client_name;client_id\r\n1.5;eth;Binance;core;Premium;B1;"Holm; A.";C1\r\n;;;;;;;\r\n'
    expect(parse(text)).toMatchObject({
      ok: true,
      value: { books: [{ id: 'B1', tier: 'premium', clientName: 'Holm; A.' }] },
    })
  })

  test('the example that ships with the program is one', () => {
    const example = readFileSync(join(import.meta.dirname, '../../resources/client-books-example.csv'), 'utf8')
    expect(parse(example)).toMatchObject({
      ok: true,
      value: { books: [{ id: 'B-101' }, { id: 'B-102', restrictions: [{ kind: 'no-buy' }, { kind: 'at-most' }] }] },
    })
    const readme = readFileSync(join(import.meta.dirname, '../../resources/README.md'), 'utf8')
    for (const { name, required } of COLUMNS) {
      expect(readme).toMatch(new RegExp(`^\\| \`${name}\` *\\| ${required ? 'required' : 'optional'} \\|`, 'm'))
    }
  })

  test('of any sample firm comes back as it went out', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), (seed, books) => {
        const firm = createSampleFirm({ seed, books, pricesUsd: PRICES, markets: MARKETS, now: NOW })
        const result = parse(exportClientBooksCsv(firm))
        expect(result).toEqual({ ok: true, value: { books: firm.books, lots: firm.lots } })
      }),
      { numRuns: 15 },
    )
  })
})

describe('a bad file is refused whole, with every fault', () => {
  const row = (cells: Record<string, string>): string => {
    const good: Record<string, string> = {
      client_id: 'C1',
      client_name: 'Holm',
      book_id: 'B1',
      tier: 'standard',
      model: 'core',
      venue: 'binance',
      asset: 'BTC',
      quantity: '1',
      ...cells,
    }
    return `${Object.keys(good).join(',')}\n${Object.values(good).join(',')}\n`
  }

  test.each([
    ['quantity', '-1', 'was -1, it must be above 0'],
    ['quantity', '0', 'was 0, it must be above 0'],
    ['quantity', 'NaN', '"NaN" is not a decimal number'],
    ['quantity', '"1,5"', '"1,5" is not a decimal number; write it with a point and without separators'],
    ['quantity', '0.0000000000001', '"0.0000000000001" has more than 12 decimals'],
    ['quantity', '', 'is empty, it must be a decimal above 0'],
    ['asset', 'SHIB', 'was "SHIB", binance has ADA, AVAX, BNB, BTC'],
    ['model', 'cores', 'was "cores", allowed: core, growth, majors, defensive, balanced'],
    ['venue', 'coinbase', 'was "coinbase", allowed: binance, kraken'],
    ['tier', 'gold', 'was "gold", allowed: standard, premium'],
    ['book_id', 'B-old', 'client book B-old is in the firm already'],
    ['book_id', 'house', '"house" is the name of the firm'],
    ['client_name', '=1+1', '"=1+1" begins with =, names must not'],
    ['client_id', '', 'is empty, it must be filled'],
    ['custody', 'vault', 'was "vault", allowed: omnibus, segregated'],
    ['account', 'mine', 'was "mine", an omnibus book has no account of its own'],
    ['cash_reserve', '5', 'was "5", allowed: a number from 0 to 0.5'],
    ['risk_aversion', '0', 'was "0", allowed: a number above 0 to 100'],
    ['maximum_turnover', '0.1', 'was "0.1", only premium books have a mandate'],
    ['may_cross', 'maybe', 'was "maybe", allowed: yes, no'],
    ['restrictions', 'never', '"never" is not a restriction like'],
    ['restrictions', 'no-buy SHIB: x', 'was about "SHIB", which no venue trades'],
    ['unit_cost_usd', '-5', 'was -5, it must be above 0'],
    ['acquired_at', '2024-06-31', '"2024-06-31" is not a date like 2024-03-01'],
    ['acquired_at', '31.12.2023', '"31.12.2023" is not a date like'],
    ['acquired_at', '2030-01-01', 'was "2030-01-01", it must not lie in the future'],
  ])('%s of %j', (column, value, message) => {
    const found = faults(row({ [column]: value }))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`2 ${column}: ${message}`)
  })

  describe('a mandate', () => {
    const columns = 'maximum_turnover,maximum_cost_bps,maximum_tax_bps'
    const premium = (cells: string): string =>
      `${HEADER},${columns}\nC1,Holm,B1,premium,core,binance,BTC,0.5,60000,2024-03-01,${cells}\n`

    test.each([
      ['0.1,5,', { maximumTurnover: 0.1, maximumCostBps: 5 }],
      ['0.1,5,0', { maximumTurnover: 0.1, maximumCostBps: 5, maximumTaxBps: 0 }],
      ['0.1,5,12.5', { maximumTurnover: 0.1, maximumCostBps: 5, maximumTaxBps: 12.5 }],
      [',,', null],
    ])('of %s is read, written and read again', (cells, mandate) => {
      const read = parse(premium(cells))
      expect(read.ok && read.value.books[0]!.mandate).toEqual(mandate)
      const again = parse(exportClientBooksCsv(read.ok ? read.value : { books: [], lots: new Map() }))
      expect(again.ok && again.value.books[0]!.mandate).toEqual(mandate)
    })

    test.each([
      ['0.1,,', '2 maximum_cost_bps: is empty, a mandate states maximum_turnover and maximum_cost_bps'],
      [',,5', '2 maximum_turnover: is empty, a mandate states maximum_turnover and maximum_cost_bps'],
      ['0.1,5,-1', '2 maximum_tax_bps: was "-1", allowed: a number from 0 to 10000'],
    ])('of %s is refused', (cells, fault) => expect(faults(premium(cells))).toEqual([fault]))
  })

  test('columns: missing, unknown, twice', () => {
    expect(faults('client_id,client_name,book_id,tier,model,venue,asset\n')).toEqual([
      '1 quantity: the column is missing (a decimal above 0, with a point and at most 12 decimals)',
    ])
    expect(faults(`${HEADER},colour\n`)[0]).toContain('"colour" is not a column; allowed: client_id')
    expect(faults(`${HEADER},tier\n`)).toEqual(['1 tier: the column is there twice'])
    expect(faults('')).toEqual(['1 : the file is empty'])
    expect(faults(`${HEADER}\n`)).toEqual(['1 : the file has a header and no rows'])
  })

  test('several faults on several lines are all named, in order', () => {
    const text = [
      HEADER,
      'C1,Holm,B1,standard,core,binance,BTC,1,,2024-01-01',
      'C1,Holm,B1,premium,core,binance,BTC,1,,2024-01-01',
      'C2,Berg,B2,standard,none,kraken,SHIB,-1,,2024-02-30',
      'C3,Dahl,B3,standard,core,kraken,BTC,1',
      'C1,Other,B4,standard,core,kraken,BTC,1,,',
    ].join('\n')
    expect(faults(text).map((fault) => fault.slice(0, 34))).toEqual([
      '3 tier: was "premium", line 2 of t',
      '3 asset: the lot of BTC on binance',
      '4 model: was "none", allowed: core',
      '4 asset: was "SHIB", kraken has AD',
      '4 quantity: was -1, it must be abo',
      '4 acquired_at: "2024-02-30" is not',
      '5 : has 8 cells, the header has 10',
      '6 client_name: was "Other", line 2',
    ])
    const result = parse(text)
    expect(!result.ok && result.error).toMatchObject({
      code: 'import-refused',
      message: expect.stringContaining('nothing was imported: line 3, tier: was "premium"'),
    })
  })

  test('one account for two books, or one that the firm has', () => {
    const header = 'client_id,client_name,book_id,tier,model,custody,account,venue,asset,quantity'
    const line = (book: string, account: string): string =>
      `C1,Holm,${book},standard,core,segregated,${account},kraken,BTC,1`
    expect(faults([header, line('B1', 'a'), line('B2', 'a')].join('\n'))).toEqual([
      '3 account: "a" is the account of line 2 already',
    ])
    expect(faults([header, line('B1', 'old-account')].join('\n'))).toEqual([
      '2 account: "old-account" is in the firm already',
    ])
    expect(faults([header, line('B1', '')].join('\n'))[0]).toContain(
      'a segregated book needs the name of its own account',
    )
  })

  test('no text makes it throw', () => {
    const cell = fc.constantFrom(
      '',
      'C1',
      'B1',
      'core',
      'binance',
      'BTC',
      '1',
      '-1',
      '"',
      'x"y',
      ',',
      '\n',
      '2024-13-01',
      '=',
    )
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 40 }), (cells) => {
        const result = parse(`${HEADER}\n${cells.join(',')}`)
        return result.ok ? result.value.books.length > 0 : result.error.lines.length > 0
      }),
    )
  })
})

describe('tax terms', () => {
  const header = `${HEADER},tax_short_term,tax_long_term,tax_holding_days,tax_loss`
  const row = (tax: string): string => `${header}\nC1,Holm,B1,standard,core,binance,BTC,1,,,${tax}\n`
  const termsOf = (text: string) => {
    const result = parse(text)
    return result.ok ? result.value.books[0]!.taxTerms : faults(text)
  }

  test('are read, and none where their cells are blank; a file without the columns is read as before', () => {
    expect(termsOf(row('0.35,0.2,365,'))).toEqual({ shortTermRate: 0.35, longTermRate: 0.2, holdingPeriodDays: 365 })
    expect(termsOf(row('0.35,0.2,365,0'))).toMatchObject({ lossRate: 0 })
    expect(termsOf(row(',,,'))).toBeUndefined()
    expect(termsOf(`${HEADER}\nC1,Holm,B1,standard,core,binance,BTC,1,,\n`)).toBeUndefined()
  })

  test.each([
    ['0.35,,365,', '2 tax_long_term: is empty, tax terms state tax_short_term, tax_long_term, tax_holding_days'],
    [',,,0.1', '2 tax_short_term: is empty, tax terms state tax_short_term, tax_long_term, tax_holding_days'],
    ['35,0.2,365,', '2 tax_short_term: was "35", allowed: a number from 0 to 0.75'],
    ['0.35,0.2,36.5,', '2 tax_holding_days: the holding period was 36.5 days, 0 to 3660 whole days are allowed'],
    ['0.35,0.2,365,0.5', '2 tax_loss: the loss rate was 0.5, a loss saves 0.35 at most: what a gain costs'],
  ])('%s is refused, in its own column', (cells, fault) => {
    expect(faults(row(cells))[0]).toContain(fault)
  })

  test('come back as they went out', () => {
    const firm = createSampleFirm({ seed: 2, books: 2, pricesUsd: PRICES, markets: MARKETS, now: NOW })
    const taxTerms = { shortTermRate: 0.35, longTermRate: 0.2, holdingPeriodDays: 365, lossRate: 0.1 }
    const books = [{ ...firm.books[0]!, taxTerms }, firm.books[1]!]
    expect(parse(exportClientBooksCsv({ ...firm, books }))).toMatchObject({ ok: true, value: { books } })
  })
})

describe('restrictions', () => {
  test('are read with limit and expiry', () => {
    expect(parseRestrictions('no-buy doge: statutes | at-most SOL 0.05 until 2026-01-31: bank: limit')).toEqual({
      ok: true,
      value: [
        { kind: 'no-buy', asset: 'DOGE', reason: 'statutes' },
        { kind: 'at-most', asset: 'SOL', weight: 0.05, until: Date.UTC(2026, 0, 31), reason: 'bank: limit' },
      ],
    })
  })

  test('what a line keeps of its target, of one asset and of the whole book, comes back as it went out', () => {
    const text = 'keep SOL 0.8 until 2026-01-31: agreed'
    const read = parseRestrictions(text)
    expect(read).toEqual({
      ok: true,
      value: [{ kind: 'keep', asset: 'SOL', share: 0.8, until: Date.UTC(2026, 0, 31), reason: 'agreed' }],
    })
    expect(read.ok && formatRestrictions(read.value)).toBe(text)
    const firm = createSampleFirm({ seed: 1, books: 1, pricesUsd: PRICES, markets: MARKETS, now: NOW })
    const books = firm.books.map((each) => ({ ...each, keptShare: 0.25 }))
    expect(parse(exportClientBooksCsv({ ...firm, books }))).toMatchObject({ ok: true, value: { books } })
  })

  test.each([
    ['keep SOL 1.5: x', 'the share was 1.5, it must be between 0 and 1'],
    ['at-most SOL: x', 'the weight was missing'],
    ['at-most SOL 5: x', 'the weight was 5, it must be between 0 and 1'],
    ['no-sell SOL 0.1: x', 'no-sell takes no weight'],
    ['no-sell SOL until soon: x', '"soon" is not a date'],
    ['no-sell SOL', 'is not a restriction like'],
  ])('%j is refused', (text, message) =>
    expect(parseRestrictions(text)).toMatchObject({ ok: false, error: { message: expect.stringContaining(message) } }),
  )
})
