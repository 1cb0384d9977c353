import { describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { AuditPass } from './audit-pass.ts'
import { createBookTable } from './book-table.ts'
import { toColumns } from './drift-load.ts'
import { compileFilter, findFilter } from './filter-module.ts'
import { DriftEngine } from './index.ts'
import { LoadedBooks } from './loaded-books.ts'

const LINES = [
  { asset: 'BTC', target: 0.5, low: 0.4, high: 0.6 },
  { asset: 'CASH', target: 0.5, low: 0, high: 1 },
]
const FILTER = findFilter(import.meta.dirname)
const PRICES: [Float64Array, Uint8Array] = [Float64Array.of(1, 1), Uint8Array.of(1, 1)]
const LOAD = {
  assets: ['BTC', 'USD'],
  books: Array.from({ length: 1000 }, (_, i) => ({
    id: `book-${i}`,
    lines: LINES,
    holdings: ['BTC', 'USD'].map((asset) => ({ asset, quantity: 1 })),
  })),
}

/** A thousand books in band, of which the filter's copy of one is wrong: the table changed behind its back. */
function corrupted(now: () => number = () => 0) {
  const loaded = new LoadedBooks(unwrap(createBookTable(unwrap(toColumns(LOAD)))), FILTER, now)
  unwrap(loaded.setPrices(...PRICES))
  expect(loaded.report(1)).toMatchObject({ out: 0, unable: 0, audit: { differences: 0, first: [] } })
  const { table } = loaded
  table.quantities.values[table.heldAt[617]!] = 3
  return loaded
}
const ALARM = { differences: 1, first: [{ bookId: 'book-617', said: 'in', exact: 'out' }] }

describe('the audit', () => {
  test('slices find what the filter has wrong within a second, and put it right', () => {
    let now = 0
    const loaded = corrupted(() => now)
    let frames = 0
    let report = loaded.report(2)
    while (report.audit.differences === 0 && frames < 100) {
      now += 20
      frames++
      loaded.auditSlice()
      report = loaded.report(2 + frames)
    }
    expect(report.audit).toEqual(ALARM)
    expect(now).toBeLessThanOrEqual(1000)
    expect([...report.newlyBreached.book]).toEqual([617])
    expect(loaded.monitor.whyPlain).toBe('switched off: an audit found a difference')
    now += 20
    expect(loaded.auditSlice()).toBe(false)
    expect(loaded.report(1000)).toMatchObject({ out: 1, audit: { differences: 0 } })
  })

  test('every full sweep is an audit of all books', () => {
    const sweep = corrupted().sweep(true, false)
    expect(sweep.audit).toEqual(ALARM)
    expect(sweep.newlyBreached).toMatchObject([{ bookId: 'book-617', asset: 'BTC', side: 'above', weight: 0.75 }])
  })

  test('a crossing is measured before it is told: what the filter made up is an alarm and no breach', () => {
    const loaded = corrupted()
    const { table } = loaded
    table.quantities.values[table.heldAt[617]!] = 1
    loaded.monitor.bookChanged(617)
    table.quantities.values[table.heldAt[5]!] = 3
    loaded.monitor.bookChanged(5)
    table.quantities.values[table.heldAt[5]!] = 1
    const report = loaded.report(2)
    expect(report).toMatchObject({
      out: 0,
      audit: { differences: 1, first: [{ bookId: 'book-5', said: 'out', exact: 'in' }] },
    })
    expect(report.newlyBreached.book).toHaveLength(0)
  })

  test('the engine says what sweeps, and how much of it was audited', () => {
    const engine = new DriftEngine(FILTER, () => 0)
    unwrap(engine.load(LOAD))
    expect(unwrap(engine.info())).toMatchObject({ sweep: 'simd-filter', whyPlain: null, books: 1000, bandRows: 1 })
    expect(unwrap(engine.sweep(...PRICES)).audit).toEqual({ differences: 0, first: [] })
    expect(unwrap(engine.info()).audited).toBe(1000)
  })

  test('a pass over a million books takes a second of frames, in order, every book once', () => {
    let now = 0
    const pass = new AuditPass(1_000_000, () => now)
    const counts = new Uint8Array(1_000_000)
    let frames = 0
    while (counts[999_999] === 0) {
      pass.frameDecided()
      now += 10
      const { from, to } = pass.next()
      for (let book = from; book < to; book++) counts[book]!++
      frames++
    }
    expect(frames).toBe(100)
    expect(counts.every((count) => count === 1)).toBe(true)
    pass.frameDecided()
    now += 5000
    const { from, to } = pass.next()
    expect(to - from).toBe(100_000)
  })
})

describe('where there is no filter', () => {
  const whyOf = (engine: DriftEngine): unknown => {
    unwrap(engine.load(LOAD))
    expect(unwrap(engine.sweep(...PRICES)).newlyBreached).toEqual([])
    return unwrap(engine.info())
  }
  test('the file is missing: said, and the plain sweep runs', () =>
    expect(whyOf(new DriftEngine(findFilter('/nowhere')))).toMatchObject({
      sweep: 'plain',
      whyPlain: 'the compiled filter is not there (npm run prepare builds it)',
    }))

  test('a runtime without SIMD refuses the file', () =>
    expect(whyOf(new DriftEngine(compileFilter(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 9))))).toMatchObject({
      sweep: 'plain',
      whyPlain: expect.stringContaining('may lack SIMD'),
    }))

  test('a file of another version is not used', () => {
    // (module (import "env" "memory" (memory 1 65536)) (global (export "VERSION") i32 (i32.const 1)))
    const old = Uint8Array.from([
      0, 97, 115, 109, 1, 0, 0, 0, 2, 18, 1, 3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 1, 1, 128, 128, 4, 6,
      6, 1, 127, 0, 65, 1, 11, 7, 11, 1, 7, 86, 69, 82, 83, 73, 79, 78, 3, 0,
    ])
    expect(compileFilter(old)).toEqual({
      module: null,
      why: 'the compiled filter has version 1, this engine needs 2',
    })
  })
})
