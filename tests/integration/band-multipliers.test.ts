import { expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { type DeskAtWork, deskAtWork, freshFolder, sandboxProcess } from './desk-support.ts'

const HOUR = 3_600

test('multipliers changed in a running desk phase in over a day, also over a restart', async () => {
  const sandbox = await sandboxProcess(4)
  const options = { dataFolder: freshFolder('multipliers'), books: 10 }
  const first = await deskAtWork(sandbox.addresses, options)
  const { api, market } = first.simulated
  const { rules } = await api.rules()
  const before = market.multiplier()
  const bandMultipliers = { calm: 2, normal: 2, stressed: 2, crisis: 2 }
  unwrap(await api.setRules({ ...rules, bandMultipliers }, 'wider bands for a test'))
  expect(market.multiplier()).toBe(before)
  const hundredths = (share: number): number => Math.round(100 * (before + share * (2 - before))) / 100
  await first.step(6 * HOUR)
  expect(market.multiplier()).toBeCloseTo(hundredths(1 / 4), 9)
  /** What the first line of the first book is told its band was multiplied by. */
  const shown = async ({ simulated }: DeskAtWork): Promise<number> => {
    const { id } = simulated.desk.parts.world.books[0]!
    const { baseHalf, half, profileFactor } = unwrap(await simulated.api.clientBook(id)).lines[0]!.band
    return half / baseHalf / profileFactor
  }
  expect(await shown(first)).toBeCloseTo(hundredths(1 / 4), 9)
  await first.close()

  const second = await deskAtWork(sandbox.addresses, options)
  expect(second.simulated.market.multiplier()).toBeCloseTo(hundredths(1 / 4), 9)
  await second.step(6 * HOUR)
  expect(second.simulated.market.multiplier()).toBeCloseTo(hundredths(1 / 2), 9)
  await second.step(12 * HOUR)
  expect(second.simulated.market.multiplier()).toBe(2)
  expect(await shown(second)).toBeCloseTo(2, 9)
  const { desk } = second.simulated
  expect(desk.parts.store.rebalancingRules()).toMatchObject([
    { by: 'Advisor 1', why: 'wider bands for a test', rules: { bandMultipliers } },
  ])
  expect(desk.parts.store.verify()).toMatchObject({ ok: true })
  await second.close()
}, 120_000)
