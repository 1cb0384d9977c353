// Electron's npm package holds no program: it fetches one for the platform. Without it the browser host does the work.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './prepare.mjs'

const FETCH_LIMIT_MS = 180_000
const FIRST_RUN_LIMIT_MS = 20_000

export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/** Chromium refuses its own sandbox to root; for everybody else it stays on. */
export const electronSwitches = () => (process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [])

/** `{ binary }` of an Electron that runs here, or `{ why }` there is none, as half a sentence. */
export function findElectron() {
  if (process.env.TRIMTAB_NO_ELECTRON) return { why: 'TRIMTAB_NO_ELECTRON is set' }
  if (!hasDisplay()) return { why: 'there is no display' }
  const folder = join(ROOT, 'node_modules', 'electron')
  if (!existsSync(folder)) return { why: 'its package is not installed' }
  let binary = installedBinary(folder)
  if (binary === null) {
    console.log('Fetching Electron…')
    const fetched = spawnSync(process.execPath, [join(folder, 'install.js')], {
      encoding: 'utf8',
      timeout: FETCH_LIMIT_MS,
    })
    binary = installedBinary(folder)
    if (binary === null) return { why: whyNotFetched(fetched) }
  }
  // A program that is there may still lack the system's libraries; it says so when it is asked for its version.
  const first = spawnSync(binary, [...electronSwitches(), '--version'], {
    encoding: 'utf8',
    timeout: FIRST_RUN_LIMIT_MS,
  })
  if (first.status !== 0) return { why: `it does not run here: ${firstLine(first.stderr) || first.error?.message}` }
  return { binary }
}

/** Where Electron's installer noted the program; null when it is not there. */
function installedBinary(folder) {
  const note = join(folder, 'path.txt')
  if (!existsSync(note)) return null
  const binary = join(folder, 'dist', readFileSync(note, 'utf8').trim())
  return existsSync(binary) ? binary : null
}

function whyNotFetched(run) {
  if (run.error?.code === 'ETIMEDOUT') return `it could not be fetched within ${FETCH_LIMIT_MS / 1000} s`
  return `it could not be fetched: ${firstLine(run.stderr) || 'no reason was given'}`
}

const firstLine = (text) => (text ?? '').trim().split('\n')[0].slice(0, 200)
