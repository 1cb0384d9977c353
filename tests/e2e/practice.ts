import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Download, Page } from 'playwright'
import { systemClock } from '../../core/clock.ts'
import { sandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { VENUES } from '../../core/instruments.ts'
import { unwrap } from '../../core/result.ts'
import { compareLedgers, type LedgerDifference } from '../../electron/demo/ledger-check.ts'
import { createControlClient, type SandboxControl } from '../../electron/simulation/control-client.ts'
import { openStore } from '../../electron/store/open-store.ts'
import { ROOT } from './harness.ts'

const WORK_LIMIT_MS = 90_000

/** What a story looks at besides the screens: the desk's own record, and what is true at the venues. */

/** Reads the record beside the running desk. */
export function readStore<T>(dataFolder: string, read: (store: DeskStore) => T): T {
  const store = unwrap(openStore({ folder: dataFolder, clock: systemClock, epochSource: () => '', readOnly: true }))
  try {
    return read(store)
  } finally {
    store.close()
  }
}

/** The control endpoint of the exchanges behind a data folder. */
export function sandboxOf(dataFolder: string): SandboxControl {
  const note: unknown = JSON.parse(readFileSync(join(dataFolder, 'sandbox.json'), 'utf8'))
  return createControlClient(sandboxAddresses.parse(note).control)
}

/** Ends every fault that was asked for and not yet committed. */
export async function endFaults(control: SandboxControl): Promise<void> {
  const answer = await fetch(`${control.address}/faults`, { method: 'DELETE' })
  if (!answer.ok) throw new Error(`the sandbox kept its faults: ${answer.status}`)
}

/** In what the ledger and the venues' own books differ: nothing, once no order is on its way. */
export async function ledgerDifferences(dataFolder: string): Promise<readonly LedgerDifference[]> {
  const truth = unwrap(await sandboxOf(dataFolder).ledger())
  return readStore(dataFolder, (store) => {
    const accounts = store.venueAccounts().flatMap((account) => VENUES.map((venue) => ({ venue, account })))
    return compareLedgers(store, accounts, truth)
  })
}

/** `trimtab journal verify` on the data folder, as a person runs it. */
export function verifyJournal(dataFolder: string): { readonly exitCode: number | null; readonly output: string } {
  const run = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'electron/cli.ts', 'journal', 'verify', '--data', dataFolder],
    { cwd: ROOT, encoding: 'utf8' },
  )
  return { exitCode: run.status, output: run.stdout + run.stderr }
}

/** Figures of the tiles that exclude each other, by their words. */
export async function stateCounts(page: Page): Promise<Readonly<Record<string, number>>> {
  const tiles = await page.getByRole('group', { name: 'State of the books' }).getByRole('button').allInnerTexts()
  return Object.fromEntries(
    tiles.map((text) => {
      const [count, ...words] = text.split(/\s+/)
      return [words.join(' '), Number(count!.replaceAll(',', ''))]
    }),
  )
}

/** The drawn rows of a grid from top to bottom, each as its cells' texts; heads and feet left out. */
export function gridRows(page: Page, label: string): Promise<readonly (readonly string[])[]> {
  return page
    .locator(`[aria-label="${label}"]`)
    .evaluate((grid) =>
      [...grid.querySelectorAll<HTMLElement>('[data-row]')]
        .toSorted((a, b) => Number(a.dataset['row']) - Number(b.dataset['row']))
        .map((row) => [...row.querySelectorAll<HTMLElement>('[role="gridcell"]')].map((cell) => cell.innerText.trim())),
    )
}

/** Waits until the sample practice has work to do: it opens with books that are out of band. */
export async function awaitProposals(page: Page, atLeast: number): Promise<void> {
  await page.getByRole('grid', { name: 'Client books' }).waitFor()
  const limit = performance.now() + WORK_LIMIT_MS
  while (((await stateCounts(page))['Awaiting approval'] ?? 0) < atLeast) {
    if (performance.now() > limit) throw new Error(`no ${atLeast} proposals after ${WORK_LIMIT_MS} ms`)
    await page.waitForTimeout(100)
  }
}

/** The rows of a CSV file that a screen wrote, by column; none of its cells hold a line break. */
export async function readCsv(download: Download): Promise<readonly Readonly<Record<string, string>>[]> {
  const [head, ...lines] = readFileSync(await download.path(), 'utf8')
    .trim()
    .split(/\r?\n/)
  const cellsOf = (line: string): string[] =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    )
  const names = cellsOf(head!.replace(/^\uFEFF/, ''))
  return lines.map((line) => {
    const cells = cellsOf(line)
    return Object.fromEntries(names.map((name, column) => [name, cells[column] ?? '']))
  })
}
