import { join } from 'node:path'
import { defaultDataFolder, installation } from './commands/installation.ts'
import { runElectronHost } from './hosts/electron-host.ts'
import { readHostFlags } from './hosts/host-flags.ts'
import { EXIT_CODES } from './hosts/run-browser-host.ts'
import { simulationHost } from './hosts/simulation-host.ts'

const flags = readHostFlags(process.argv.slice(1), true)
if (flags.ok) {
  const place = installation()
  runElectronHost({
    ...simulationHost(flags.value, flags.value.dataFolder ?? defaultDataFolder(), place),
    rendererDir: place.rendererDir,
    preloadDir: join(place.root, 'out/preload'),
  })
} else {
  process.stderr.write(`${flags.error.message}\n`)
  process.exit(EXIT_CODES.badInput)
}
