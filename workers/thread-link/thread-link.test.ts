import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest'
import type { Failure, Result } from '../../core/result.ts'
import { unwrap } from '../../core/result.ts'
import type { EchoEngine } from './echo/echo-engine.ts'
import { type EngineFailure, type EngineThread, startEngine } from './index.ts'

const folder = new URL('.', import.meta.url)
const running: EngineThread<EchoEngine>[] = []
const start = (onFailure?: (failure: EngineFailure) => void): EngineThread<EchoEngine> => {
  const engine = startEngine<EchoEngine>(folder, 'echo', onFailure ? { onFailure } : {})
  running.push(engine)
  return engine
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((engine) => engine.stop()))
})

describe('an engine in a thread', () => {
  test('answers are wrapped once, and an engine that answers a Result is not wrapped twice', async () => {
    const { remote } = start()
    expect(await remote.setFactor(3)).toEqual({ ok: true, value: 3 })
    expect(await remote.scaleAll([1, 2])).toEqual({ ok: true, value: [3, 6] })
    expect(await remote.divide(1, 4)).toEqual({ ok: true, value: 0.25 })
    expect(await remote.divide(1, 0)).toEqual({
      ok: false,
      error: { code: 'divided-by-zero', message: '1 divided by 0' },
    })
    expectTypeOf(remote.scaleAll).returns.resolves.toEqualTypeOf<Result<number[], EngineFailure>>()
    expectTypeOf(remote.divide).returns.resolves.toEqualTypeOf<
      Result<number, Failure<'divided-by-zero'> | EngineFailure>
    >()
  })

  test('typed arrays come whole, shared memory is shared', async () => {
    const { remote } = start()
    const filled = unwrap(await remote.fill(5, 1.5))
    expect(filled).toEqual(new Float64Array(5).fill(1.5))
    const shared = new SharedArrayBuffer(4)
    await remote.addToShared(shared, 7)
    expect(new Int32Array(shared)[0]).toBe(7)
  })

  test('what an engine throws is a bug and rejects with the name of the engine and the method', async () => {
    const engine = start()
    await expect(engine.remote.throwError()).rejects.toThrow('engine "echo".throwError: this is a bug')
    expect(engine.failure()).toBeNull()
    expect(await engine.remote.scaleAll([1])).toEqual({ ok: true, value: [1] })
  })

  test.each<[string, (engine: EngineThread<EchoEngine>) => void, string]>([
    ['exits', (engine) => void engine.remote.die(3), 'ended with code 3'],
    ['throws outside a call', (engine) => void engine.remote.dieLater(), 'died: nobody caught this'],
  ])('a thread that %s fails its pending and later calls and says so once', async (_, kill, why) => {
    const failures: EngineFailure[] = []
    const engine = start((failure) => failures.push(failure))
    const pending = engine.remote.waitForEver()
    kill(engine)
    const expected = { ok: false, error: { code: 'engine-stopped', message: `engine "echo" ${why}` } }
    expect(await pending).toEqual(expected)
    expect(await engine.remote.scaleAll([1])).toEqual(expected)
    await engine.stop()
    expect(failures).toEqual([expected.error])
  })

  test('stop ends pending calls too, without a failure', async () => {
    const failures: EngineFailure[] = []
    const engine = start((failure) => failures.push(failure))
    const pending = engine.remote.waitForEver()
    await engine.stop()
    expect(await pending).toMatchObject({ ok: false, error: { code: 'engine-stopped' } })
    expect(failures).toEqual([])
  })

  test('a thread may be awaited: the remote is not taken for a promise', async () => {
    const { remote } = await Promise.resolve(start())
    expect(await (await Promise.resolve(remote)).scaleAll([2])).toEqual({ ok: true, value: [2] })
  })

  test('an argument that cannot be cloned rejects and leaves the thread alive', async () => {
    const { remote } = start()
    await expect(remote.scaleAll([(() => 1) as unknown as number])).rejects.toThrow('could not be cloned')
    expect(await remote.scaleAll([2])).toEqual({ ok: true, value: [2] })
  })
})

describe('where an engine is found', () => {
  test('a built file comes before the sources', async () => {
    const build = mkdtempSync(join(tmpdir(), 'workers-'))
    try {
      const link = new URL('expose-engine.ts', import.meta.url).href
      writeFileSync(
        join(build, 'echo.js'),
        `import(${JSON.stringify(link)}).then((m) => m.exposeEngine({ scaleAll: (v) => v.map((x) => -x) }))`,
      )
      const engine = startEngine<EchoEngine>(build, 'echo')
      running.push(engine)
      expect(await engine.remote.scaleAll([1, 2])).toEqual({ ok: true, value: [-1, -2] })
    } finally {
      rmSync(build, { recursive: true })
    }
  })

  test('an engine that is not there is named with both places', () =>
    expect(() => startEngine(folder, 'nothing')).toThrow(/engine "nothing" is neither .*nothing\.js nor .*worker\.ts/))

  test('an engine that cannot load answers engine-stopped', async () => {
    const build = mkdtempSync(join(tmpdir(), 'workers-'))
    try {
      writeFileSync(join(build, 'broken.js'), 'throw new Error("no such module here")')
      const engine = startEngine<EchoEngine>(build, 'broken')
      running.push(engine)
      expect(await engine.remote.scaleAll([1])).toMatchObject({
        ok: false,
        error: { code: 'engine-stopped', message: 'engine "broken" died: no such module here' },
      })
    } finally {
      rmSync(build, { recursive: true })
    }
  })
})
