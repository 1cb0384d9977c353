import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { SharedPrices } from './shared-prices.ts'

const read = (board: SharedPrices): { frame: number | null; prices: number[]; fresh: number[] } => {
  const prices = new Float64Array(board.assets)
  const fresh = new Uint8Array(board.assets)
  const frame = board.read(prices, fresh)
  return { frame, prices: [...prices], fresh: [...fresh] }
}

describe('shared prices', () => {
  test('a new one has stale NaN prices; frames are numbered as they are written', () => {
    const board = SharedPrices.create(3)
    expect(read(board)).toEqual({ frame: 1, prices: [Number.NaN, Number.NaN, Number.NaN], fresh: [0, 0, 0] })
    expect(board.write(Float64Array.of(1.5, -0, 1e-300), Uint8Array.of(1, 0, 1))).toBe(2)
    const other = SharedPrices.over(board.buffer)
    expect(read(other)).toEqual({ frame: 2, prices: [1.5, -0, 1e-300], fresh: [1, 0, 1] })
    expect(board.set(1, Number.POSITIVE_INFINITY, true)).toBe(3)
    expect(read(other)).toEqual({ frame: 3, prices: [1.5, Number.POSITIVE_INFINITY, 1e-300], fresh: [1, 1, 1] })
    expect(other.frame).toBe(3)
  })

  test('who waits for the bell wakes by a frame, by a ring, or when the time is over; never for what was before', async () => {
    const board = SharedPrices.create(1)
    const bell = board.bell
    let isAwake = false
    const waiting = board.rung(bell, 60_000).then(() => (isAwake = true))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(isAwake).toBe(false)
    board.set(0, 1, true)
    await waiting
    await board.rung(bell, 60_000)
    const later = board.rung(board.bell, 60_000)
    board.ring()
    await later
    const start = performance.now()
    await board.rung(board.bell, 30)
    expect(performance.now() - start).toBeGreaterThan(25)
  })

  test('a reader never sees half of a frame, however fast the writer is', { timeout: 60_000 }, async () => {
    const board = SharedPrices.create(200)
    board.write(new Float64Array(200).fill(1), new Uint8Array(200).fill(1))
    const source = `
      const { workerData } = require('node:worker_threads')
      import(workerData.module).then(({ SharedPrices }) => {
        const board = SharedPrices.over(workerData.buffer)
        const prices = new Float64Array(200)
        const fresh = new Uint8Array(200)
        for (let k = 2; ; k++) {
          prices.fill(1 / k)
          fresh.fill(k % 2)
          board.write(prices, fresh)
          // A moment's pause, or a reader would never find the board at rest.
          for (let spin = 0; spin < 30000; spin++);
        }
      })`
    const writer = new Worker(source, {
      eval: true,
      execArgv: [],
      workerData: { buffer: board.buffer, module: new URL('shared-prices.ts', import.meta.url).href },
    })
    try {
      const prices = new Float64Array(200)
      const fresh = new Uint8Array(200)
      const frames = new Set<number>()
      const end = performance.now() + 1500
      while (performance.now() < end || frames.size < 200) {
        const frame = board.read(prices, fresh)
        if (frame === null) continue
        frames.add(frame)
        for (let asset = 1; asset < 200; asset++) {
          if (prices[asset] !== prices[0] || fresh[asset] !== fresh[0]) {
            throw new Error(`frame ${frame} mixes ${prices[0]} with ${prices[asset]}`)
          }
        }
      }
      expect(frames.size).toBeGreaterThanOrEqual(200)
    } finally {
      await writer.terminate()
    }
  })

  test('a writer that died in the middle of a write makes no reader wait for ever', () => {
    const board = SharedPrices.create(1)
    Atomics.add(new Int32Array(board.buffer), 0, 1)
    expect(board.read(new Float64Array(1), new Uint8Array(1))).toBeNull()
  })
})
