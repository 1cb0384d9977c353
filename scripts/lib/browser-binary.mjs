// A Chromium for the end-to-end tests: one that is there, Playwright's own, or Debian's.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { nodeBinary, ROOT, Stop } from './prepare.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const KNOWN_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
const DOWNLOAD_LIMIT_MS = 300_000

/** Path of a browser that is installed, or null. A path in CHROMIUM that is none is an error: it was meant. */
export function findBrowser() {
  const named = process.env.CHROMIUM
  if (named) {
    if (!isProgram(named)) throw new Stop(`CHROMIUM is "${named}", which is no program`, 2)
    return named
  }
  const folders = (process.env.PATH ?? '').split(delimiter)
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...onPath, ...KNOWN_PLACES].find(isProgram) ?? null
}

/** Finds a browser or installs one; says plainly what is missing when it can't. */
export async function ensureBrowser() {
  const found = findBrowser() ?? (await playwrightBrowser())
  if (found !== null) return found
  console.log("No Chromium is installed: fetching Playwright's…")
  const playwright = join(ROOT, 'node_modules', 'playwright', 'cli.js')
  const download = spawnSync(nodeBinary(), [playwright, 'install', 'chromium'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: DOWNLOAD_LIMIT_MS,
  })
  const fetched = download.status === 0 ? await playwrightBrowser() : null
  if (fetched !== null) return fetched
  if (installFromDebian(['chromium'])) {
    const installed = findBrowser()
    if (installed !== null) return installed
  }
  throw new Stop(
    'The end-to-end tests need a browser and none could be installed: install Chromium or Chrome, or set CHROMIUM to one.',
    4,
  )
}

/** Playwright's own download, if it is there. */
async function playwrightBrowser() {
  const library = await import(pathToFileURL(join(ROOT, 'node_modules', 'playwright', 'index.mjs')).href)
  const path = library.chromium.executablePath()
  return path && isProgram(path) ? path : null
}

/** Debian's packages, as root only: nobody else's system is changed without being asked. */
function installFromDebian(packages) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  console.log(`Installing ${packages.join(', ')} from Debian…`)
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0
  return apt('update') && apt('install', '-y', '--no-install-recommends', ...packages)
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
