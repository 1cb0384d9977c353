import { useEffect, useState } from 'react'
import { useAsk, useDesk, useDeskState, useSummary } from '../state/desk-context.tsx'
import { Button } from '../ui/controls.tsx'
import { count, formatUsd } from '../ui/format.ts'
import { Overlay } from '../ui/overlay.tsx'
import { CONFIRM_WORD, RESUME_WORD, type StopScope, stopBlocked, stopEffects } from './stop-effects.ts'

/** Three ways to stop with what each would touch; or, when stopped, the way back. */
export function StopDialog() {
  const { trading } = useSummary().value
  return trading === 'active' ? <Stop /> : <Resume />
}

function Stop() {
  const { session, view } = useDesk()
  const ask = useAsk()
  const blotter = useDeskState((state) => state.blotter)
  const [scope, setScope] = useState<StopScope>('stop-new')
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  useEffect(() => session.watch('blotter'), [session])
  const effects = stopEffects(blotter?.value ?? null)
  const children = count(effects.workingChildren, 'child order')
  const options: readonly {
    readonly scope: StopScope
    readonly title: string
    readonly says: string
    readonly touches: string
    readonly button: string
  }[] = [
    {
      scope: 'stop-new',
      title: 'Stop new orders',
      says: 'Working orders run on. Nothing new is sent.',
      touches: '0 orders touched',
      button: 'Stop new orders',
    },
    {
      scope: 'stop-and-cancel',
      title: 'Stop new orders and cancel working ones',
      says: `${count(effects.workingParents.length, 'parent order is', 'parent orders are')} cancelled. Fills that arrive late are still booked and allocated.`,
      touches: children,
      button: `Stop and cancel ${effects.workingParents.length}`,
    },
    {
      scope: 'reduce-only',
      title: 'Reduce only',
      says: 'Only orders that lower a position may go out; buys are denied.',
      touches: 'buys denied',
      button: 'Reduce only',
    },
  ]
  const chosen = options.find((option) => option.scope === scope)!
  const word = CONFIRM_WORD[scope]
  const blocked = stopBlocked(word, typed, reason, chosen.button)

  const run = async (): Promise<void> => {
    view.close()
    const action = scope === 'reduce-only' ? 'reduce-only' : 'stop'
    const answer = await ask((api) => api.setTrading({ action, scope: { kind: 'all' }, why: reason.trim() }))
    if (!answer.ok) return
    if (scope !== 'stop-and-cancel') {
      view.notify(
        scope === 'stop-new' ? 'Trading is stopped: nothing new is sent.' : 'Reduce only: buys are denied from now on.',
      )
      return
    }
    const cancelled = await Promise.all(
      effects.workingParents.map((parentId) => ask((api) => api.cancelParent(parentId))),
    )
    view.notify(
      `Trading is stopped. Cancel sent for ${cancelled.filter((each) => each.ok).length} of ${count(effects.workingParents.length, 'parent order')}.`,
    )
  }

  return (
    <Overlay label="Stop trading" role="alertdialog" className="dlg stop" onClose={view.close}>
      <h1>Stop trading on all venues</h1>
      <p className="dlgtext">
        {effects.workingParents.length === 0
          ? 'No parent order is working.'
          : `${count(effects.workingParents.length, 'parent order is', 'parent orders are')} working, ${formatUsd(effects.toFillUsd)} is still to fill, ${count(effects.books, 'book is', 'books are')} affected.`}{' '}
        In simulation this stops the sandbox only.
      </p>
      <div
        role="radiogroup"
        aria-label="How to stop"
        onKeyDown={(event) => {
          const at = options.findIndex((option) => option.scope === scope)
          const next = { ArrowDown: at + 1, ArrowUp: at - 1, '1': 0, '2': 1, '3': 2 }[event.key]
          if (next === undefined) return
          event.preventDefault()
          const option = options[(next + options.length) % options.length]!
          setScope(option.scope)
          event.currentTarget.querySelector<HTMLElement>(`[data-scope="${option.scope}"]`)?.focus()
        }}
      >
        {options.map((option, index) => (
          <button
            key={option.scope}
            type="button"
            role="radio"
            aria-checked={option.scope === scope}
            tabIndex={option.scope === scope ? 0 : -1}
            data-scope={option.scope}
            data-first={option.scope === scope ? true : undefined}
            className="opt"
            onClick={() => setScope(option.scope)}
          >
            <span className="radio" />
            <span>
              <b>{option.title}</b>
              <small>{option.says}</small>
            </span>
            <span className="e">
              {option.touches}
              <br />
              <kbd>{index + 1}</kbd>
            </span>
          </button>
        ))}
      </div>
      <Confirmation
        word={word}
        label={`Type ${word ?? 'STOP'} to confirm${word ? '' : ', not needed for 1'}`}
        typed={typed}
        onTyped={setTyped}
        reason={reason}
        onReason={setReason}
      />
      <div className="row">
        <span className="lo small">Resuming asks for a typed word.</span>
        <span className="grow" />
        <Button keys="Esc" onClick={view.close}>
          Keep trading
        </Button>
        <Button kind="danger" disabledWhy={blocked} onClick={() => void run()}>
          {chosen.button}
        </Button>
      </div>
    </Overlay>
  )
}

function Resume() {
  const { view } = useDesk()
  const ask = useAsk()
  const { trading, tradingWhy } = useSummary().value
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const blocked = stopBlocked(RESUME_WORD, typed, reason, 'Resume trading')
  const run = async (): Promise<void> => {
    view.close()
    const answer = await ask((api) => api.setTrading({ action: 'resume', scope: { kind: 'all' }, why: reason.trim() }))
    if (answer.ok) view.notify('Trading resumed. New orders go out again, automatic execution runs again.')
  }
  return (
    <Overlay label="Resume trading" role="alertdialog" className="dlg stop" onClose={view.close}>
      <h1>{trading === 'halted' ? 'Trading is stopped' : 'Only reducing orders are sent'}</h1>
      <p className="dlgtext">
        {tradingWhy ? `Reason: ${tradingWhy}. ` : ''}Resuming lets new orders out again, on all venues. Proposals are
        checked again before anything is sent.
      </p>
      <Confirmation
        word={RESUME_WORD}
        label={`Type ${RESUME_WORD} to confirm`}
        typed={typed}
        onTyped={setTyped}
        reason={reason}
        onReason={setReason}
      />
      <div className="row">
        <span className="grow" />
        <Button keys="Esc" onClick={view.close}>
          {trading === 'halted' ? 'Stay stopped' : 'Stay as it is'}
        </Button>
        <Button kind="danger" disabledWhy={blocked} onClick={() => void run()}>
          Resume trading
        </Button>
      </div>
    </Overlay>
  )
}

function Confirmation(props: {
  readonly word: string | null
  readonly label: string
  readonly typed: string
  onTyped(text: string): void
  readonly reason: string
  onReason(text: string): void
}) {
  return (
    <div className="dlgfields">
      <label>
        <span className="lo unit">{props.label}</span>
        <input
          className="field word"
          value={props.typed}
          disabled={props.word === null}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => props.onTyped(event.target.value.toUpperCase())}
        />
      </label>
      <label>
        <span className="lo unit">Reason, kept in the audit log</span>
        <input
          className="field"
          value={props.reason}
          maxLength={200}
          onChange={(event) => props.onReason(event.target.value)}
        />
      </label>
    </div>
  )
}
