import { type ReactNode, useId, useState } from 'react'
import type { DeskApi, DeskFailure } from '../../core/contracts/desk-api.ts'
import type { Remote } from '../../core/contracts/page-link.ts'
import type { Result } from '../../core/result.ts'
import { asSentence, useDesk } from '../state/desk-context.tsx'
import { Button } from '../ui/controls.tsx'
import { Overlay } from '../ui/overlay.tsx'

/** Longest reason that the desk keeps. */
const REASON_LENGTH = 300

export type Question = (api: Remote<DeskApi>) => Promise<Result<unknown, DeskFailure>>

/**
 * A form above the screen that asks the desk for one change. It stays open, with the desk's own words, until the change
 * is made; Enter asks, Esc gives up.
 */
export function ActionDialog({
  title,
  text,
  broad = false,
  submit,
  blocked,
  question,
  told,
  children,
}: {
  readonly title: string
  readonly text: ReactNode
  readonly broad?: boolean
  /** What the button does, with the number. */
  readonly submit: string
  /** Why it can't be asked yet; null when it can. */
  readonly blocked: string | null
  readonly question: Question
  /** What is shown when it was done. */
  readonly told: string
  readonly children: ReactNode
}) {
  const { session, view } = useDesk()
  const [failure, setFailure] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const run = async (): Promise<void> => {
    if (asking || blocked !== null) return
    const { api } = session
    if (!api) return setFailure('the desk does not answer; nothing was changed')
    setAsking(true)
    try {
      const answer = await question(api)
      if (!answer.ok) return setFailure(answer.error.message)
      view.close()
      view.notify(told)
    } catch (error) {
      setFailure(`the desk could not do this: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      setAsking(false)
    }
  }
  return (
    <Overlay label={title} className={broad ? 'dlg broad' : 'dlg'} onClose={view.close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void run()
        }}
      >
        <h1>{title}</h1>
        <p className="dlgtext">{text}</p>
        {children}
        {failure !== null && (
          <p className="crit small" role="alert">
            {asSentence(failure)}
          </p>
        )}
        <div className="row dlgfoot">
          <span className="lo small">Kept in the journal with your name.</span>
          <span className="row">
            <Button keys="Esc" onClick={view.close}>
              Cancel
            </Button>
            <Button kind="primary" type="submit" disabledWhy={blocked} aria-disabled={asking}>
              {asking ? 'Asking the desk' : submit}
            </Button>
          </span>
        </div>
      </form>
    </Overlay>
  )
}

/** A quiet name over its control, what is meant under it. */
export function Labelled({
  name,
  hint,
  children,
}: {
  readonly name: string
  readonly hint?: string
  readonly children: (id: string) => ReactNode
}) {
  const id = useId()
  return (
    <div className="labelled">
      <label className="lo unit" htmlFor={id}>
        {name}
      </label>
      {children(id)}
      {hint && <span className="lo small">{hint}</span>}
    </div>
  )
}

export function TextField(props: {
  readonly name: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: string
  readonly placeholder?: string
  readonly numeric?: boolean
  readonly longest?: number
}) {
  return (
    <Labelled name={props.name} {...(props.hint ? { hint: props.hint } : {})}>
      {(id) => (
        <input
          id={id}
          className={props.numeric ? 'field r' : 'field'}
          inputMode={props.numeric ? 'decimal' : 'text'}
          autoComplete="off"
          spellCheck={false}
          value={props.value}
          placeholder={props.placeholder}
          maxLength={props.longest ?? REASON_LENGTH}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Labelled>
  )
}

export const ReasonField = ({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
}) => <TextField name="Reason" value={value} onChange={onChange} />

export function Choice<Id extends string>(props: {
  readonly name: string
  readonly value: Id
  readonly items: readonly { readonly id: Id; readonly label: string }[]
  readonly onChange: (id: Id) => void
  readonly hint?: string
}) {
  return (
    <Labelled name={props.name} {...(props.hint ? { hint: props.hint } : {})}>
      {(id) => (
        <select
          id={id}
          className="field"
          value={props.value}
          onChange={(event) => props.onChange(props.items.find((item) => item.id === event.target.value)!.id)}
        >
          {props.items.map((item) => (
            <option key={item.id} value={item.id}>
              {item.label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  )
}
