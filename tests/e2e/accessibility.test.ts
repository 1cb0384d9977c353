import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, ElementContext, RunOptions } from 'axe-core'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshFolder, openBrowser, openScreens, type Served, serve } from './harness.ts'
import { awaitProposals } from './practice.ts'

/** Nothing serious or critical by axe-core on any screen and dialog, in both themes and both palettes. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LOOKS = [
  { theme: 'dark', palette: 'Standard' },
  { theme: 'light', palette: 'Standard' },
  { theme: 'dark', palette: 'Colour-blind safe' },
  { theme: 'light', palette: 'Colour-blind safe' },
] as const

const folder = freshFolder('accessibility')
let browser: Browser
let served: Served
let page: Page

beforeAll(async () => {
  browser = await openBrowser()
  served = await serve(folder, ['--books', '80'])
  ;({ page } = await openScreens(browser, served))
  await awaitProposals(page, 3)
})
afterAll(async () => {
  await browser?.close()
  await served?.stop()
})

/**
 * What axe calls serious or critical, each with where it is. axe is evaluated by the debugger: the page lets no script
 * in. A look changes colours only: after the first of them those rules are enough.
 */
async function barriers(rules: 'all' | 'colours'): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE)
  const { violations } = await page.evaluate(
    (options) =>
      (
        window as unknown as { axe: { run(context: ElementContext, options: RunOptions): Promise<AxeResults> } }
      ).axe.run(document, options),
    {
      resultTypes: ['violations'] as 'violations'[],
      ...(rules === 'colours' ? { runOnly: ['color-contrast', 'link-in-text-block'] } : {}),
    },
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`))
}

/** Through the menu of every screen, as a person does it. */
async function choose(section: 'Theme' | 'Colours' | 'Density', entry: string): Promise<void> {
  await page.getByRole('button', { name: /^View: / }).click()
  const group = page.getByRole('menu', { name: 'View' }).getByRole('group', { name: section })
  await group.getByRole('menuitemradio', { name: entry, exact: true }).click()
}
const press = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key)
}

interface View {
  readonly name: string
  /** Drawn with what others show too: the first look is enough. */
  readonly once?: boolean
  open(): Promise<void>
  close?(): Promise<void>
}
const esc = { close: () => press('Escape') }
const dialog = (name: string) =>
  page.getByRole('dialog', { name }).or(page.getByRole('alertdialog', { name })).waitFor()

const part = (tab: string) =>
  page.getByRole('group', { name: 'Parts of the book' }).getByRole('button', { name: tab }).click()

const VIEWS: readonly View[] = [
  {
    name: 'Monitor',
    open: async () => {
      await press('m')
      await page.getByRole('grid', { name: 'Client books' }).waitFor()
    },
  },
  {
    name: 'Monitor, nothing found',
    open: async () => {
      await press('/')
      await page.keyboard.type('qqxyzzy')
      await page.getByRole('heading', { name: /^No book matches/ }).waitFor()
    },
    close: async () => {
      await press('Escape', 'Escape')
      await page.getByRole('grid', { name: 'Client books' }).waitFor()
    },
  },
  {
    name: 'alerts',
    open: async () => {
      await page.getByRole('button', { name: /alerts/ }).click()
      await page.getByRole('region', { name: 'Alerts' }).waitFor()
    },
    ...esc,
  },
  {
    name: 'menu of columns',
    open: async () => {
      await page.getByRole('button', { name: 'Columns' }).click()
      await page.getByRole('menu', { name: 'Columns' }).waitFor()
    },
    ...esc,
  },
  {
    name: 'client book',
    open: async () => {
      await press('b')
      await page.getByRole('img', { name: /over \d+ days/ }).waitFor()
    },
  },
  ...['Lots', 'Restrictions', 'Log', 'Risk profile'].map((tab) => ({
    name: `client book, ${tab.toLowerCase()}`,
    open: () => part(tab),
  })),
  ...[
    ['Risk profile of ', 'ask the questionnaire'],
    ['Override terms of ', 'override the risk'],
    ['Flag an asset of ', 'flag an asset'],
    ['Pause ', 'hours and reason'],
    ['Cash flow of ', 'book a deposit'],
    ['Rules of rebalancing', 'rules of rebalancing'],
    ['Risk profiles of the firm', 'risk profiles of the firm'],
  ].map(([name, words]) => ({
    name: `dialog: ${name!.trim()}`,
    once: true,
    open: async () => {
      await press('Control+k')
      await dialog('Command palette')
      await page.keyboard.type(words!)
      await page.getByText(/^\d+ results?, /).waitFor()
      await press('Enter')
      await page
        .getByRole('dialog', { name: new RegExp(`^${name}`) })
        .getByRole('button', { name: /^Cancel/ })
        .waitFor()
    },
    ...esc,
  })),
  { name: 'client book, allocation', open: () => part('Allocation') },
  {
    name: 'proposals by client',
    open: async () => {
      await press('p')
      await page.getByRole('treegrid', { name: 'Proposals by client' }).waitFor()
    },
  },
  { name: 'proposals by trade', open: () => page.getByRole('button', { name: 'By trade' }).click() },
  {
    name: 'blotter',
    open: async () => {
      await page.getByRole('button', { name: 'By client' }).click()
      await press('o')
      await page.getByRole('heading', { name: 'Blotter' }).waitFor()
    },
  },
  {
    name: 'palette',
    open: async () => {
      await press('Control+k')
      await dialog('Command palette')
      await press('s', 'o', 'l')
      await page.getByText(/^\d+ results?, /).waitFor()
    },
    ...esc,
  },
  { name: 'shortcuts', open: () => press('?').then(() => dialog('Shortcuts')), ...esc },
  { name: 'stop dialog', open: () => press('Control+Shift+X').then(() => dialog('Stop trading')), ...esc },
  {
    name: 'import with faults',
    open: async () => {
      await press('m', 'Control+k')
      await page.keyboard.type('import client')
      await press('Enter')
      await page.getByLabel('Lines of the file').fill('client_id\nC-1')
      await page.getByRole('button', { name: 'Import 1 line' }).click()
      await page.getByRole('group', { name: 'Lines that were refused' }).waitFor()
    },
    ...esc,
  },
]

describe('accessibility', () => {
  test.each(LOOKS)('$theme, $palette: no barrier on any screen or dialog', async (look) => {
    const { theme, palette } = look
    await choose('Theme', theme === 'dark' ? 'Dark' : 'Light')
    await choose('Colours', palette)
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe(theme)
    const found: string[] = []
    for (const view of VIEWS) {
      if (view.once && look !== LOOKS[0]) continue
      await view.open()
      found.push(
        ...(await barriers(look === LOOKS[0] ? 'all' : 'colours')).map((barrier) => `${view.name}: ${barrier}`),
      )
      await view.close?.()
    }
    expect(found).toEqual([])
  })

  test('the look, the density and the order of the rows are there again after a restart of the host', async () => {
    await press('m')
    await choose('Density', 'Compact')
    await page.getByRole('columnheader', { name: /^Value/ }).click()
    const seen = () =>
      page.evaluate(() => ({
        ...document.documentElement.dataset,
        sorted: document.querySelector<HTMLElement>('[role="columnheader"][aria-sort]')?.innerText,
      }))
    await expect.poll(async () => (await seen()).sorted).toMatch(/^Value/)
    const before = await seen()
    expect(before).toMatchObject({ theme: 'light', palette: 'cvd', density: 'compact' })
    await page.waitForTimeout(1_000)
    await page.close()
    expect(await served.stop()).toBe(0)
    served = await serve(folder, ['--books', '80'])
    ;({ page } = await openScreens(browser, served))
    await page.getByRole('grid', { name: 'Client books' }).waitFor()
    expect(await seen()).toEqual(before)
  })
})
