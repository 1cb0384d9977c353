import { z } from 'zod'
import type { Fact, FactPayloads, FactType } from '../../../core/journal.ts'
import { SHIPPED_MULTIPLIERS } from '../../../core/regime.ts'
import { canonicalJson } from './canonical-json.ts'
import { PAYLOAD_SCHEMAS } from './payload-schemas.ts'

/** Turns the stored payload of one version into that of the next. Never touches the journal. */
export type Upcaster = (payload: unknown) => unknown
/** By "type@version": the upcaster from that version to the next one. */
export type Upcasters = Readonly<Record<string, Upcaster>>

const CURRENT_VERSION = 1
/** Versions above 1, once a fact has changed its shape. */
const VERSIONS: Partial<Record<FactType, number>> = { 'proposal-made': 2, 'rules-changed': 3 }
const UPCASTERS: Upcasters = {
  'proposal-made@1': listCashFlows,
  'rules-changed@1': addMultipliers,
  'rules-changed@2': addTradeRate,
}

export const versionOf = (type: FactType): number => VERSIONS[type] ?? CURRENT_VERSION
export const isFactType = (type: string): type is FactType => Object.hasOwn(PAYLOAD_SCHEMAS, type)

/** Version 2: a proposal asked for by money that moved lists every flow; the first version knew the last one only. */
function listCashFlows(payload: unknown): unknown {
  const { proposal } = payload as { readonly proposal: { readonly trigger: Readonly<Record<string, unknown>> } }
  const { kind, asset, amountUsd } = proposal.trigger
  if (kind !== 'cash-flow') return payload
  const flow = { kind: Number(amountUsd) >= 0 ? 'deposit' : 'withdrawal', asset, amountUsd }
  return { proposal: { ...proposal, trigger: { kind, flows: [flow] } } }
}

/** Version 2: the multipliers of bands are a rule; before, they were the program's. */
function addMultipliers(payload: unknown): unknown {
  const { rules, ...rest } = payload as { readonly rules: object }
  return { ...rest, rules: { ...rules, bandMultipliers: SHIPPED_MULTIPLIERS } }
}

/** Version 3: the trade rate is a rule; before, it was a setting that no installation could make. */
function addTradeRate(payload: unknown): unknown {
  const { rules, ...rest } = payload as { readonly rules: object }
  return { ...rest, rules: { ...rules, tradeRate: null } }
}

/** Canonical text of a payload in the current version. Throws where the payload is not what its type says: a bug. */
export function encodePayload<T extends FactType>(type: T, payload: FactPayloads[T]): string {
  return canonicalJson(z.encode(PAYLOAD_SCHEMAS[type] as z.ZodType<FactPayloads[T]>, payload))
}

/** The fact as of the current version. Throws on text that is not a payload of that type and version: a broken journal. */
export function decodeFact(type: string, version: number, text: string, upcasters: Upcasters = UPCASTERS): Fact {
  if (!isFactType(type)) throw new Error(`"${type}" is not a type of fact this version knows`)
  const current = versionOf(type)
  if (version > current) throw new Error(`${type} has version ${version}, this version knows up to ${current}`)
  let stored: unknown = JSON.parse(text)
  for (let from = version; from < current; from++) {
    const upcast = upcasters[`${type}@${from}`]
    if (!upcast) throw new Error(`no upcaster from version ${from} of ${type}`)
    stored = upcast(stored)
  }
  return { type, payload: z.decode(PAYLOAD_SCHEMAS[type], stored as Record<string, unknown>) } as Fact
}

/** Text of an entity in a projection, and back. */
export const encodeEntity = <T>(schema: z.ZodType<T>, value: T): string => canonicalJson(z.encode(schema, value))
export const decodeEntity = <T>(schema: z.ZodType<T>, text: string): T => z.decode(schema, JSON.parse(text) as never)
