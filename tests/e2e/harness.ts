import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type Browser, chromium, type ElectronApplication, type Page } from 'playwright'
import { afterAll } from 'vitest'
import { findBrowser } from '../../scripts/lib/browser-binary.mjs'

/** The built hosts as processes of their own, each on a data folder of its own, and a browser to look at them. */
export const ROOT = join(import.meta.dirname, '../..')
const NODE = join(ROOT, 'node_modules/.bin/node')
const START_LIMIT_MS = 90_000
const ADDRESS = /(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)\s/

const atEnd: (() => void)[] = []
afterAll(() => {
  for (const clean of atEnd.splice(0)) clean()
})

export interface Served {
  /** With the token. */
  readonly address: string
  readonly dataFolder: string
  /** Everything it has printed, on both streams. */
  output(): string
  /** SIGTERM, then the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL: the end of a desk that is cut off. */
  kill(): Promise<void>
}

export function freshFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `trimtab-${name}-`))
  atEnd.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts the built browser host and waits for its address. Throws with all it printed when it ends first. */
export async function serve(
  dataFolder: string = freshFolder('e2e'),
  args: readonly string[] = ['--books', '20'],
): Promise<Served> {
  const { host, output, ended } = startHost(dataFolder, args)
  const address = await waitFor(
    () => ADDRESS.exec(output())?.[1],
    () => host.exitCode !== null,
    () => `the browser host printed no address:\n${output()}`,
  )
  return {
    address,
    dataFolder,
    output,
    async stop() {
      host.kill('SIGTERM')
      return ended
    },
    async kill() {
      endWithTests(childrenOf(host.pid!))
      host.kill('SIGKILL')
      await new Promise((resolve) => host.once('exit', resolve))
    },
  }
}

/** For a host that is expected to end by itself: its exit code and all it printed. */
export async function serveUntilEnd(
  dataFolder: string,
  args: readonly string[],
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const { output, ended } = startHost(dataFolder, args)
  return { exitCode: await ended, output: output() }
}

function startHost(dataFolder: string, args: readonly string[]) {
  const host = spawn(NODE, [join(ROOT, 'out/main/serve.js'), '--data', dataFolder, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => host.on('close', resolve))
  return { host, output: collectOutput(host), ended }
}

export function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser()
  if (executablePath === null) throw new Error('no browser is installed: set CHROMIUM to one')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** A page that went through the door, with everything it complained about. */
export async function openScreens(browser: Browser, served: Served): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(90_000)
  const complaints = collectComplaints(page)
  await page.goto(served.address)
  return { page, complaints }
}

/** Uncaught errors and console errors, content-policy violations among them. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return complaints
}

export const USES_STANDIN = !existsSync(join(ROOT, 'node_modules/electron/path.txt'))

/**
 * The built app under Electron's own program where it is installed, else under the stand-in. Either is started
 * by Playwright's Electron launcher, so a test can't tell them apart.
 */
export function launchElectron(dataFolder: string, args: readonly string[] = []): Promise<ElectronApplication> {
  // require('electron') inside Playwright looks at this process's own environment.
  if (USES_STANDIN) process.env.ELECTRON_OVERRIDE_DIST_PATH = join(ROOT, 'tests/standin/dist')
  return _electron.launch({ args: [ROOT, '--data', dataFolder, ...args], cwd: ROOT, timeout: START_LIMIT_MS })
}

/** The exchanges outlive a desk that is cut off, as real ones do; nothing outlives the tests. */
function endWithTests(processes: readonly number[]): void {
  for (const id of processes) {
    atEnd.unshift(() => {
      try {
        process.kill(id)
      } catch {
        // It has ended by itself.
      }
    })
  }
}

const childrenOf = (id: number): readonly number[] =>
  spawnSync('pgrep', ['-P', String(id)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number)

function collectOutput(child: ChildProcess): () => string {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return () => output
}

async function waitFor<T>(look: () => T | undefined, ended: () => boolean, failure: () => string): Promise<T> {
  const limit = performance.now() + START_LIMIT_MS
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    if (ended() || performance.now() > limit) throw new Error(failure())
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
