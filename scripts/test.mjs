// npm test: everything that must hold, in the order in which a mistake is cheapest to find. Stops at the first step
// that fails, names it and ends with the step's own exit code. The last line counts the tests: "N passed, N failed".
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBrowser } from './lib/browser-binary.mjs'
import { ensureBuild, ensureDependencies, runNpm, runScript, Stop, toolEnvironment } from './lib/prepare.mjs'
import { sizeTrend } from './lib/size-trend.mjs'

const counts = { passed: 0, failed: 0, skipped: 0 }
const reports = mkdtempSync(join(tmpdir(), 'trimtab-test-'))
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))

const check = (script) => () => runNpm(['run', '-s', script], { env: toolEnvironment() }).status === 0

/** A vitest project; its counts are read from its own report, so that they are the ones it printed. */
const tests = (project) => () => {
  const report = join(reports, `${project}.json`)
  const run = runNpm(
    ['run', '-s', `test:${project}`, '--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { env: toolEnvironment(), stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const failedBefore = counts.failed
  try {
    const read = JSON.parse(readFileSync(report, 'utf8'))
    counts.passed += read.numPassedTests
    counts.failed += read.numFailedTests
    counts.skipped += read.numPendingTests + read.numTodoTests
  } catch {
    console.error(`vitest left no report of the ${project} tests`)
    return false
  }
  return run.status === 0 && counts.failed === failedBefore
}

const STEPS = [
  ['dependencies', 3, () => ensureDependencies()],
  ['browser', 4, async () => void (process.env.CHROMIUM = await ensureBrowser())],
  ['typecheck', 10, check('typecheck')],
  ['lint', 11, check('lint')],
  ['layers', 12, check('layers')],
  ['unit', 13, tests('unit')],
  ['integration', 14, tests('integration')],
  ['build', 15, () => ensureBuild()],
  ['e2e', 16, tests('e2e')],
]

await runScript(async () => {
  let exitCode = 0
  for (const [name, code, step] of STEPS) {
    console.log(`\n── ${name}`)
    const start = performance.now()
    if (await succeeds(step)) {
      console.log(`── ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
      continue
    }
    console.error(`\n${name} failed; the steps after it were not run`)
    // A step that fails without a failed test (a type error) must not read as "0 failed".
    if (counts.failed === 0) counts.failed = 1
    exitCode = code
    break
  }
  console.log(`\n${sizeTrend()}`)
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
  return exitCode
})

/** A step that answers nothing has succeeded unless it stopped with a reason. */
async function succeeds(step) {
  try {
    return (await step()) !== false
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    console.error(error.message)
    return false
  }
}
