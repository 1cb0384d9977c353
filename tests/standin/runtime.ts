import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Electron from 'electron'
import { type BrowserContext, chromium } from 'playwright'
import { findBrowser } from '../../scripts/lib/browser-binary.mjs'
import { makePageScripts, type PageScripts } from './page-scripts.ts'

/** What the parts of the stand-in share: one application, one browser profile, the windows, the schemes. */
interface Runtime {
  readonly app: EventEmitter
  readonly windows: Map<number, { close(): void }>
  readonly schemes: Map<string, (request: Request) => Response | Promise<Response>>
  /** null until Electron would be ready. */
  started: { readonly browser: BrowserContext; readonly scripts: PageScripts } | null
}

export const runtime: Runtime = { app: new EventEmitter(), windows: new Map(), schemes: new Map(), started: null }

export function started(use: string): NonNullable<Runtime['started']> {
  if (runtime.started === null) throw new Error(`${use} can't be used before the app is ready`)
  return runtime.started
}

/** Starts Chromium and prints the line that Electron prints and test tools wait for. */
export async function startChromium(): Promise<void> {
  const executablePath = findBrowser()
  if (executablePath === null) throw new Error('the stand-in for Electron needs a Chromium: set CHROMIUM to one')
  const profile = mkdtempSync(join(tmpdir(), 'standin-profile-'))
  process.on('exit', () => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }))
  const [browser, scripts] = await Promise.all([
    chromium.launchPersistentContext(profile, {
      executablePath,
      viewport: null,
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--remote-debugging-port=0'],
    }),
    makePageScripts(),
  ])
  const [port, path] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')
  process.stderr.write(`DevTools listening on ws://127.0.0.1:${port}${path}\n`)
  runtime.started = { browser, scripts }
}

/** Chromium can't be taught a scheme from outside: app://name/ is shown as http://name.app.localhost/, intercepted. */
export function toChromium(address: string): string {
  const match = /^([a-z]+):\/\/([^/]*)(\/.*)?$/.exec(address)
  return match && runtime.schemes.has(match[1]!)
    ? `http://${match[2]}.${match[1]}.localhost${match[3] ?? '/'}`
    : address
}

export function fromChromium(address: string): string {
  const match = /^http:\/\/(.*)\.([a-z]+)\.localhost(\/.*)?$/.exec(address)
  return match && runtime.schemes.has(match[2]!) ? `${match[2]}://${match[1]}${match[3] ?? '/'}` : address
}

export type ProtocolHandler = Parameters<Electron.Protocol['handle']>[1]
