import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type Browser, chromium, type ElectronApplication, type Page } from 'playwright'
import { findBrowser } from '../../scripts/lib/browser-binary.mjs'

/** The built hosts as processes of their own, each on a data folder of its own, and a browser to look at them. */
export const ROOT = join(import.meta.dirname, '../..')
const NODE = join(ROOT, 'node_modules/.bin/node')
const START_LIMIT_MS = 90_000
const ADDRESS = /(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)\s/

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
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts the built browser host and waits for its address. Throws with all it printed when it ends first. */
export async function serve(
  dataFolder: string = freshFolder('e2e'),
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Served> {
  const host = spawn(NODE, [join(ROOT, 'out/main/serve.js'), '--data', dataFolder, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collectOutput(host)
  const ended = new Promise<number | null>((resolve) => host.on('exit', resolve))
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
      host.kill('SIGKILL')
      await ended
    },
  }
}

export function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser()
  if (executablePath === null) throw new Error('no browser is installed: set CHROMIUM to one')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** A page that went through the door, with everything it complained about. */
export async function openScreens(browser: Browser, served: Served): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
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
 * The app in `folder` under Electron's own program where it is installed, else under the stand-in. Either is started
 * by Playwright's Electron launcher, so a test can't tell them apart.
 */
export function launchElectron(dataFolder: string, folder: string = ROOT): Promise<ElectronApplication> {
  // require('electron') inside Playwright looks at this process's own environment.
  if (USES_STANDIN) process.env.ELECTRON_OVERRIDE_DIST_PATH = join(ROOT, 'tests/standin/dist')
  return _electron.launch({ args: [folder, '--data', dataFolder], cwd: ROOT, timeout: START_LIMIT_MS })
}

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
