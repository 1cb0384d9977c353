import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser, openScreens, type Served, serve } from './harness.ts'
import { awaitProposals } from './practice.ts'

/** The whole hour by keyboard alone: no test of this file touches the mouse, except to scroll. */
const BOOKS = 120
/** What the person is promised is 100 ms until it is shown; a busy machine that runs the tests gets more to search. */
const PALETTE_LIMIT_MS = 1_000

let browser: Browser
let served: Served
let page: Page
let complaints: string[]
let focusAtStart: string

beforeAll(async () => {
  browser = await openBrowser()
  served = await serve(undefined, ['--books', String(BOOKS)])
  ;({ page, complaints } = await openScreens(browser, served))
  await awaitProposals(page, 3)
  focusAtStart = (await cursor()).focus
})
afterAll(async () => {
  await browser?.close()
  await served?.stop()
})

// Each test starts where the last one ends: on the Monitor, nothing above it, also when the last one failed.
beforeEach(async () => {
  if ((await page.getByRole('dialog').or(page.getByRole('alertdialog')).count()) > 0) await press('Escape')
  await page.evaluate(() => {
    location.hash = '#/monitor'
  })
  await page.getByRole('grid', { name: 'Client books' }).waitFor()
  await page.getByRole('grid', { name: 'Client books' }).focus()
})

interface Cursor {
  /** Accessible name of what has the focus. */
  readonly focus: string
  /** 1 is the first row below the heads. */
  readonly row: number
  readonly client: string
}

/** Where the grid's cursor is, as a reader is told: by aria-activedescendant. */
const cursor = (): Promise<Cursor> =>
  page.evaluate(() => {
    const focused = document.activeElement
    const cell = document.getElementById(focused?.getAttribute('aria-activedescendant') ?? '')
    const row = cell?.closest('[role="row"]')
    return {
      focus: focused?.getAttribute('aria-label') ?? focused?.tagName ?? 'nothing',
      row: Number(row?.getAttribute('aria-rowindex')) - 1,
      client: row?.querySelector<HTMLElement>('[role="gridcell"]:nth-child(2)')?.innerText ?? '',
    }
  })
const press = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key)
}
const heading = () => page.getByRole('heading', { level: 1 }).first().innerText()
const screen = (): string => new URL(page.url()).hash

describe('the grid', () => {
  test('has the focus from the start and moves by row, page and end', async () => {
    expect(focusAtStart).toBe('Client books')
    // By client, so that prices leave the order alone. From the first row: the current book may have left it by then.
    await press('Home', 'ArrowUp', 'ArrowRight', 'Enter', 'Enter', 'ArrowDown')
    await expect.poll(cursor).toMatchObject({ focus: 'Client books' })
    await press('Home')
    expect(await cursor()).toMatchObject({ row: 1 })
    await press('ArrowDown', 'ArrowDown')
    expect(await cursor()).toMatchObject({ row: 3 })
    await press('End')
    await expect.poll(cursor).toMatchObject({ row: BOOKS })
    await press('PageUp')
    const { row } = await cursor()
    expect(row).toBeLessThan(BOOKS - 10)
    await press('PageDown')
    await expect.poll(cursor).toMatchObject({ row: BOOKS })
    await press('ArrowDown')
    expect(await cursor()).toMatchObject({ row: BOOKS })
    await press('Home')
    await expect.poll(cursor).toMatchObject({ row: 1 })
  })

  test('keeps focus and row while prices tick, rows move and the wheel scrolls', async () => {
    // By distance from the target: the order changes with every price.
    for (let column = 0; column < 12 && !(await sortedBy('× band')); column++) await sortHere(column)
    await press('Home', ...Array.from({ length: 20 }, () => 'ArrowDown'))
    const before = await cursor()
    await page.mouse.move(700, 500)
    await page.mouse.wheel(0, 100_000)
    await page.waitForTimeout(2_000)
    await page.mouse.wheel(0, -100_000)
    await page.waitForTimeout(500)
    const after = await cursor()
    expect(after).toMatchObject({ focus: 'Client books', client: before.client })
  })

  test('Enter opens the book, ] and [ walk through those out of band, Esc leads back to the grid', async () => {
    await press('Home')
    const { client } = await cursor()
    await press('Enter')
    await expect.poll(heading).toBe(client)
    await press(']')
    await expect.poll(heading).not.toBe(client)
    const second = await heading()
    await press('[')
    await expect.poll(heading).not.toBe(second)
    await press('Escape')
    await expect.poll(screen).toBe('#/monitor')
    await expect.poll(cursor).toMatchObject({ focus: 'Client books' })
  })
})

describe('the palette', () => {
  const find = async (query: string): Promise<readonly string[]> => {
    await press('Control+k')
    await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
    const started = performance.now()
    await page.keyboard.insertText(query)
    await page.getByText(/^\d+ results?, \d+ ms$/).waitFor()
    const milliseconds = performance.now() - started
    const searchedIn = Number(/, (\d+) ms/.exec(await page.getByText(/^\d+ results?, \d+ ms$/).innerText())![1])
    console.log(`palette: “${query}” shown after ${milliseconds.toFixed(0)} ms, searched in ${searchedIn} ms`)
    expect(searchedIn).toBeLessThan(PALETTE_LIMIT_MS)
    return page.getByRole('option').allInnerTexts()
  }

  test('finds a client', async () => {
    const { client } = await cursor()
    expect((await find(client))[0]).toContain(client)
    await press('Enter')
    await expect.poll(heading).toBe(client)
  })

  test('finds an asset', async () => {
    const results = await find('sol')
    expect(results.some((result) => result.startsWith('SOL'))).toBe(true)
    await press('Escape')
  })

  test('finds a command and runs it', async () => {
    const before = await theme()
    await find('theme light')
    await press('Enter')
    await expect.poll(theme).toBe('light')
    await find(`theme ${before}`)
    await press('Enter')
    await expect.poll(theme).toBe(before)
  })

  test('finds an order', async () => {
    await press('p')
    await page.getByRole('treegrid', { name: 'Proposals by client' }).waitFor()
    await press('Control+Enter')
    await page.getByText(/^\d+ sent, /).waitFor({ timeout: 15_000 })
    await press('o')
    await page.getByRole('treegrid', { name: 'Orders' }).waitFor()
    const results = await find('#sell')
    expect(results[0]).toMatch(/^Sell [A-Z]+/)
    await press('Enter')
    await expect.poll(screen).toMatch(/^#\/blotter\/./)
  })

  test('says when nothing is found, and Esc gives the focus back', async () => {
    await press('Control+k')
    await page.keyboard.insertText('qqxyzzy')
    await page.getByText('Nothing is called “qqxyzzy”.').waitFor()
    await press('Escape')
    await expect.poll(cursor).toMatchObject({ focus: 'Client books' })
  })
})

describe('shortcuts', () => {
  test('never fire in a field', async () => {
    await press('/')
    await page.keyboard.type('pomb?[')
    expect(screen()).toBe('#/monitor')
    expect(await page.getByLabel('Filter books by text').inputValue()).toBe('pomb?[')
    await press('Escape')
    await expect.poll(cursor).toMatchObject({ focus: 'Client books' })
    expect(await page.getByLabel('Filter books by text').inputValue()).toBe('')
  })

  test('are all shown by ?, and can be switched off; those with Ctrl stay', async () => {
    await press('?')
    const sheet = page.getByRole('dialog', { name: 'Shortcuts' })
    for (const key of ['Ctrl K', 'Ctrl ⇧ X', 'PgDn', 'N', '/']) {
      await sheet.locator('kbd', { hasText: key }).first().waitFor()
    }
    await sheet.getByRole('checkbox', { name: 'Single-letter shortcuts' }).focus()
    await press('Space', 'Escape')
    await press('p', '?')
    expect(screen()).toBe('#/monitor')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await press('Control+k')
    await page.keyboard.insertText('single-letter')
    await press('Enter', 'p')
    await expect.poll(screen).toBe('#/proposals')
  })

  test('the stop dialog holds the focus inside, and gives it back', async () => {
    await press('Control+Shift+X')
    const dialog = page.getByRole('alertdialog', { name: 'Stop trading' })
    await dialog.waitFor()
    await press('ArrowDown')
    expect(await dialog.getByRole('radio', { checked: true }).innerText()).toContain('cancel working ones')
    for (let tabs = 0; tabs < 8; tabs++) {
      await press('Tab')
      const outside = await page.evaluate(
        () => document.activeElement !== document.body && !document.activeElement?.closest('[role="alertdialog"]'),
      )
      expect(outside).toBe(false)
    }
    await press('Control+k')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.getByLabel('Reason, kept in the audit log').focus()
    await press('Escape')
    await expect.poll(cursor).toMatchObject({ focus: 'Client books' })
  })

  test('nothing of this made the page complain', () => expect(complaints).toEqual([]))
})

const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset['theme'])
const sortedBy = async (head: string): Promise<boolean> =>
  (await page.locator('[role="columnheader"][aria-sort]').innerText()).startsWith(head)
/** Goes up to the heads and sorts by the next one. */
async function sortHere(column: number): Promise<void> {
  await press('Home', 'Control+Home', 'ArrowUp', ...Array.from({ length: column }, () => 'ArrowRight'), 'Enter')
}
