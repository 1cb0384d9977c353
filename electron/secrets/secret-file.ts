import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { z } from 'zod'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import {
  type BoxFailure,
  type BoxKey,
  newBoxKey,
  type PassphraseFailure,
  SCRYPT_COST,
  type ScryptCost,
  seal,
  unseal,
} from './passphrase-box.ts'

/** Named secrets (a venue account's keys) in one file that only its passphrase opens. */
export interface SecretFile {
  names(): readonly string[]
  get(name: string): string | undefined
  /** On disk before it returns. */
  set(name: string, secret: string): void
  delete(name: string): void
}

const secretsSchema = z.array(z.tuple([z.string(), z.string()]))
const OWNER_ONLY = 0o600

export type SecretFileFailure = PassphraseFailure | BoxFailure | Failure<'cannot-read'>

/** Opens the file, or begins an empty one that is written with the first secret. */
export async function openSecretFile(
  path: string,
  passphrase: string,
  cost: ScryptCost = SCRYPT_COST,
): Promise<Result<SecretFile, SecretFileFailure>> {
  const read = readIfThere(path)
  if (!read.ok) return read
  if (read.value === null) {
    const key = await newBoxKey(passphrase, cost)
    return key.ok ? ok(createSecretFile(path, new Map(), key.value)) : key
  }
  const opened = await unseal(parseJson(read.value), passphrase)
  if (!opened.ok) return opened
  const secrets = secretsSchema.safeParse(parseJson(opened.value.text))
  if (!secrets.success) return fail('not-a-box', `${path} was opened and does not hold secrets`)
  return ok(createSecretFile(path, new Map(secrets.data), opened.value.key))
}

function createSecretFile(path: string, secrets: Map<string, string>, key: BoxKey): SecretFile {
  const save = (): void => {
    const box = seal(JSON.stringify([...secrets]), key)
    // A whole file under another name first: a crash leaves the old secrets or the new ones, never half of them.
    const fresh = `${path}.new`
    const file = openSync(fresh, 'w', OWNER_ONLY)
    try {
      writeSync(file, `${JSON.stringify(box)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(fresh, path)
  }
  return {
    names: () => [...secrets.keys()],
    get: (name) => secrets.get(name),
    set(name, secret) {
      secrets.set(name, secret)
      save()
    },
    delete(name) {
      if (secrets.delete(name)) save()
    },
  }
}

function readIfThere(path: string): Result<string | null, Failure<'cannot-read'>> {
  try {
    return ok(readFileSync(path, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return code === 'ENOENT' ? ok(null) : fail('cannot-read', `${path} can't be read: ${code}`)
  }
}

/** `undefined` for what is no JSON: the schema that follows says what is wrong. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
