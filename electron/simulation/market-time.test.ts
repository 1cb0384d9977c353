import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fail, ok } from '../../core/result.ts'
import type { SandboxControl } from './control-client.ts'
import { SimulatedMarketTime } from './market-time.ts'

let wire = 0
beforeEach(() => {
  wire = 1_000
  vi.spyOn(performance, 'now').mockImplementation(() => wire)
})
afterEach(() => void vi.restoreAllMocks())

/** A sandbox that says what it is told to. */
function marketTime() {
  const said = { marketTime: 0, speed: 60, lockstep: false, silent: false }
  const control = {
    state: async () => (said.silent ? fail('sandbox-unreachable', 'gone') : ok({ seed: 1, prices: {}, ...said })),
  } as unknown as SandboxControl
  return { said, time: new SimulatedMarketTime(control) }
}

test('runs on at the market’s speed between two answers', async () => {
  const { said, time } = marketTime()
  expect(time.now()).toBe(0)
  said.marketTime = 5_000_000
  await time.synchronise()
  expect(time.now()).toBe(5_000_000)
  wire += 1_000
  expect(time.now()).toBe(5_060_000)
})

test('never runs backwards, and is overtaken by an answer that is ahead', async () => {
  const { said, time } = marketTime()
  said.marketTime = 1_000_000
  await time.synchronise()
  wire += 1_000
  expect(time.now()).toBe(1_060_000)
  said.marketTime = 1_050_000
  await time.synchronise()
  expect(time.now()).toBe(1_060_000)
  wire += 500
  expect(time.now()).toBe(1_080_000)
  said.marketTime = 2_000_000
  await time.synchronise()
  expect(time.now()).toBe(2_000_000)
})

test('an answer that does not come leaves the estimate running', async () => {
  const { said, time } = marketTime()
  said.marketTime = 1_000_000
  await time.synchronise()
  said.silent = true
  wire += 1_000
  await time.synchronise()
  wire += 1_000
  expect(time.now()).toBe(1_120_000)
})

test('in lockstep it stands until the barrier says what time it is', async () => {
  const { said, time } = marketTime()
  Object.assign(said, { marketTime: 1_000_000, lockstep: true })
  await time.synchronise()
  wire += 60_000
  expect(time.now()).toBe(1_000_000)
  time.set(1_900_000)
  wire += 60_000
  expect(time.now()).toBe(1_900_000)
  time.set(1_800_000)
  expect(time.now()).toBe(1_900_000)
})

test('whole milliseconds', async () => {
  const { said, time } = marketTime()
  Object.assign(said, { marketTime: 10, speed: 0.3 })
  await time.synchronise()
  wire += 1
  expect(time.now()).toBe(10)
})
