import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Result, unwrap } from '../../core/result.ts'
import { millis } from '../../core/units.ts'
import { tellWhy } from '../../electron/commands/why.ts'
import { type DeskAtWork, deskAtWork, sandboxProcess, trimtab } from '../integration/desk-support.ts'
import { freshFolder, openBrowser } from './harness.ts'
import { type ShownDesk, showDesk } from './shown-desk.ts'

/**
 * Why a client book is rebalanced, or not: one book through a pause, an override, a flag, a crisis, a deposit, an expiry
 * and a cool-down. An advisor sets each on the screens; its reason has to stand on the screen and in `why`. The market
 * and the desk's clock move when the test says so.
 */
const HOUR = 3_600
const folder = freshFolder('triggers')
let at: DeskAtWork
let browser: Browser
let page: Page
let shown: ShownDesk
let book: string

beforeAll(async () => {
  const sandbox = await sandboxProcess()
  ;[at, browser] = await Promise.all([
    deskAtWork(sandbox.addresses, { dataFolder: folder, books: 12, drifted: false, undoMs: 0 }),
    openBrowser(),
  ])
  const { api, desk } = at.simulated
  // one that half of its band's width does not hold, and that asks before it trades
  for (const each of desk.parts.world.books) {
    if (each.tier !== 'standard' || each.restrictions.length > 0 || each.custody.kind !== 'omnibus') continue
    const { lines } = unwrap(await api.clientBook(each.id))
    book = each.id
    if (lines.some((line) => line.asset !== 'CASH' && Math.abs(line.position) > 0.6)) break
  }
  shown = await showDesk(browser, at.simulated)
  page = shown.page
}, 300_000)
beforeEach(() => openBook())
afterAll(async () => {
  await browser?.close()
  await shown?.close()
})

async function openBook(): Promise<void> {
  await page.evaluate((bookId) => {
    location.hash = `#/books/${bookId}`
  }, book)
  await part('Log').waitFor()
}
const part = (name: string) => page.getByRole('group', { name: 'Parts of the book' }).getByRole('button', { name })
const desk = () => at.simulated.desk
const bookNow = async () => unwrap(await at.simulated.api.clientBook(book))
const lineOut = async (): Promise<string> => {
  const lines = (await bookNow()).lines.filter((line) => line.asset !== 'CASH')
  return lines.toSorted((a, b) => Math.abs(b.position) - Math.abs(a.position))[0]!.asset
}

/** From the palette, as a person finds it; Enter sends it. */
async function fill(words: string, fields: Readonly<Record<string, string>>): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
  await page.keyboard.type(words)
  await page.getByText(/^\d+ results?, /).waitFor()
  await page.keyboard.press('Enter')
  const form = page.getByRole('dialog').filter({ has: page.getByRole('button', { name: /^Cancel/ }) })
  await form.waitFor()
  for (const [name, value] of Object.entries(fields)) {
    const field = form.getByLabel(name, { exact: true })
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value)
    else await field.fill(value)
  }
  await page.keyboard.press('Enter')
  await form.waitFor({ state: 'hidden' })
}

const whyNow = (): string =>
  unwrap(tellWhy(desk().parts.store, book, { at: desk().parts.clock.now(), dayFrom: null })).join('\n')

/** The reason in the log on the screen, and in what `why` says of this moment. */
async function told(...reasons: readonly (string | RegExp)[]): Promise<void> {
  await part('Log').click()
  const log = page.getByRole('region', { name: 'Log of the book' })
  const why = whyNow()
  for (const reason of reasons) {
    await expect.poll(() => log.innerText(), { timeout: 15_000 }).toMatch(reason)
    expect(why).toMatch(reason)
  }
}
const ok = (result: Result<unknown, unknown>): void => expect(result).toMatchObject({ ok: true })

test('paused: out of its bands by an override, and left alone for the reason that was given', async () => {
  await fill('hours and reason', { Hours: '2', Reason: 'the client is travelling' })
  await fill('override the risk', {
    'Band factor, ×': '0.5',
    'Ends in, days': '1',
    Reason: 'a tight leash for the audit',
  })
  await at.step(60)
  await told(
    /risk profile overridden by Advisor 1 until .*, band factor 0\.5: a tight leash for the audit/i,
    /not rebalanced, paused: paused until 20\d\d-\d\d-\d\d \d\d:\d\d UTC: the client is travelling/i,
  )
  await part('Risk profile').click()
  const terms = page.getByRole('region', { name: 'Terms of the risk profile' })
  await expect.poll(() => terms.innerText()).toMatch(/a tight leash for the audit, by Advisor 1, ends by itself on/)
})

test('flagged: when the pause has ended the forbidden line stays, with the words of the flag', async () => {
  const asset = await lineOut()
  await fill('flag an asset', { Asset: asset, Flag: 'no-trade', Reason: 'pledged to the bank' })
  await at.step(2 * HOUR)
  await told(
    /pause ended by itself: the client is travelling/,
    new RegExp(`no trade on ${asset}: pledged to the bank`),
    /(proposed, out of its bands|not rebalanced, restricted|not rebalanced, cost exceeds)/i,
  )
  await part('Restrictions').click()
  await page.getByText(/no trade, pledged to the bank/).waitFor()
  expect(whyNow()).toMatch(/no trade: pledged to the bank/)
})

test('in a crisis: only beyond the outer limit', async () => {
  const calm = at.simulated.risk.regime(millis(0))
  const spy = vi
    .spyOn(at.simulated.risk, 'regime')
    .mockImplementation((now) => ({ ...calm, class: 'crisis', since: now, volatility: 1.2 }))
  try {
    await at.step(60)
    await told(/not rebalanced, defensive in a crisis: no line is more than 8\.0 points from its target/i)
  } finally {
    spy.mockRestore()
  }
})

test('a deposit: invested, new cash first', async () => {
  const amount = Math.round(0.08 * (await bookNow()).valueUsd)
  await fill('book a deposit', { Kind: 'deposit', Venue: 'kraken', 'Amount, units': String(amount) })
  await fill('book a deposit', { Kind: 'fee', Venue: 'kraken', 'Amount, units': '25' })
  await at.step(60)
  const dollars = amount.toLocaleString('en-US')
  await told(
    new RegExp(`deposit of ${amount} USD`, 'i'),
    /fee of 25 USD/i,
    new RegExp(`proposed, money came in or went out: deposit of \\$${dollars} of USD, fee of \\$25 of USD`, 'i'),
  )
  await page.keyboard.press('p')
  const proposals = page.getByRole('treegrid', { name: 'Proposals by client' })
  await proposals
    .getByText(new RegExp(`Deposit of \\$${dollars}`))
    .first()
    .waitFor()
})

test('expired: not approved in time, and asked for again', async () => {
  const before = desk().parts.proposals.of(book)!.id
  await at.step(16 * 60)
  await told(/proposal expired: not approved in time/i)
  const again = desk().parts.proposals.of(book)!
  expect(again.id).not.toBe(before)
  expect(again.trigger).toMatchObject({ kind: 'cash-flow', flows: [{ kind: 'deposit' }, { kind: 'fee' }] })
})

test('cool-down: rebalanced, and what is still out waits', async () => {
  const { api } = at.simulated
  ok(api.approve({ kind: 'selected', proposalIds: [desk().parts.proposals.of(book)!.id] }))
  await at.step(60)
  expect(desk().parts.proposals.rebalancedAt(book)).not.toBeNull()
  // as long as it takes until its tight bands are left again
  await fill('rules of', { 'Cool-down, minutes': '10000', Reason: 'no book twice in a week' })
  for (let hours = 0; hours < 20 && desk().parts.proposals.waitOf(book)?.reason !== 'cool-down'; hours += 2)
    await at.step(2 * HOUR)
  await told(/not rebalanced, cool-down: rebalanced a short while ago; cool-down until 20\d\d/i)
})

test('the override ends by itself, says so, and the bands of the profile hold again', async () => {
  const own = async () => (await bookNow()).risk
  expect((await own()).inForce.bandFactor).toBe(0.5)
  for (let hours = 0; hours < 24; hours += 8) await at.step(8 * HOUR)
  const { inForce, profile } = await own()
  expect(inForce.bandFactor).toBe(profile!.terms.bandFactor)
  await told(/override of its risk profile ended: it was set until now: a tight leash for the audit/i)
  await part('Risk profile').click()
  await page.getByText('None. Other terms for this book need a reason and an end.').waitFor()
})

test('the terminal tells the same, and the journal is whole', async () => {
  const answer = await trimtab(['why', book, '--data', folder])
  expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining('a tight leash for the audit') })
  expect(desk().parts.store.verify()).toMatchObject({ ok: true })
  expect(shown.complaints()).toEqual([])
})
