import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type SandboxAddresses, sandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import { ok, type Result } from '../../core/result.ts'
import { createControlClient } from './control-client.ts'
import type { SandboxFailure, SandboxProcess } from './sandbox-process.ts'

/** A sandbox in use, whoever started it. */
export type JoinedSandbox = Pick<SandboxProcess, 'addresses' | 'stop'>

/**
 * A killed desk leaves its exchange running: the next desk of the data folder joins it again instead of starting a
 * second one on the same state. `noteFile` says where the last one was.
 */
export async function rejoinOrStart(
  noteFile: string,
  log: (line: string) => void,
  start: () => Promise<Result<SandboxProcess, SandboxFailure>>,
): Promise<Result<JoinedSandbox, SandboxFailure>> {
  const noted = readNote(noteFile)
  if (noted !== null) {
    const control = createControlClient(noted.control)
    const state = await control.state()
    if (state.ok && !state.value.lockstep) {
      log('joined the sandbox exchanges that an earlier desk had left running')
      return ok({
        addresses: noted,
        stop: async () => {
          await control.stop()
          rmSync(noteFile, { force: true })
        },
      })
    }
  }
  const started = await start()
  if (!started.ok) return started
  // whole or not at all: a torn note would hide a running exchange
  writeFileSync(`${noteFile}.new`, JSON.stringify(started.value.addresses), { mode: 0o600 })
  renameSync(`${noteFile}.new`, noteFile)
  return ok({
    addresses: started.value.addresses,
    stop: async () => {
      await started.value.stop()
      rmSync(noteFile, { force: true })
    },
  })
}

function readNote(file: string): SandboxAddresses | null {
  if (!existsSync(file)) return null
  try {
    const read = sandboxAddresses.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return read.success ? read.data : null
  } catch {
    return null
  }
}
