// npm's prepare script: compiles the drift filter from AssemblyScript, unless it is there and fresh. No binary is in
// git. Without the compiler (a production install) the engine runs its plain sweep: that is said and is no error.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './lib/prepare.mjs'

const SOURCE = 'workers/drift/wasm/filter.ts'
const FOLDER = join(ROOT, 'workers', 'drift', 'wasm', 'build')
const BINARY = join(FOLDER, 'filter.wasm')
const STAMP = join(FOLDER, 'built-from.sha256')
const OPTIONS = ['--enable', 'simd', '-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory']
// All that 32-bit addresses reach: a million books of 20 assets take 0.1 to 0.4 GB.
const MEMORY = ['--initialMemory', '1', '--maximumMemory', '65536']

const COMPILER = join(ROOT, 'node_modules', 'assemblyscript', 'package.json')

if (!existsSync(COMPILER)) console.error('assemblyscript is not installed: the drift engine will run its plain sweep')
else if (!isFresh()) await build()

function isFresh() {
  return existsSync(BINARY) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp()
}

/** Hash of everything that decides the bytes of the file. */
function stamp() {
  const { version } = JSON.parse(readFileSync(COMPILER, 'utf8'))
  const given = [version, ...OPTIONS, ...MEMORY].join(' ')
  return createHash('sha256')
    .update(readFileSync(join(ROOT, SOURCE)))
    .update(given)
    .digest('hex')
}

async function build() {
  const compiler = await import('assemblyscript/asc')
  const files = new Map()
  const { error } = await compiler.main([SOURCE, '--baseDir', ROOT, '--outFile', 'out.wasm', ...OPTIONS, ...MEMORY], {
    stdout: process.stdout,
    stderr: process.stderr,
    writeFile: (name, contents) => files.set(name, contents),
  })
  if (error) {
    console.error(`${SOURCE}: ${error.message}`)
    process.exit(1)
  }
  mkdirSync(FOLDER, { recursive: true })
  writeWhole(BINARY, files.get('out.wasm'))
  writeWhole(STAMP, stamp())
}

/** Another process may read it or build it too. */
function writeWhole(path, contents) {
  const own = `${path}.${process.pid}`
  writeFileSync(own, contents)
  renameSync(own, path)
}
