// npm start: installs and builds what is missing, then runs the desk with its screens, in Electron where that is to be
// had, otherwise in the browser. Arguments (--port P, --data DIR) go to the host.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { electronSwitches, findElectron, hasDisplay } from './lib/electron-binary.mjs'
import { ensureBuild, ensureDependencies, nodeBinary, ROOT, runScript } from './lib/prepare.mjs'

// With the space after it: output arrives in pieces, and half a token opens nothing.
const ADDRESS = /(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)\s/
const OPENERS = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }

await runScript(async () => {
  const args = process.argv.slice(2)
  ensureDependencies()
  const node = nodeBinary()
  ensureBuild()
  const electron = findElectron()
  if (electron.binary !== undefined) {
    return run(electron.binary, [...electronSwitches(), ROOT, ...args], 'inherit')
  }
  console.log(`Electron is not used: ${electron.why}. The screens open in the browser instead.`)
  return run(node, [join(ROOT, 'out', 'main', 'serve.js'), ...args], 'pipe')
})

/** The exit code of the host; signals that reach us reach it. */
function run(binary, args, output) {
  const host = spawn(binary, args, { cwd: process.cwd(), stdio: ['inherit', output, 'inherit'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => host.kill(signal))
  endWithNpm(() => host.kill('SIGTERM'))
  if (host.stdout) {
    host.stdout.pipe(process.stdout)
    openAddress(host.stdout)
  }
  return new Promise((resolve) => {
    host.on('error', (error) => {
      console.error(`${binary} can't be run: ${error.message}`)
      resolve(1)
    })
    host.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}

/** npm hands a SIGTERM to its shell, which ends without handing it on: a parent that went is the only sign of it. */
function endWithNpm(end) {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    end()
  }, 500)
  watch.unref()
}

/** Opens the first address that the host prints, where there is somebody to see it. */
function openAddress(output) {
  if (!hasDisplay() || process.env.CI) return
  let printed = ''
  const look = (chunk) => {
    printed += chunk
    const address = ADDRESS.exec(printed)?.[1]
    if (address === undefined) return
    output.off('data', look)
    const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open']
    // Nothing to open it with is no failure: the address stands in the terminal.
    spawn(command, [...args, address], { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref()
  }
  output.on('data', look)
}
