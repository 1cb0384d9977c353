import { describe, expect, test } from 'vitest'
import { parseSeriesTime, readCloseSeries } from './close-series.ts'

const error = (text: string, column?: string): string => {
  const read = readCloseSeries(text, column)
  return read.ok ? 'was read' : `${read.error.code}: ${read.error.message}`
}

describe('closes from a CSV', () => {
  test('reads a column, skips empty cells and counts them', () => {
    const read = readCloseSeries('date,BTC,ETH\n2020-01-01,1,\r\n2020-01-02,2,5\n2020-01-03,3,\n\n', 'ETH')
    expect(read).toEqual({
      ok: true,
      value: { column: 'ETH', dates: ['2020-01-02'], closes: Float64Array.of(5), missing: 2 },
    })
  })

  test('without a name takes "close", else the first column', () => {
    const first = readCloseSeries('date,BTC,ETH\n2020-01-01,1,2\n')
    const close = readCloseSeries('time_utc,open,close\n2020-01-01 00:00,1,2\n')
    expect(first.ok && first.value.column).toBe('BTC')
    expect(close.ok && close.value.closes[0]).toBe(2)
  })

  test('says what is wrong and where', () => {
    expect(error('date,BTC,ETH\n2020-01-01,1,2\n', 'DOGE')).toBe(
      'unknown-column: there is no column "DOGE", the columns are BTC, ETH',
    )
    expect(error('date,BTC\n2020-01-01,1\n2020-01-02,-3\n')).toContain('line 3: BTC is "-3"')
    expect(error('date,BTC\n2020-01-01,0\n')).toContain('bad-price: line 2')
    expect(error('date,BTC\n2020-01-01,NaN\n')).toContain('line 2: BTC is "NaN"')
    expect(error('date,BTC\n2020-01-01,1e999\n')).toContain('bad-price')
    expect(error('date,BTC\n2020-01-02,1\n2020-01-01,1\n')).toContain('not-sorted: line 3')
    expect(error('date,BTC\n2020-01-01,1\n2020-01-01,1\n')).toContain('not-sorted: line 3')
    expect(error('date,BTC\n2020-02-30,1\n')).toContain('bad-date: line 2: "2020-02-30"')
    expect(error('date,BTC\n01/02/2020,1\n')).toContain('bad-date')
    expect(error('date,BTC\n2020-01-01,1,2\n')).toContain('bad-row: line 2 has 3 cells')
    expect(error('')).toContain('empty')
    expect(error('date,BTC\n')).toContain('has no closes')
  })

  test('times without a zone are UTC', () => {
    expect(parseSeriesTime('2020-03-12')).toBe(Date.UTC(2020, 2, 12))
    expect(parseSeriesTime('2020-03-12 15:30')).toBe(Date.UTC(2020, 2, 12, 15, 30))
    expect(parseSeriesTime('2020-03-12T15:30:00+02:00')).toBe(Date.UTC(2020, 2, 12, 13, 30))
    expect(parseSeriesTime('2020-3-12')).toBeNull()
  })
})
