import type { Clock } from '../../core/clock.ts'
import type { Alert } from '../../core/contracts/monitor-view.ts'

/** What a person should know, newest first; one per id, raised again with its first time kept, cleared when cured. */
export class AlertBoard {
  readonly #clock: Clock
  readonly #alerts = new Map<string, Alert>()

  constructor(clock: Clock) {
    this.#clock = clock
  }
  raise(id: string, severity: Alert['severity'], text: string): void {
    const at = this.#alerts.get(id)?.at ?? this.#clock.now()
    this.#alerts.set(id, { id, severity, text, at })
  }
  clear(id: string): void {
    this.#alerts.delete(id)
  }
  /** Keeps of the alerts with this prefix only those named. */
  keepOnly(prefix: string, ids: ReadonlySet<string>): void {
    for (const id of this.#alerts.keys()) if (id.startsWith(prefix) && !ids.has(id)) this.#alerts.delete(id)
  }
  list(): readonly Alert[] {
    return [...this.#alerts.values()].sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
  }
}
