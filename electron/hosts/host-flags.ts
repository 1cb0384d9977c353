import { parseArgs } from 'node:util'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

/** What a host is told on its command line. */
export interface HostFlags {
  /** 0: the system chooses. */
  readonly port: number
  /** null: the platform's own place. */
  readonly dataFolder: string | null
}

/**
 * `--port P` and `--data DIR`. Under Electron other arguments are let through (`allowOthers`): Chromium's own switches
 * stand among them. Fails with bad-option.
 */
export function readHostFlags(args: readonly string[], allowOthers: boolean): Result<HostFlags, Failure<'bad-option'>> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, data: { type: 'string' } },
      strict: !allowOthers,
      allowPositionals: allowOthers,
    })
    const { port: givenPort = '0', data = null } = values
    const port = typeof givenPort === 'string' && givenPort !== '' ? Number(givenPort) : Number.NaN
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      return fail('bad-option', `--port was "${String(givenPort)}", a whole number from 0 to 65535 is expected`)
    }
    if (data === '' || typeof data === 'boolean') return fail('bad-option', '--data needs a folder')
    return ok({ port, dataFolder: data })
  } catch (error) {
    // parseArgs throws for what it does not know; its sentence names the argument.
    return fail('bad-option', error instanceof Error ? error.message : String(error))
  }
}
