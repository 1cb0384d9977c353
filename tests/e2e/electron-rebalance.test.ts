import type { ElectronApplication, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collectComplaints, freshFolder, launchElectron } from './harness.ts'
import { awaitProposals, gridRows, ledgerDifferences, readStore, stateCounts } from './practice.ts'

/** The rebalance in the app's own window: everything the screens know came over its MessagePort. */
const BOOKS = 100
const dataFolder = freshFolder('electron-rebalance')
let app: ElectronApplication
let page: Page
let complaints: string[]

beforeAll(async () => {
  app = await launchElectron(dataFolder, ['--books', String(BOOKS)])
  page = await app.firstWindow()
  page.setDefaultTimeout(100_000)
  complaints = collectComplaints(page)
  await page.waitForURL(/trimtab/, { waitUntil: 'load' })
})
afterAll(() => app?.close())

describe('the rebalance in a window', () => {
  test('shows the Monitor live', async () => {
    await awaitProposals(page, 3)
    const counts = await stateCounts(page)
    expect(Object.values(counts).reduce((total, count) => total + count, 0)).toBe(BOOKS)
    const before = await gridRows(page, 'Client books')
    await expect.poll(() => gridRows(page, 'Client books'), { timeout: 60_000 }).not.toEqual(before)
    // The bridge is there: with it the screens ask for a port and open no socket.
    expect(await page.evaluate(() => typeof window.trimtab?.connect)).toBe('function')
  })

  test('approves what is clean, and the orders fill', async () => {
    await page.keyboard.press('p')
    await page.getByRole('button', { name: /^Approve \d+ clean/ }).waitFor()
    await page.keyboard.press('Control+Enter')
    await page.getByText(/approved, releasing in \d s/).waitFor({ timeout: 20_000 })
    const outcome = page.getByText(/^\d+ sent, \d+ re-priced, \d+ expired$/)
    await outcome.waitFor({ timeout: 60_000 })
    expect(Number.parseInt(await outcome.innerText(), 10)).toBeGreaterThan(0)
    await page.keyboard.press('o')
    await page.getByRole('button', { name: /^Working ?0$/ }).waitFor({ timeout: 30_000 })
    await page.getByText('Sum check 0').waitFor()
    const plans = readStore(dataFolder, (store) => store.plans(100).map((plan) => plan.approval))
    expect(plans).toContain('advisor')
  })

  test('leaves a ledger that equals the venues, and no complaint', async () => {
    await expect.poll(() => ledgerDifferences(dataFolder), { timeout: 20_000, interval: 1_000 }).toEqual([])
    expect(complaints).toEqual([])
  })
})
