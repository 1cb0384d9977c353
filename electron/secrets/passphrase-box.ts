import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

/**
 * Text under a passphrase: AES-256-GCM with a key from scrypt. Where the operating system keeps no keys (a server, a
 * Linux without keyring) this is what stands between a copied data folder and a venue's keys.
 */
export interface ScryptCost {
  /** Memory is 128 · N · r bytes. */
  readonly N: number
  readonly r: number
  readonly p: number
}

/** 128 MiB and a quarter of a second per guess: OWASP's first recommendation for scrypt. */
export const SCRYPT_COST: ScryptCost = { N: 1 << 17, r: 8, p: 1 }

/** Shorter ones fall to a word list whatever the cost. */
export const SHORTEST_PASSPHRASE = 12

const KEY_BYTES = 32
const SALT_BYTES = 16
const IV_BYTES = 12
const TAG_BYTES = 16
/** Of a box made elsewhere: a file must not make us allocate more than this. */
const LARGEST_MEMORY_BYTES = 1 << 28

const base64 = z.base64()
const bytesOf = (length: number) =>
  base64.refine((text) => Buffer.from(text, 'base64').length === length, `must be ${length} bytes`)

/** The form on disk. Everything that the key depends on stands in it, and is authenticated with the text. */
const boxSchema = z.object({
  version: z.literal(1),
  cost: z
    .object({ N: z.number().int().min(2), r: z.number().int().min(1), p: z.number().int().min(1).max(16) })
    .refine(({ N }) => Number.isInteger(Math.log2(N)), 'N must be a power of 2')
    .refine(({ N, r }) => 128 * N * r <= LARGEST_MEMORY_BYTES, `needs more than ${LARGEST_MEMORY_BYTES} bytes`),
  salt: bytesOf(SALT_BYTES),
  iv: bytesOf(IV_BYTES),
  tag: bytesOf(TAG_BYTES),
  text: base64,
})
export type Box = z.infer<typeof boxSchema>

export type PassphraseFailure = Failure<'passphrase-too-short'>
export type BoxFailure = Failure<'not-a-box' | 'cannot-open'>

/** A key can be used for many boxes of one file: deriving it is what costs. */
export interface BoxKey {
  readonly cost: ScryptCost
  readonly salt: Buffer
  readonly key: Buffer
}

export async function newBoxKey(
  passphrase: string,
  cost: ScryptCost = SCRYPT_COST,
): Promise<Result<BoxKey, PassphraseFailure>> {
  // Characters as a person counts them, in one spelling: an accent may arrive as one code point or as two.
  const length = [...passphrase.normalize('NFKC')].length
  if (length < SHORTEST_PASSPHRASE) {
    return fail('passphrase-too-short', `the passphrase has ${length} characters, the least is ${SHORTEST_PASSPHRASE}`)
  }
  const salt = randomBytes(SALT_BYTES)
  return ok({ cost, salt, key: await deriveKey(passphrase, salt, cost) })
}

/** The same text gives another box each time. */
export function seal(text: string, { cost, salt, key }: BoxKey): Box {
  const head = { version: 1, cost, salt: salt.toString('base64') } as const
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(authenticated(head))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return {
    ...head,
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    text: sealed.toString('base64'),
  }
}

/**
 * Opens what `seal` made, given as parsed JSON. `cannot-open` is a wrong passphrase or a changed box: the two can't be
 * told apart, or a box would tell guessers how near they are.
 */
export async function unseal(
  given: unknown,
  passphrase: string,
): Promise<Result<{ readonly text: string; readonly key: BoxKey }, BoxFailure>> {
  const parsed = boxSchema.safeParse(given)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    return fail('not-a-box', `${path.join('.') || 'the file'}: ${message}`)
  }
  const box = parsed.data
  const salt = Buffer.from(box.salt, 'base64')
  const key = await deriveKey(passphrase, salt, box.cost)
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(box.iv, 'base64'), { authTagLength: TAG_BYTES })
  decipher.setAAD(authenticated(box))
  decipher.setAuthTag(Buffer.from(box.tag, 'base64'))
  try {
    const text = Buffer.concat([decipher.update(Buffer.from(box.text, 'base64')), decipher.final()]).toString('utf8')
    return ok({ text, key: { cost: box.cost, salt, key } })
  } catch {
    return fail('cannot-open', 'the passphrase is wrong, or the file was changed')
  }
}

const authenticated = ({ version, cost, salt }: Pick<Box, 'version' | 'cost' | 'salt'>): Buffer =>
  Buffer.from(JSON.stringify([version, cost.N, cost.r, cost.p, salt]))

function deriveKey(passphrase: string, salt: Buffer, { N, r, p }: ScryptCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // scrypt needs a little more than 128 · N · r; Node refuses at the limit itself.
    scrypt(passphrase.normalize('NFKC'), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}
