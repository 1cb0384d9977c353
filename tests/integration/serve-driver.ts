// `trimtab serve` on screens that need no build. Arguments: folder of the screens, data folder, port.
import { installation } from '../../electron/commands/installation.ts'
import { runBrowserHost } from '../../electron/hosts/run-browser-host.ts'
import { simulationHost } from '../../electron/hosts/simulation-host.ts'

const [rendererDir, dataFolder, port] = process.argv.slice(2) as [string, string, string]
const flags = { port: Number(port), dataFolder, books: 5, seed: 1, prices: null, speed: 60 }
process.exitCode = await runBrowserHost({
  ...simulationHost(flags, dataFolder, installation()),
  rendererDir,
  port: flags.port,
  onAddress: (address) => void process.stdout.write(`${address}\n`),
  onFailure: (message) => void process.stderr.write(`${message}\n`),
})
process.exit()
