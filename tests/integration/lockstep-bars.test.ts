import { expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { DEFAULT_EXCHANGE_SETTINGS } from '../../electron/exchanges/settings.ts'
import { type DeskAtWork, deskAtWork, sandboxProcess } from './desk-support.ts'

const sandbox = await sandboxProcess(11)
const HOUR = 3_600

/** The next answer with bars of Binance comes so much later. */
async function delayBars({ simulated }: DeskAtWork, ms: number): Promise<void> {
  const match = 'GET /api/v3/klines'
  unwrap(await simulated.control.addFault({ venue: 'binance', match, kind: 'delay', when: 'before', ms }))
}

test('bars that come later than a live desk waits are waited for', async () => {
  const at = await deskAtWork(sandbox.addresses, { books: 3 })
  await delayBars(at, DEFAULT_EXCHANGE_SETTINGS.barsTimeoutMs + 2_000)
  await at.step(HOUR)
  expect(at.simulated.missing()).toBeNull()
  expect(at.log.filter((line) => line.includes('bars of'))).toEqual([])
  await at.close()
}, 60_000)

test('bars that never come end the run, with what was missing', async () => {
  const at = await deskAtWork(sandbox.addresses, { books: 3, exchanges: { barsTimeoutMs: 6_000 } })
  await delayBars(at, 60_000)
  await at.step(HOUR)
  const reason = {
    code: 'unreachable',
    message: expect.stringMatching(/^bars of binance:.+\b6\d00 ms.*; a run in lockstep can't be repeated without it$/),
  }
  expect(at.simulated.missing()).toMatchObject(reason)
  expect(await at.simulated.advance(HOUR)).toMatchObject({ ok: false, error: reason })
  await at.close()
}, 90_000)
