import { spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A project with our scripts in which everything they start is played by small programs that note their arguments. */
export interface ProjectCopy {
  readonly folder: string
  write(path: string, text: string): void
  program(path: string, body: string): void
  /** What the played programs noted, in order. */
  notes(): readonly string[]
  run(script: string, args?: readonly string[], env?: NodeJS.ProcessEnv): Run
  runProgram(path: string, env: NodeJS.ProcessEnv): Run
  remove(): void
}

export interface Run {
  readonly output: () => string
  readonly exitCode: Promise<number | null>
  signal(name: NodeJS.Signals): void
}

export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), 'project copy-'))
  const at = (path: string): string => join(folder, path)
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text)
  }
  const program = (path: string, body: string): void => {
    write(path, `#!/bin/sh\n${body}\n`)
    chmodSync(at(path), 0o755)
  }
  cpSync(join(import.meta.dirname, '../../../scripts'), at('scripts'), { recursive: true })
  write('package-lock.json', '{}')
  write('core/one.ts', 'export const one = 1')
  // npm leaves what an installation leaves; the tool that builds leaves a host that notes its arguments.
  program(
    'programs/npm',
    `echo "npm $*" >> "${at('notes')}"
    [ "$1" = ci ] || exit 0
    mkdir -p "${at('node_modules')}/node-${process.platform}-${process.arch}/bin" "${at('node_modules')}/electron-vite/bin"
    ln -sf "${process.execPath}" "${at('node_modules')}/node-${process.platform}-${process.arch}/bin/node"
    cp "${at('build.js')}" "${at('node_modules')}/electron-vite/bin/electron-vite.js"
    touch "${at('node_modules')}/.package-lock.json"`,
  )
  write(
    'build.js',
    `const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs')
    appendFileSync('notes', 'build\\n')
    mkdirSync('out/main', { recursive: true })
    writeFileSync('out/main/package.json', '{}')
    writeFileSync('out/main/serve.js', ${JSON.stringify(HOST)})`,
  )
  const start = (command: string, args: readonly string[], env: NodeJS.ProcessEnv): Run => {
    const child = spawn(command, args, {
      cwd: folder,
      env: { PATH: `${at('programs')}:/usr/bin:/bin`, HOME: folder, NOTES: at('notes'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    return {
      output: () => output,
      exitCode: new Promise((resolve) => child.on('close', resolve)),
      signal: (name) => void child.kill(name),
    }
  }
  return {
    folder,
    write,
    program,
    notes: () => (existsSync(at('notes')) ? readFileSync(at('notes'), 'utf8').trim().split('\n') : []),
    run: (script, args = [], env = {}) => start(process.execPath, [at(`scripts/${script}`), ...args], env),
    runProgram: (path, env) => start(at(path), [], env),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** Notes its arguments, prints an address and waits for a signal when told to, else ends with EXIT. */
const HOST = `
  require('node:fs').appendFileSync(process.env.NOTES, 'serve ' + process.argv.slice(2).join(' ') + '\\n')
  console.log('Trimtab: http://127.0.0.1:4800/?token=abc')
  if (process.env.WAIT) {
    process.on('SIGTERM', () => {
      require('node:fs').appendFileSync(process.env.NOTES, 'host ended by SIGTERM\\n')
      process.exit(7)
    })
    setInterval(() => {}, 1000)
  } else process.exitCode = Number(process.env.EXIT ?? 0)
`
