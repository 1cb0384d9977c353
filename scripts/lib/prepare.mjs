// What every script needs before it can do its work: dependencies, Node 24, a fresh build.
// Plain JavaScript without packages: it runs on the system's Node, before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')

/** A sentence for the person at the terminal, and the exit code that goes with it. */
export class Stop extends Error {
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** npm ci, unless what the lockfile asks for is installed already. */
export function ensureDependencies() {
  const lock = join(ROOT, 'package-lock.json')
  const installed = join(ROOT, 'node_modules', '.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.log('Installing dependencies (npm ci)…')
  const run = runNpm(['ci', '--no-fund', '--no-audit', '--loglevel=error'])
  if (run.error) throw new Stop(`npm is missing (${run.error.message}): install Node.js with npm, 20.19 or newer`, 3)
  if (run.status !== 0) throw new Stop(`the dependencies could not be installed: npm ci ended with ${run.status}`, 3)
}

/** On Windows npm is a command file, which needs a shell. */
export const runNpm = (args, options = {}) =>
  spawnSync('npm', args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32', ...options })

/**
 * The Node that runs the desk: 24, from the dependencies where the platform has one there, else this one.
 * Under Node 20 the database library crashes the process instead of refusing.
 */
export function nodeBinary() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const locked = join(ROOT, 'node_modules', `node-${systemName()}-${process.arch}`, 'bin', name)
  if (existsSync(locked)) return locked
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  throw new Stop(`Node 24 is needed and this is ${process.version}: no copy is packaged for this platform`, 3)
}
const systemName = () => (process.platform === 'win32' ? 'win' : process.platform)

/** Environment in which "node" and every tool of the project are the locked ones. */
export function toolEnvironment() {
  const separator = process.platform === 'win32' ? ';' : ':'
  return { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}${separator}${process.env.PATH ?? ''}` }
}

const BUILT_FROM = [
  'core',
  'workers',
  'electron',
  'renderer',
  'sandbox',
  'electron.vite.config.ts',
  'package-lock.json',
]
const STAMP = join(ROOT, 'out', 'built-from.sha256')

/** Builds unless out/ was made of exactly these sources. */
export function ensureBuild() {
  const sources = hashSources()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return
  console.log('Building…')
  rmSync(STAMP, { force: true })
  const entry = join(ROOT, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const run = spawnSync(nodeBinary(), [entry, 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: toolEnvironment(),
  })
  if (run.status !== 0) throw new Stop(`the build failed with ${run.status ?? run.signal}`)
  mkdirSync(join(ROOT, 'out'), { recursive: true })
  writeFileSync(STAMP, sources)
}

/** Contents, not times: a checkout changes times, and a deleted file leaves none. */
function hashSources() {
  const hash = createHash('sha256')
  for (const file of BUILT_FROM.flatMap((name) => listFiles(name))) {
    // What the build itself makes of its sources is no source.
    if (/\.test\.tsx?$|\/wasm\/build\//.test(file)) continue
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(ROOT, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/** Files of a folder of the project (or the file itself), as sorted paths from the root. */
export function listFiles(path) {
  const full = join(ROOT, path)
  if (!existsSync(full)) return []
  if (statSync(full).isFile()) return [path]
  return readdirSync(full, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? listFiles(`${path}/${entry.name}`) : entry.isFile() ? [`${path}/${entry.name}`] : [],
    )
}

/** Runs a script's main function; a Stop becomes its sentence and its exit code. */
export async function runScript(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    console.error(error.message)
    process.exitCode = error.exitCode
  }
}
