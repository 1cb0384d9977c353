import { afterEach, describe, expect, test } from 'vitest'
import { unwrap } from '../core/result.ts'
import { createPool, type EnginePool } from './pool.ts'
import type { EchoEngine } from './thread-link/echo/echo-engine.ts'

const folder = new URL('./thread-link/', import.meta.url)
const pools: EnginePool<EchoEngine>[] = []
const create = (size: number): EnginePool<EchoEngine> => {
  const pool = createPool<EchoEngine>(folder, 'echo', size)
  pools.push(pool)
  return pool
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()))
})
const items = Array.from({ length: 37 }, (_, i) => i + 1)

describe('a pool of engines', () => {
  test.each([1, 2, 3])('size %i answers in input order', async (size) => {
    const pool = create(size)
    unwrap(await pool.prepare((engine) => engine.setFactor(10)))
    expect(unwrap(await pool.run(items, (engine, part) => engine.scaleAll(part)))).toEqual(items.map((i) => i * 10))
  })

  test('an empty batch is an empty answer', async () =>
    expect(await create(2).run([], (engine, part) => engine.scaleAll(part))).toEqual({ ok: true, value: [] }))

  test('a thread that dies is replaced, prepared again, and its part redone', async () => {
    const pool = create(2)
    unwrap(await pool.prepare((engine) => engine.setFactor(2)))
    const visits = new SharedArrayBuffer(4)
    const batch = [...items, -1, ...items]
    const answer = await pool.run(batch, (engine, part) => engine.scaleOrDie(part, visits, 1))
    expect(answer).toEqual({ ok: true, value: batch.map((i) => i * 2) })
    expect(new Int32Array(visits)[0]).toBe(2)
  })

  test('a part that kills its thread twice fails the batch, and the pool works on', async () => {
    const pool = create(2)
    unwrap(await pool.prepare((engine) => engine.setFactor(2)))
    const visits = new SharedArrayBuffer(4)
    expect(await pool.run([...items, -1], (engine, part) => engine.scaleOrDie(part, visits, 99))).toMatchObject({
      ok: false,
      error: { code: 'engine-stopped' },
    })
    expect(new Int32Array(visits)[0]).toBe(2)
    expect(unwrap(await pool.run(items, (engine, part) => engine.scaleAll(part)))).toEqual(items.map((i) => i * 2))
  })

  test('an engine that answers too few items is a bug', async () =>
    expect(create(1).run(items, (engine) => engine.scaleAll([1]))).rejects.toThrow('answered 1 of'))

  test('a stopped pool fails instead of starting threads', async () => {
    const pool = create(2)
    await pool.stop()
    expect(await pool.run(items, (engine, part) => engine.scaleAll(part))).toMatchObject({ ok: false })
    expect(await pool.prepare((engine) => engine.setFactor(2))).toMatchObject({ ok: false })
  })

  test('a pool of no threads is refused', () => expect(() => create(0)).toThrow('at least 1 thread, not 0'))
})
