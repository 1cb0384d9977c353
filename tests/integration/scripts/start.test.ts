import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copyProject, type ProjectCopy } from './project-copy.ts'

let project: ProjectCopy
beforeEach(() => {
  project = copyProject()
})
afterEach(() => project.remove())

const NO_ELECTRON = { TRIMTAB_NO_ELECTRON: '1' }

describe('npm start', () => {
  test('installs, builds and runs on a fresh clone, and does neither again', async () => {
    const first = project.run('start.mjs', ['--port', '4800', '--data', 'a folder'], NO_ELECTRON)
    expect(await first.exitCode).toBe(0)
    expect(project.notes()).toEqual([
      'npm ci --no-fund --no-audit --loglevel=error',
      'build',
      'serve --port 4800 --data a folder',
    ])
    expect(first.output()).toContain('Electron is not used: TRIMTAB_NO_ELECTRON is set.')
    expect(first.output()).toContain('Trimtab: http://127.0.0.1:4800/?token=abc')
    expect(await project.run('start.mjs', [], NO_ELECTRON).exitCode).toBe(0)
    expect(project.notes().slice(3)).toEqual(['serve'])
  })

  test('builds again when a source changed, appeared or went, not for a test', async () => {
    const start = async (): Promise<readonly string[]> => {
      const before = project.notes().length
      await project.run('start.mjs', [], NO_ELECTRON).exitCode
      return project.notes().slice(before)
    }
    await start()
    project.write('core/one.ts', 'export const one = 2')
    expect(await start()).toContain('build')
    project.write('core/two.ts', '')
    expect(await start()).toContain('build')
    rmSync(join(project.folder, 'core/two.ts'))
    expect(await start()).toContain('build')
    project.write('core/two.test.ts', '')
    expect(await start()).toEqual(['serve'])
  })

  test('the exit code is the one of the host, and a signal reaches it', async () => {
    expect(await project.run('start.mjs', [], { ...NO_ELECTRON, EXIT: '2' }).exitCode).toBe(2)
    const waiting = project.run('start.mjs', [], { ...NO_ELECTRON, WAIT: '1' })
    await expect.poll(waiting.output, { timeout: 10_000 }).toContain('token=abc')
    waiting.signal('SIGTERM')
    expect(await waiting.exitCode).toBe(7)
  })

  test('an npm that is ended takes the host with it, though its shell hands on no signal', async () => {
    project.program('programs/shell', `"${process.execPath}" "${project.folder}/scripts/start.mjs"; true`)
    const shell = project.runProgram('programs/shell', { ...NO_ELECTRON, WAIT: '1', npm_lifecycle_event: 'start' })
    await expect.poll(shell.output, { timeout: 10_000 }).toContain('token=abc')
    shell.signal('SIGTERM')
    await expect.poll(() => project.notes().at(-1), { timeout: 10_000 }).toBe('host ended by SIGTERM')
  })

  test('says plainly what is missing', async () => {
    project.program('programs/npm', 'exit 9')
    const offline = project.run('start.mjs', [], NO_ELECTRON)
    expect(await offline.exitCode).toBe(3)
    expect(offline.output()).toContain('the dependencies could not be installed: npm ci ended with 9')
    const withoutNpm = project.run('start.mjs', [], { ...NO_ELECTRON, PATH: '/nowhere' })
    expect(await withoutNpm.exitCode).toBe(3)
    expect(withoutNpm.output()).toContain('npm is missing')
  })

  test('a build that fails ends it, and is tried again', async () => {
    project.write('build.js', 'process.exit(5)')
    const failing = project.run('start.mjs', [], NO_ELECTRON)
    expect(await failing.exitCode).toBe(1)
    expect(failing.output()).toContain('the build failed with 5')
    expect(failing.output()).not.toContain('Trimtab:')
  })
})

describe.runIf(process.platform === 'linux')('Electron', () => {
  const DISPLAY = { DISPLAY: ':0', CI: 'true' }
  /** Electron's program as its installer leaves it. */
  const installElectron = (body: string): void => {
    project.write('node_modules/electron/path.txt', 'electron')
    project.program('node_modules/electron/dist/electron', body)
  }
  const NOTE_ARGUMENTS = 'echo "electron $*" >> "$NOTES"'

  test('is used where there is a display, with its sandbox unless for root', async () => {
    installElectron(NOTE_ARGUMENTS)
    expect(await project.run('start.mjs', ['--data', 'D'], DISPLAY).exitCode).toBe(0)
    const unsandboxed = process.getuid?.() === 0 ? '--no-sandbox ' : ''
    expect(project.notes().slice(2)).toEqual([
      `electron ${unsandboxed}--version`,
      `electron ${unsandboxed}${project.folder} --data D`,
    ])
  })

  test('is not even fetched without a display', async () => {
    project.write(
      'node_modules/electron/install.js',
      'require("node:fs").appendFileSync(process.env.NOTES, "fetch\\n")',
    )
    const run = project.run('start.mjs')
    expect(await run.exitCode).toBe(0)
    expect(run.output()).toContain('Electron is not used: there is no display.')
    expect(project.notes()).not.toContain('fetch')
  })

  test('that can not be fetched, or does not run, gives way to the browser with its reason', async () => {
    project.write('node_modules/electron/install.js', 'console.error("no such host"); process.exit(1)')
    const unfetched = project.run('start.mjs', [], DISPLAY)
    expect(await unfetched.exitCode).toBe(0)
    expect(unfetched.output()).toContain('Electron is not used: it could not be fetched: no such host.')
    installElectron('echo "error while loading libnss3.so" >&2; exit 127')
    const broken = project.run('start.mjs', [], DISPLAY)
    expect(await broken.exitCode).toBe(0)
    expect(broken.output()).toContain('it does not run here: error while loading libnss3.so')
    expect(project.notes().at(-1)).toBe('serve')
  })
})
