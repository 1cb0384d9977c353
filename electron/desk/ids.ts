/**
 * Ids of proposals, plans and approvals: a letter and a number that goes on after a restart.
 * Deterministic: the n-th proposal of a run is always the same id.
 */
export interface Ids {
  next(kind: keyof typeof PREFIX): string
}

const PREFIX = { proposal: 'R', plan: 'B', approval: 'A' } as const

/**
 * `start` is the length of the journal when the desk opened it. Every proposal and every plan is at least one entry
 * of its own, so no id of an earlier run is above it; approvals that wait for their undo window are not kept.
 */
export function createIds(start: number): Ids {
  const last = { proposal: start, plan: start, approval: start }
  return { next: (kind) => `${PREFIX[kind]}-${String(++last[kind]).padStart(5, '0')}` }
}
