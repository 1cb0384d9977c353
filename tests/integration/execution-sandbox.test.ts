import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { unwrap } from '../../core/result.ts'
import { createControlClient } from '../../electron/simulation/control-client.ts'
import { openStore } from '../../electron/store/open-store.ts'
import { firmFacts, listedAssets, openAccounts, parentOrder, planBatch, readPrices } from '../chaos/batch.ts'
import { judge } from '../chaos/oracle.ts'
import { openRouter } from '../chaos/router.ts'
import { sandboxForTest } from './sandbox-support.ts'

it('trades a batch on the free-running venues within their rate limits', async () => {
  const sandbox = await sandboxForTest({ seed: 7 })
  const { addresses } = sandbox
  const control = createControlClient(addresses.control)
  const pricesUsd = await readPrices(control)
  await openAccounts(control, pricesUsd)
  const folder = mkdtempSync(join(tmpdir(), 'execution-sandbox-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const plans = planBatch(3, [40], pricesUsd)
  const store = unwrap(openStore({ folder, clock: systemClock, epochSource: () => 'epoch-of-the-test' }))
  store.record(firmFacts({ pricesUsd }), 'import')
  const complaints: string[] = []
  const complain = (message: string): void => void complaints.push(message)
  const router = await openRouter({
    store,
    addresses,
    assets: listedAssets(pricesUsd),
    lockstep: false,
    log: { info() {}, warn: complain, error: complain },
  })
  await router.executor.resume()
  const parents = plans[0]!.map((parent) => parentOrder('plan-1', parent, pricesUsd[parent.asset]!, Date.now()))
  unwrap(
    router.executor.release({ planId: 'plan-1', proposalIds: [], approval: 'advisor', parents, actor: 'advisor:test' }),
  )
  await router.executor.idle()
  const verdict = judge(unwrap(await control.ledger()), store, { folder, addresses, plans, pricesUsd })
  expect(verdict.violations).toEqual([])
  expect(
    store
      .parentsOf('plan-1')
      .filter(({ state }) => state !== 'filled')
      .map(({ why }) => why),
  ).toEqual([])
  // Every order needed one attempt: nothing waited for a rate limit until it was too late to be sent.
  const children = store.parentsOf('plan-1').flatMap(({ parent }) => store.childrenOf(parent.id))
  expect(children.map(({ state }) => state)).toEqual(children.map(() => 'filled'))
  expect(children.filter(({ child }) => child.venue === 'kraken').length).toBeGreaterThan(15)
  expect(complaints).toEqual([])
  await router.close()
  store.close()
})
