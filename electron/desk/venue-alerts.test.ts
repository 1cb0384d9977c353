import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../core/clock.ts'
import type { VenueHealth } from '../../core/contracts/exchange.ts'
import { AlertBoard } from './alerts.ts'
import { watchVenues } from './venue-alerts.ts'

const health = (state: VenueHealth['state'], why: string | null = null): VenueHealth => ({
  venue: 'kraken',
  state,
  dataLatencyMs: null,
  orderLatencyMs: null,
  ageMs: 0,
  refusedBooks: 0,
  why,
})

describe('alerts of the venues', () => {
  test('one for as long as data is missing, with its first time; none when it is back', () => {
    const clock = new ManualClock(1_000)
    const alerts = new AlertBoard(clock)
    watchVenues(alerts, [health('no-data', 'the socket broke')], [])
    clock.advance(5_000)
    watchVenues(alerts, [health('no-data', 'connecting')], [])
    expect(alerts.list()).toEqual([
      { id: 'venue-kraken', severity: 'critical', at: 1_000, text: expect.stringContaining('Kraken sends no data') },
    ])
    watchVenues(alerts, [health('slow', 'the oldest order book is 6000 ms old')], [])
    expect(alerts.list()).toMatchObject([{ severity: 'warning' }])
    watchVenues(alerts, [health('connected')], [])
    expect(alerts.list()).toEqual([])
  })

  test('a venue that was down at the start has its own', () => {
    const alerts = new AlertBoard(new ManualClock(0))
    watchVenues(alerts, [health('no-data')], ['kraken'])
    expect(alerts.list()).toEqual([])
  })
})
