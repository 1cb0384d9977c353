// Runs dependency-cruiser and refuses an empty run: a version that can't parse the sources would pass with 0 modules.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const folders = ['core', 'workers', 'electron', 'renderer', 'sandbox', 'tests', 'bench'].filter((f) => existsSync(f))
const run = spawnSync('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders], {
  encoding: 'utf8',
  maxBuffer: 1 << 28,
  shell: process.platform === 'win32',
})
if (run.error || !run.stdout) {
  console.error(`dependency-cruiser did not run: ${run.error?.message ?? run.stderr}`)
  process.exit(1)
}
const { summary } = JSON.parse(run.stdout)
if (summary.totalCruised === 0) {
  console.error('dependency-cruiser looked at 0 modules: the check means nothing')
  process.exit(1)
}
const errors = summary.violations.filter((v) => v.rule.severity === 'error')
const why = Object.fromEntries(summary.ruleSetUsed.forbidden.map((r) => [r.name, r.comment]))
for (const v of errors) console.error(`${v.from} -> ${v.to}: ${v.rule.name}: ${why[v.rule.name]}`)
console.log(
  `layers: ${summary.totalCruised} modules, ${summary.totalDependenciesCruised} imports, ${errors.length} violations`,
)
process.exit(errors.length ? 1 : 0)
