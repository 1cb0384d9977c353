import { defaultDataFolder, installation } from './commands/installation.ts'
import { readHostFlags } from './hosts/host-flags.ts'
import { EXIT_CODES, runBrowserHost } from './hosts/run-browser-host.ts'
import { simulationHost } from './hosts/simulation-host.ts'

/** The browser host: the desk under Node, its screens on loopback. Exit: 0 done, 1 failed, 2 bad usage or a port in use. */
async function main(): Promise<number> {
  const complain = (message: string): void => void process.stderr.write(`${message}\n`)
  const flags = readHostFlags(process.argv.slice(2), false)
  if (!flags.ok) {
    complain(flags.error.message)
    return EXIT_CODES.badInput
  }
  const place = installation()
  const { port, dataFolder } = flags.value
  return runBrowserHost({
    ...simulationHost(flags.value, dataFolder ?? defaultDataFolder(), place),
    port,
    rendererDir: place.rendererDir,
    onAddress: (address) => void process.stdout.write(`Trimtab (SIMULATION): ${address}\n`),
    onFailure: complain,
  })
}

process.exit(await main())
