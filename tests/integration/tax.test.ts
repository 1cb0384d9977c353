import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { unwrap } from '../../core/result.ts'
import { openStore } from '../../electron/store/open-store.ts'
import { freshFolder, trimtab } from './desk-support.ts'

interface Report {
  readonly approved: number
  readonly automatic: number
  readonly ledgerDifferences: readonly unknown[]
  readonly toldTaxUsd?: number
  readonly realisedTaxUsd?: number
  readonly naiveTaxUsd?: number
}

async function demo(...args: readonly string[]): Promise<Report> {
  const end = await trimtab(['demo', '--books', '40', '--seed', '4', ...args])
  expect(end.code, end.stderr).toBe(0)
  return JSON.parse(end.stdout) as Report
}

test('a firm with tax terms: what its proposals told is what the ledger realised, but for prices that moved', async () => {
  const folder = join(freshFolder('tax'), 'data')
  const report = await demo('--tax', '0.35,0.2,365', '--data', folder)
  expect(report.approved + report.automatic).toBeGreaterThan(3)
  expect(report.ledgerDifferences).toEqual([])
  const [told, realised] = [report.toldTaxUsd!, report.realisedTaxUsd!]
  expect(Math.abs(told)).toBeGreaterThan(100)
  expect(Math.abs(realised - told)).toBeLessThan(0.03 * Math.abs(told))
  expect(told).toBeLessThan(report.naiveTaxUsd!)
  expect(await trimtab(['journal', 'verify', '--data', folder])).toMatchObject({ code: 0 })

  const store = unwrap(openStore({ folder, clock: systemClock, epochSource: () => '', readOnly: true }))
  const [proposal] = store.plans(1).flatMap(({ proposalIds }) => proposalIds.map((id) => store.proposal(id)!))
  const at = new Date(proposal!.createdAt).toISOString().slice(0, 19)
  store.close()
  const why = await trimtab(['why', proposal!.bookId, '--at', `${at}Z`, '--data', folder, '--json'])
  const answer = JSON.parse(why.stdout)
  expect(answer.taxTerms).toEqual({ shortTermRate: 0.35, longTermRate: 0.2, holdingPeriodDays: 365 })
  expect(answer.proposal.tax.taxUsd).toBe(proposal!.tax!.taxUsd)
  const sold = answer.proposal.lines.filter((line: { side: string | null }) => line.side === 'sell')
  for (const line of sold) expect(line.why).toMatch(/tax/)
}, 300_000)

test('a firm without tells nothing of tax; terms that no law could mean are refused before anything starts', async () => {
  const report = await demo()
  expect(report).not.toHaveProperty('toldTaxUsd')
  expect(await trimtab(['demo', '--tax', '35,20,365'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('the short-term rate was 35, a fraction from 0 to 0.75 is allowed'),
  })
}, 300_000)
