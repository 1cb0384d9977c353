import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { type DeskAtWork, deskAtWork, sandboxProcess } from '../integration/desk-support.ts'
import { freshFolder, openBrowser } from './harness.ts'
import { type ShownDesk, showDesk } from './shown-desk.ts'

/** Tax on the screens: an advisor states what selling costs a client, reads it in a proposal, and what became of it. */
const folder = freshFolder('tax')
let at: DeskAtWork
let browser: Browser
let page: Page
let shown: ShownDesk
let book: string

beforeAll(async () => {
  const sandbox = await sandboxProcess()
  ;[at, browser] = await Promise.all([
    deskAtWork(sandbox.addresses, { dataFolder: folder, books: 6, drifted: false, undoMs: 0 }),
    openBrowser(),
  ])
  const { api, desk } = at.simulated
  // inside its bands, with a loss that is worth selling for
  for (const each of desk.parts.world.books) {
    unwrap(api.setTaxTerms(each.id, { shortTermRate: 0.35, longTermRate: 0.2, holdingPeriodDays: 365 }, 'to find one'))
    const proposal = await api.proposeFor(each.id)
    if (proposal.ok) unwrap(api.dismissProposal(proposal.value.id, 'to find one'))
    unwrap(api.setTaxTerms(each.id, null, 'found'))
    if (!proposal.ok || proposal.value.cleanliness !== 'clean' || each.tier === 'premium') continue
    book = each.id
    break
  }
  shown = await showDesk(browser, at.simulated)
  page = shown.page
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await shown?.close()
})

const lots = async () => {
  await page.evaluate((bookId) => {
    location.hash = `#/books/${bookId}`
  }, book)
  await page.getByRole('group', { name: 'Parts of the book' }).getByRole('button', { name: 'Lots' }).click()
  return page.getByRole('region', { name: 'Tax' })
}

test('terms are set with a reason, told in a proposal, and realised by its fills', async () => {
  const bar = await lots()
  expect(await bar.innerText()).toContain('sales use up the oldest lot first')
  await bar.getByRole('button', { name: 'Set tax terms' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Short-term gains, %', { exact: true }).fill('35')
  await form.getByLabel('Long-term gains, %', { exact: true }).fill('20')
  await form.getByRole('button', { name: 'Tax terms: a reason is needed' }).waitFor()
  await form.getByLabel('Reason', { exact: true }).fill('resident abroad')
  await page.keyboard.press('Enter')
  await form.waitFor({ state: 'hidden' })
  await expect.poll(() => bar.innerText()).toContain('Gains 35 %, 20 % after 365 days; losses save the same')

  const { api, desk } = at.simulated
  const proposal = unwrap(await api.proposeFor(book))
  const { tax } = proposal
  expect(tax).toBeDefined()
  await page.evaluate(() => {
    location.hash = '#/proposals'
  })
  const head = page.locator('dl.tot')
  await expect.poll(() => head.innerText()).toMatch(/Tax, \$\n[−-]?[\d,]+due later/)
  await expect.poll(() => page.getByRole('main').innerText()).toMatch(/, tax −?\$[\d,]+, /)

  unwrap(api.approve({ kind: 'selected', proposalIds: [proposal.id] }))
  await desk.plan()
  await desk.parts.executor.idle()
  await expect
    .poll(async () => (await lots()).innerText(), { timeout: 20_000 })
    .toMatch(/Realised in \d{4}, \d+ lots?: /)
  const sold = page.getByRole('region', { name: /^Sold in \d{4}$/ })
  expect(await sold.getByRole('row').count()).toBeGreaterThan(1)
  const { realised } = unwrap(await api.clientBook(book))
  expect(Math.abs(realised.underTerms!.taxUsd - tax!.taxUsd)).toBeLessThan(0.05 * Math.abs(tax!.taxUsd) + 1)
  expect(shown.complaints()).toEqual([])
}, 120_000)
