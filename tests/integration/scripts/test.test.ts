import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copyProject, type ProjectCopy } from './project-copy.ts'

let project: ProjectCopy
beforeEach(() => {
  project = copyProject()
  project.program('programs/chromium', 'exit 0')
})
afterEach(() => project.remove())

/** npm whose scripts pass, except the given one; vitest's report holds the given counts. */
function playNpm(failing: string, counts: { readonly passed: number; readonly failed: number }): void {
  const report = JSON.stringify({
    numPassedTests: counts.passed,
    numFailedTests: counts.failed,
    numPendingTests: 1,
    numTodoTests: 0,
  })
  project.program(
    'programs/npm',
    `${installation}
    echo "$3" >> "$NOTES"
    for argument in "$@"; do
      case "$argument" in --outputFile.json=*) echo '${report}' > "\${argument#--outputFile.json=}" ;; esac
    done
    [ "$3" != "${failing}" ]`,
  )
}
const installation = `
  if [ "$1" = ci ]; then
    bin="$HOME/node_modules/node-${process.platform}-${process.arch}/bin"
    mkdir -p "$bin" "$HOME/node_modules/electron-vite/bin"
    ln -sf "${process.execPath}" "$bin/node"
    cp "$HOME/build.js" "$HOME/node_modules/electron-vite/bin/electron-vite.js"
    touch "$HOME/node_modules/.package-lock.json"
    exit 0
  fi`

const lastLine = (output: string): string => output.trimEnd().split('\n').at(-1)!

describe('npm test', () => {
  test('runs every step in order and ends with the sum of the vitest runs', async () => {
    playNpm('none', { passed: 5, failed: 0 })
    const run = project.run('test.mjs')
    expect(await run.exitCode).toBe(0)
    expect(project.notes()).toEqual([
      'typecheck',
      'lint',
      'layers',
      'test:unit',
      'test:integration',
      'build',
      'test:e2e',
    ])
    expect(lastLine(run.output())).toBe('15 passed, 0 failed, 3 skipped')
    expect(run.output()).toMatch(/sizes: \d+ files, median \d+ lines, [\d.]+ % under 400/)
  })

  test.each([
    ['typecheck', 10, '0 passed, 1 failed'],
    ['layers', 12, '0 passed, 1 failed'],
    ['test:unit', 13, '5 passed, 1 failed, 1 skipped'],
    ['test:integration', 14, '10 passed, 1 failed, 2 skipped'],
  ])('stops at %s with exit code %i', async (failing, code, summary) => {
    playNpm(failing, { passed: 5, failed: 0 })
    const run = project.run('test.mjs')
    expect(await run.exitCode).toBe(code)
    expect(run.output()).toContain(`${failing.replace('test:', '')} failed; the steps after it were not run`)
    expect(lastLine(run.output())).toBe(summary)
    expect(project.notes().at(-1)).toBe(failing)
  })

  test('a failed test fails the step even if vitest ended with 0', async () => {
    playNpm('none', { passed: 4, failed: 2 })
    const run = project.run('test.mjs')
    expect(await run.exitCode).toBe(13)
    expect(lastLine(run.output())).toBe('4 passed, 2 failed, 1 skipped')
  })

  test('a CHROMIUM that is no program is named', async () => {
    playNpm('none', { passed: 5, failed: 0 })
    const run = project.run('test.mjs', [], { CHROMIUM: '/no/such/browser' })
    expect(await run.exitCode).toBe(4)
    expect(run.output()).toContain('CHROMIUM is "/no/such/browser", which is no program')
  })
})
