/**
 * The typed link between a page and the desk: requests and answers by an allow-list, and one-way events.
 * It runs over a WebSocket (browser host) and over a MessagePort (Electron).
 */
export interface Wire {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
}

/** A contract whose answers come over a link. */
export type Remote<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never
}

export type LinkMessage =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  /** A bug on the other side; expected failures are Results inside `answer`. */
  | { readonly kind: 'broken'; readonly id: number; readonly message: string }
  | { readonly kind: 'event'; readonly name: string; readonly value: unknown }
  /**
   * Page to desk: how many events it has dealt with since the link began. The desk keeps a few under way and merges
   * the rest, so a slow page skips values instead of falling behind.
   */
  | { readonly kind: 'received'; readonly events: number }
