import { readFileSync } from 'node:fs'
import { parseCommandLine, USAGE } from './command-line.ts'
import { type RunningSandbox, startSandbox } from './server.ts'

// Whoever started the sandbox may be gone: a broken pipe must not end the exchanges.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

const log = (message: string): void => console.error(`sandbox: ${message}`)

function refuse(message: string): never {
  log(message)
  process.exit(2)
}

const command = parseCommandLine(process.argv.slice(2))
if (!command.ok) refuse(`${command.error.message}\n${USAGE}`)

const { prices, state, ...settings } = command.value
const started = await startSandbox({
  ...settings,
  ...(prices === null ? {} : { pricesCsv: readText(prices) }),
  ...(state === null ? {} : { stateFile: state }),
  log,
  onFatal(message) {
    log(message)
    process.exit(1)
  },
  onStop: () => void stop(),
})
if (!started.ok) refuse(prices === null ? started.error.message : `${started.error.message} (prices from ${prices})`)
const sandbox: RunningSandbox = started.value

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  await sandbox.close()
  process.exit(0)
}
process.on('SIGINT', () => void stop())
process.on('SIGTERM', () => void stop())
console.log(JSON.stringify(sandbox.addresses))

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return refuse(`--prices was "${path}": ${error instanceof Error ? error.message : String(error)}`)
  }
}
