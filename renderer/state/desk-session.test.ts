import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../core/clock.ts'
import type { DeskLink } from '../../core/contracts/page-link-client.ts'
import { FakeDesk } from '../fake-desk/fake-desk.ts'
import { DeskSession } from './desk-session.ts'

/** A desk that can be cut off, time moved by hand, and a display that draws when told to. */
function setUp(open?: (desk: FakeDesk) => Promise<DeskLink>) {
  const clock = new ManualClock(Date.UTC(2026, 10, 20, 14))
  const desk = new FakeDesk({ books: 12, seed: 1, clock, scenario: 'normal' })
  const waiting: { at: number; run: () => void }[] = []
  const display: (() => void)[] = []
  const session = new DeskSession({
    open: () => (open ? open(desk) : Promise.resolve(desk.connect())),
    clock,
    schedule: (run) => display.push(run),
    wait: (milliseconds, run) => {
      const entry = { at: clock.now() + milliseconds, run }
      waiting.push(entry)
      return () => waiting.splice(waiting.indexOf(entry), 1)
    },
  })
  return {
    desk,
    session,
    clock,
    state: () => session.store.getState(),
    draw: () => {
      for (const run of display.splice(0)) run()
    },
    /** Lets what is under way finish, then moves time. */
    async settle(milliseconds = 0) {
      for (let i = 0; i < 20; i++) await Promise.resolve()
      clock.advance(milliseconds)
      for (const entry of waiting.filter(({ at }) => at <= clock.now())) {
        waiting.splice(waiting.indexOf(entry), 1)
        entry.run()
      }
      for (let i = 0; i < 20; i++) await Promise.resolve()
    },
  }
}

describe('opening', () => {
  test('shows every row, although only those that change send frames', async () => {
    const { session, state, settle, draw } = setUp()
    session.start()
    await settle()
    draw()
    expect(state().link).toBe('open')
    const board = state().board!
    for (let row = 0; row < board.rows; row++) expect(board.value(row, 'valueUsd')).toBeGreaterThan(0)
  })

  test('a frame sent while the snapshot is on its way is not lost', async () => {
    let answer = (): void => undefined
    const { session, desk, state, settle, draw } = setUp(async (given) => {
      const link = given.connect()
      return {
        ...link,
        api: {
          ...link.api,
          snapshot: async () => {
            const snapshot = await link.api.snapshot()
            await new Promise<void>((resolve) => {
              answer = resolve
            })
            return snapshot
          },
        },
      }
    })
    session.start()
    await settle()
    const seen: number[] = []
    desk.connect().on('frame', (frame) => {
      for (const row of frame.rows)
        seen[row] = frame.cells[Array.from(frame.rows).indexOf(row) * (frame.cells.length / frame.rows.length)]!
    })
    for (let k = 0; k < 4; k++) desk.tick()
    answer()
    await settle()
    draw()
    expect(seen).toHaveLength(12)
    seen.forEach((value, row) => expect(state().board!.value(row, 'valueUsd')).toBe(value))
  })

  test('a desk that is not there yet is asked again, ever more patiently', async () => {
    let tries = 0
    const { session, state, settle } = setUp(async (desk) => {
      tries++
      if (tries < 4) throw new Error('not yet')
      return desk.connect()
    })
    session.start()
    await settle()
    expect(state()).toMatchObject({ link: 'lost', snapshot: null })
    for (const wait of [500, 1000, 2000]) await settle(wait)
    expect(tries).toBe(4)
    expect(state().link).toBe('open')
  })
})

describe('while open', () => {
  test('topics are asked for only while somebody shows them, and again when they change', async () => {
    const { session, desk, state, settle } = setUp()
    session.start()
    await settle()
    expect(state().proposals).toBeNull()
    const stop = session.watch('proposals')
    await settle()
    const { proposals } = state().proposals!.value
    expect(proposals.length).toBeGreaterThan(0)
    await settle(300)
    await desk.api.holdProposal(proposals[0]!.id, true)
    await settle()
    expect(state().proposals!.value.proposals[0]!.state).toBe('held')
    stop()
    const before = state().proposals
    await settle(300)
    await desk.api.holdProposal(proposals[0]!.id, false)
    await settle()
    expect(state().proposals).toBe(before)
  })

  test('changes in quick succession end in the last one, not in one question each', async () => {
    const { session, desk, state, settle } = setUp()
    session.start()
    await settle()
    session.watch('proposals')
    await settle(300)
    const { id } = state().proposals!.value.proposals[0]!
    for (let k = 0; k < 9; k++) await desk.api.holdProposal(id, k % 2 === 0)
    await settle(300)
    await settle()
    expect(state().proposals!.value.proposals.find((proposal) => proposal.id === id)!.state).toBe('held')
  })
})

describe('a broken link', () => {
  test('keeps what was shown, says since when, and comes back with a new snapshot', async () => {
    const { session, desk, state, settle, clock, draw } = setUp()
    session.start()
    await settle()
    session.watch('blotter')
    await settle(300)
    draw()
    const { board } = state()
    desk.disconnect()
    expect(state()).toMatchObject({ link: 'lost', lostAt: clock.now(), retryAt: clock.now() + 500 })
    expect(state().board).toBe(board)
    expect(session.api).toBeNull()
    await settle(500)
    draw()
    expect(state().link).toBe('open')
    expect(state().board).not.toBe(board)
    expect(session.api).not.toBeNull()
    desk.tick()
    await settle(300)
    expect(state().blotter!.receivedAt).toBeGreaterThan(0)
  })

  test('trying now does not open two links', async () => {
    let opened = 0
    const { session, desk, settle } = setUp(async (given) => {
      opened++
      return given.connect()
    })
    session.start()
    await settle()
    desk.disconnect()
    session.start()
    session.start()
    await settle()
    await settle(5000)
    expect(opened).toBe(2)
  })

  test('stopped is stopped', async () => {
    const { session, desk, state, settle } = setUp()
    session.start()
    await settle()
    session.stop()
    desk.disconnect()
    await settle(60_000)
    expect(state().link).not.toBe('connecting')
    expect(session.api).toBeNull()
  })
})
