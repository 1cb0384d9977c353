import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unwrap } from '../../core/result.ts'
import { openBrowser, openScreens, ROOT, type Served, serve } from './harness.ts'
import {
  awaitProposals,
  endFaults,
  gridRows,
  ledgerDifferences,
  readCsv,
  readStore,
  sandboxOf,
  stateCounts,
  verifyJournal,
} from './practice.ts'

/** One rebalance, the whole way, as a newcomer sees it: one page, from breach to a ledger equal to the venues'. */
const BOOKS = 200
const UNDO_MS = 5_000

let browser: Browser
let served: Served
let page: Page
let complaints: string[]

beforeAll(async () => {
  browser = await openBrowser()
  served = await serve(undefined, ['--books', String(BOOKS)])
  ;({ page, complaints } = await openScreens(browser, served))
})
afterAll(async () => {
  await browser?.close()
  await served?.stop()
})

const plansOfAdvisor = () =>
  readStore(served.dataFolder, (store) =>
    store
      .plans(100)
      .filter((plan) => plan.approval === 'advisor')
      .map((plan) => ({
        ...plan,
        parents: store.parentsOf(plan.planId).map((record) => record.parent.id),
        clients: plan.proposalIds.map((id) => {
          const bookId = store.proposal(id)!.bookId
          return store.clientBooks().find((book) => book.id === bookId)!.clientId
        }),
      })),
  )
const approveButton = () => page.getByRole('button', { name: /^(Approve \d|Approving is off)/ })
const number = (text: string): number => Number(text.replaceAll(',', '').replace('−', '-'))

describe('the first rebalance', () => {
  test('the Monitor counts every book once, and its prices move', async () => {
    await awaitProposals(page, 10)
    const counts = await stateCounts(page)
    expect(Object.values(counts).reduce((total, count) => total + count, 0)).toBe(BOOKS)
    const before = await gridRows(page, 'Client books')
    await expect.poll(() => gridRows(page, 'Client books')).not.toEqual(before)
    await expect(page.getByText('SIMULATION').isVisible()).resolves.toBe(true)
  })

  test('a breached row opens its book, where the line stands outside its band', async () => {
    await page.getByRole('button', { name: /Awaiting approval/ }).click()
    const grid = page.getByRole('grid', { name: 'Client books' })
    await expect
      .poll(async () =>
        (await gridRows(page, 'Client books')).every(
          (row) => row.includes('Approve proposal') || row.includes('Review warning'),
        ),
      )
      .toBe(true)
    const client = (await gridRows(page, 'Client books'))[0]![1]
    await grid.getByText(client!, { exact: true }).dblclick()
    await page.getByRole('heading', { name: client!, level: 1 }).waitFor()
    const lines = await gridRows(page, `Lines of ${client}`)
    const worst = lines.toSorted((a, b) => number(b[9]!) - number(a[9]!))[0]!
    // weight points to the nearest edge, negative outside; half-widths; what is planned
    expect(number(worst[8]!)).toBeLessThanOrEqual(0)
    expect(number(worst[9]!)).toBeGreaterThanOrEqual(1)
    expect(worst.at(-1)).toMatch(/^(Buy|Sell) \$/)
    for (const line of lines) expect(line.at(-1)).not.toBe('')
    await page.getByRole('img', { name: new RegExp(`^${worst[0]} over \\d+ days: now .* its band`) }).waitFor()
  })

  test('every line of a proposal is traded or says why not, at a cost below naive', async () => {
    await page.keyboard.press('p')
    const grid = page.getByRole('treegrid', { name: 'Proposals by client' })
    await grid.waitFor()
    // The book that was looked at stands open.
    await grid
      .getByRole('button', { name: /lines not traded: show why/ })
      .first()
      .click()
    const rows = await gridRows(page, 'Proposals by client')
    const traded = rows.filter((row) => /^(Buy|Sell) /.test(row[1] ?? ''))
    const untraded = rows.filter((row) => /^No trade: \S/.test(row.at(-1) ?? ''))
    expect(traded.length).toBeGreaterThan(0)
    for (const row of traded) expect(row.at(-1)).toMatch(/^[\d.,]+ [A-Z]+, \S/)
    expect(untraded.length).toBeGreaterThan(0)
    expect(traded.length + untraded.length).toBe(rows.filter((row) => row.length > 2 && row[2] === '').length)
    const text = await page.locator('.sav').innerText()
    const [cost, naive] = [...text.matchAll(/\$([\d,]+)/g)].map(([, amount]) => number(amount!))
    expect(cost).toBeGreaterThan(0)
    expect(cost).toBeLessThan(naive!)
  })

  test('an approval undone in time sends nothing', async () => {
    await page.keyboard.press('Control+Enter')
    await page.getByText(/approved, releasing in \d s/).waitFor({ timeout: UNDO_MS - 1_000 })
    await page.keyboard.press('Escape')
    await approveButton().waitFor({ timeout: UNDO_MS - 1_000 })
    await page.waitForTimeout(UNDO_MS + 1_000)
    expect(plansOfAdvisor()).toEqual([])
    await approveButton().waitFor()
  })

  test('while trading is stopped nothing can be approved, and the screen says why', async () => {
    await page.keyboard.press('Control+Shift+X')
    const dialog = page.getByRole('alertdialog', { name: 'Stop trading' })
    await dialog.getByLabel('Reason, kept in the audit log').fill('Kraken fills look wrong')
    await dialog.getByRole('button', { name: 'Stop new orders', exact: true }).click()
    await page.getByText('Reason: Kraken fills look wrong.').waitFor()
    await page.getByRole('button', { name: 'Approving is off' }).waitFor()
    await page.keyboard.press('Control+Enter')
    await page.locator('.toasts').getByText('Trading is stopped. Approving is off until it is resumed.').waitFor()
    expect(plansOfAdvisor()).toEqual([])

    await page.getByRole('button', { name: 'Resume…' }).click()
    const resume = page.getByRole('alertdialog', { name: 'Resume trading' })
    await expect(resume.getByRole('button', { name: /Resume trading: type RESUME/ }).isDisabled()).resolves.toBe(true)
    await resume.getByLabel('Type RESUME to confirm').fill('resume')
    await resume.getByLabel('Reason, kept in the audit log').fill('looked at, they are right')
    await resume.getByRole('button', { name: 'Resume trading', exact: true }).click()
    await page.getByRole('button', { name: /^Approve \d+ clean/ }).waitFor()
  })

  let clients: readonly string[] = []
  test('approved again, orders fill and every fill is allocated', async () => {
    await page.keyboard.press('Control+Enter')
    const counting = page.getByText(/approved, releasing in \d s/)
    await counting.waitFor()
    const approved = number((await counting.innerText()).split(' ')[0]!)
    const outcome = page.getByText(/^\d+ sent, \d+ re-priced, \d+ expired$/)
    await outcome.waitFor({ timeout: UNDO_MS + 5_000 })
    const [sent, repriced, expired] = [...(await outcome.innerText()).matchAll(/\d+/g)].map(([digits]) =>
      number(digits),
    )
    expect(sent! + repriced! + expired!).toBe(approved)
    expect(sent).toBeGreaterThan(0)
    const plan = plansOfAdvisor()[0]!
    expect(plan.proposalIds).toHaveLength(sent!)
    clients = plan.clients

    await page.getByRole('button', { name: /Watch in the blotter/ }).click()
    await page.getByRole('button', { name: /^Working ?0$/ }).waitFor({ timeout: 30_000 })
    for (const parentId of plan.parents) {
      await page.evaluate((id) => {
        location.hash = `#/blotter/${id}`
      }, parentId)
      const [, side, asset] = /\.(buy|sell)\.(\w+)$/.exec(parentId) ?? []
      const panel = page.locator('section.alc', { hasText: 'Sum check 0' })
      await panel.waitFor()
      if (asset)
        await panel
          .getByText(new RegExp(`Allocation of ${side} ${asset}`, 'i'))
          .first()
          .waitFor()
      const foot = await panel.locator('.foot').innerText()
      const [venues, , allocated] = [...foot.matchAll(/\d(?:[\d,.]*\d)?/g)].map(([figure]) => figure)
      expect(allocated).toBe(venues)
    }
    // Premium books trade on meanwhile: an order of theirs may have come in since.
    const states = async () => (await gridRows(page, 'Orders')).map((row) => row.at(-1))
    await expect
      .poll(async () => (await states()).filter((state) => !/^(Filled|Partly filled)$/.test(state ?? '')), {
        timeout: 30_000,
      })
      .toEqual([])
    expect((await states()).length).toBeGreaterThan(0)
  })

  test('the books are inside their bands again, or say why', async () => {
    await page.keyboard.press('m')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'CSV' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export the shown books' }).click(),
    ])
    const rows = await readCsv(download)
    expect(rows).toHaveLength(BOOKS)
    const traded = rows.filter((row) => clients.includes(row['client_id']!))
    expect(traded).toHaveLength(clients.length)
    const outside = traded.filter((row) => Math.abs(Number(row['half_widths'])) > 1)
    for (const row of outside)
      expect(row['next_action']).toMatch(/Cool-down|proposal|warning|benefit|minimum|cash|feasible|Computing/)
    // The market runs on at an hour a minute: a book may be out again, most are not.
    expect(outside.length).toBeLessThan(clients.length / 2)
    for (const row of rows) if (Math.abs(Number(row['half_widths'])) > 1) expect(row['next_action']).not.toBe('None')
  })

  test('a faulty file is refused line by line, a sound one is taken whole', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('import client')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Import client books' })
    await dialog
      .getByLabel('Lines of the file')
      .fill(
        [
          'client_id,client_name,book_id,tier,model,venue,asset,quantity',
          'C-901,"Ash, B.",B-901,standard,core,binance,BTC,-0.5',
          'C-902,Birch Pension,B-902,gold,core,kraken,NOPE,1',
        ].join('\n'),
      )
    await dialog.getByRole('button', { name: 'Import 2 lines' }).click()
    const faults = dialog.getByRole('group', { name: 'Lines that were refused' })
    await faults.waitFor()
    const lines = await faults.locator('tbody tr').allInnerTexts()
    expect(lines.map((line) => line.split('\t').slice(0, 2).join(' '))).toEqual(['2 quantity', '3 tier', '3 asset'])
    expect(lines[0]).toContain('-0.5')
    await dialog
      .getByLabel('Lines of the file')
      .fill(readFileSync(join(ROOT, 'resources/client-books-example.csv'), 'utf8'))
    await dialog.getByRole('button', { name: 'Import 6 lines' }).click()
    await page.locator('.toasts').getByText('2 client books imported').waitFor()
    await expect.poll(async () => Object.values(await stateCounts(page)).reduce((a, b) => a + b, 0)).toBe(BOOKS + 2)
  })

  test('a venue that goes silent takes the colours and the approval away until it is back', async () => {
    const control = sandboxOf(served.dataFolder)
    for (const fault of [
      { match: '^WS ', kind: 'stream-kill' },
      { match: 'Depth', kind: 'drop-before' },
    ] as const) {
      unwrap(await control.addFault({ venue: 'kraken', count: 1_000_000, ...fault }))
    }
    await page.getByText(/^Kraken (sends no data|prices are \d+ s old)\./).waitFor({ timeout: 40_000 })
    await page.getByText('Kraken no data').waitFor()
    await page.locator('.screen.stale').waitFor()
    const out = page.locator('.grid .out').first()
    const grey = (await out.count()) === 0 ? null : await out.evaluate((cell) => getComputedStyle(cell).color)
    if (grey !== null) expect(saturation(grey)).toBeLessThan(0.25)
    await expect(page.getByRole('button', { name: 'Review proposals: prices too old' }).isDisabled()).resolves.toBe(
      true,
    )
    await endFaults(control)
    await page.locator('.screen:not(.stale)').waitFor({ timeout: 30_000 })
    await page.getByText('Kraken connected').waitFor()
  })

  test('the ledger equals the venues to the last unit, and the journal is sound', async () => {
    await expect.poll(() => ledgerDifferences(served.dataFolder), { timeout: 20_000, interval: 1_000 }).toEqual([])
    expect(complaints).toEqual([])
    expect(await served.stop()).toBe(0)
    const verified = verifyJournal(served.dataFolder)
    expect(verified).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^journal sound: \d+ entries/) })
  })
})

/** Of an rgb() colour: 0 is grey, 1 is pure. */
function saturation(colour: string): number {
  const channels = [...colour.matchAll(/[\d.]+/g)].slice(0, 3).map(Number)
  const [low, high] = [Math.min(...channels), Math.max(...channels)]
  return high === 0 ? 0 : (high - low) / high
}
