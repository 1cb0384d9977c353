import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Clock } from '../../core/clock.ts'
import type { BlotterView } from '../../core/contracts/blotter-view.ts'
import type { ChangedTopic, DeskApi } from '../../core/contracts/desk-api.ts'
import type { DeskSnapshot, DeskSummary, GridFrame } from '../../core/contracts/monitor-view.ts'
import type { Remote } from '../../core/contracts/page-link.ts'
import type { DeskLink } from '../../core/contracts/page-link-client.ts'
import type { ProposalsView } from '../../core/contracts/proposals-view.ts'
import { GridBoard, type Schedule } from './grid-board.ts'

/** A value of the desk and when this page got it, on the page's own clock. */
export interface Received<T> {
  readonly value: T
  readonly receivedAt: number
}

export interface DeskState {
  readonly link: 'connecting' | 'open' | 'lost'
  /** Page time when the link was lost, and when the next try comes. */
  readonly lostAt: number
  readonly retryAt: number
  readonly snapshot: DeskSnapshot | null
  readonly board: GridBoard | null
  readonly summary: Received<DeskSummary> | null
  readonly proposals: Received<ProposalsView> | null
  readonly blotter: Received<BlotterView> | null
  /** Grows with every change of client books: what shows one asks again. */
  readonly clientBookChanges: number
  /** Page time of the last thing the desk said. */
  readonly heardAt: number
}

export interface SessionServices {
  open(): Promise<DeskLink>
  readonly clock: Clock
  /** The display's next frame. */
  readonly schedule: Schedule
  /** Runs later; returns how to call it off. */
  wait(milliseconds: number, run: () => void): () => void
}

const RETRY_MS = [500, 1_000, 2_000, 5_000] as const
/** A topic that changes all the time is asked for at most this often. */
const ASK_EVERY_MS = 250

type Watched = Exclude<ChangedTopic, 'client-books'>

/** Owns the link: opens it, keeps the store true, and opens it again when it breaks. */
export class DeskSession {
  readonly store: StoreApi<DeskState>
  readonly #services: SessionServices
  readonly #watchers: Record<Watched, number> = { proposals: 0, blotter: 0 }
  readonly #asking: Record<Watched, 'idle' | 'asking' | 'again'> = { proposals: 'idle', blotter: 'idle' }
  #link: DeskLink | null = null
  #callOff: (() => void) | null = null
  #tries = 0
  #stopped = false
  #opening = false

  constructor(services: SessionServices) {
    this.#services = services
    this.store = createStore<DeskState>(() => ({
      link: 'connecting',
      lostAt: 0,
      retryAt: 0,
      snapshot: null,
      board: null,
      summary: null,
      proposals: null,
      blotter: null,
      clientBookChanges: 0,
      heardAt: services.clock.now(),
    }))
  }

  /** null while the link is down. */
  get api(): Remote<DeskApi> | null {
    return this.#link?.api ?? null
  }

  readonly start = (): void => {
    this.#callOff?.()
    this.#callOff = null
    if (this.#link || this.#opening || this.#stopped) return
    this.#opening = true
    if (this.store.getState().snapshot === null) this.store.setState({ link: 'connecting' })
    this.#services.open().then(
      (link) => {
        this.#opening = false
        this.#begin(link)
      },
      () => {
        this.#opening = false
        this.#retryLater()
      },
    )
  }

  stop(): void {
    this.#stopped = true
    this.#callOff?.()
  }

  /** Keeps a topic fresh while somebody shows it; returns how to stop. */
  watch(topic: Watched): () => void {
    this.#watchers[topic]++
    this.#ask(topic)
    return () => {
      this.#watchers[topic]--
    }
  }

  #begin(link: DeskLink): void {
    if (this.#stopped) return
    this.#link = link
    const early: GridFrame[] = []
    let loading = true

    // Subscribe first: rows that do not change send no frame, and a frame sent meanwhile must not be lost.
    link.on('frame', (frame) => {
      this.#heard()
      if (loading) early.push(frame)
      else this.store.getState().board?.apply(frame)
    })
    link.on('summary', (summary) => {
      this.#heard()
      this.store.setState({ summary: this.#received(summary) })
    })
    link.on('changed', ({ topics }) => {
      this.#heard()
      if (topics.includes('proposals')) this.#ask('proposals')
      if (topics.includes('blotter')) this.#ask('blotter')
      if (topics.includes('client-books')) {
        this.store.setState((state) => ({ clientBookChanges: state.clientBookChanges + 1 }))
      }
    })
    const load = async (): Promise<void> => {
      loading = true
      const snapshot = await link.api.snapshot()
      const board = new GridBoard(snapshot.books.length, this.#services.schedule)
      board.apply(snapshot.frame)
      for (const frame of early.splice(0)) board.apply(frame)
      loading = false
      this.#tries = 0
      this.store.setState((state) => ({
        link: 'open',
        snapshot,
        board,
        summary: this.#received(snapshot.summary),
        clientBookChanges: state.clientBookChanges + 1,
        heardAt: this.#services.clock.now(),
      }))
      for (const topic of ['proposals', 'blotter'] as const) {
        this.#asking[topic] = 'idle'
        this.#ask(topic)
      }
    }
    link.on('reset', () => {
      this.#heard()
      load().catch(() => this.#lost(link))
    })
    link.onClose(() => this.#lost(link))
    load().catch(() => this.#lost(link))
  }

  #ask(topic: Watched): void {
    if (this.#watchers[topic] === 0 || !this.#link) return
    if (this.#asking[topic] !== 'idle') {
      this.#asking[topic] = 'again'
      return
    }
    this.#asking[topic] = 'asking'
    const link = this.#link
    const answer =
      topic === 'proposals'
        ? link.api.proposals().then((view) => this.store.setState({ proposals: this.#received(view) }))
        : link.api.blotter().then((answer) => {
            if (answer.ok) this.store.setState({ blotter: this.#received(answer.value) })
          })
    const next = (): void => {
      if (link !== this.#link) return
      const again = this.#asking[topic] === 'again'
      this.#asking[topic] = 'idle'
      if (again) this.#ask(topic)
    }
    // A failed question is asked again with the next change; a broken link says so itself.
    answer.then(
      () => this.#services.wait(ASK_EVERY_MS, next),
      () => this.#services.wait(ASK_EVERY_MS, next),
    )
  }

  #lost(link: DeskLink): void {
    if (this.#link !== link) return
    this.#link = null
    this.#asking.proposals = 'idle'
    this.#asking.blotter = 'idle'
    this.#retryLater()
  }

  #retryLater(): void {
    if (this.#stopped) return
    const now = this.#services.clock.now()
    const delay = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)]!
    this.#tries++
    this.store.setState((state) => ({
      link: 'lost',
      lostAt: state.link === 'lost' ? state.lostAt : now,
      retryAt: now + delay,
    }))
    this.#callOff = this.#services.wait(delay, this.start)
  }

  #received<T>(value: T): Received<T> {
    return { value, receivedAt: this.#services.clock.now() }
  }

  #heard(): void {
    this.store.setState({ heardAt: this.#services.clock.now() })
  }
}
