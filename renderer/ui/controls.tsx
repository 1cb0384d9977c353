import { type ComponentProps, type ReactNode, useEffect, useRef } from 'react'
import { formatNumber } from './format.ts'
import { Glyph } from './glyph.tsx'

type ButtonKind = 'plain' | 'primary' | 'quiet' | 'danger'

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  readonly kind?: ButtonKind
  /** Shown beside the label; the key itself is handled by the command of the same name. */
  readonly keys?: string | undefined
  /** A sentence instead of the label: a button that cannot be used says why. */
  readonly disabledWhy?: string | null | undefined
  readonly tall?: boolean
}

export function Button({ kind = 'plain', keys, disabledWhy, tall, className, children, ...rest }: ButtonProps) {
  const classes = ['btn', kind === 'plain' ? '' : kind, tall ? 'tall' : '', className ?? ''].filter(Boolean).join(' ')
  return (
    <button type="button" {...rest} className={classes} disabled={Boolean(disabledWhy)}>
      {disabledWhy ?? children}
      {!disabledWhy && keys && <kbd>{keys}</kbd>}
    </button>
  )
}

export type CheckState = 'on' | 'off' | 'mixed' | 'cannot'

const TICK = (
  <svg viewBox="0 0 10 10" aria-hidden="true">
    <path d="M1.5 5.2 4 7.6 8.6 2.6" />
  </svg>
)
const DASH = (
  <svg viewBox="0 0 10 10" aria-hidden="true">
    <path d="M2 5h6" />
  </svg>
)

/** `data-action` marks it for the grid, which listens once for all its rows; outside a grid pass onClick. */
export function CheckBox({
  state,
  label,
  action,
  onClick,
  inTabOrder = false,
}: {
  readonly state: CheckState
  readonly label: string
  readonly action?: string
  readonly onClick?: () => void
  readonly inTabOrder?: boolean
}) {
  const classes = { on: 'ck on', off: 'ck', mixed: 'ck mixed', cannot: 'ck off' } as const
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={state === 'mixed' ? 'mixed' : state === 'on'}
      aria-disabled={state === 'cannot'}
      aria-label={label}
      className={classes[state]}
      data-action={action}
      onClick={onClick}
      tabIndex={inTabOrder ? 0 : -1}
    >
      {state === 'on' ? TICK : state === 'mixed' ? DASH : null}
    </button>
  )
}

/** Premium framed, standard plain; a premium book that lost its automatic execution carries the warning and why. */
export function TierBadge({
  tier,
  long = false,
  demotedWhy,
}: {
  readonly tier: 'standard' | 'premium'
  readonly long?: boolean
  readonly demotedWhy?: string | undefined
}) {
  const premium = tier === 'premium'
  const word = premium ? (long ? 'Premium' : 'Prem') : long ? 'Standard' : 'Std'
  return (
    <span className={premium ? 'tier p' : 'tier'} title={demotedWhy ?? (premium ? 'Premium' : 'Standard')}>
      {demotedWhy && <Glyph name="warning" />}
      {word}
    </span>
  )
}

export interface TabItem<Id extends string> {
  readonly id: Id
  readonly label: string
  readonly count?: number | string | undefined
}

/** Views of one screen. They are toggles of a filter, not panels of a tab list. */
export function Tabs<Id extends string>({
  label,
  items,
  current,
  onChange,
}: {
  readonly label: string
  readonly items: readonly TabItem<Id>[]
  readonly current: Id
  readonly onChange: (id: Id) => void
}) {
  const box = useRef<HTMLDivElement>(null)
  // Where there is no room for all, the chosen one is in sight.
  useEffect(() => {
    box.current
      ?.querySelector(`[data-id="${CSS.escape(current)}"]`)
      ?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  })
  return (
    <div ref={box} className="tabs" role="group" aria-label={label}>
      {items.map((item) => (
        <button
          key={item.id}
          data-id={item.id}
          type="button"
          aria-pressed={item.id === current}
          onClick={() => onChange(item.id)}
        >
          {item.label}
          {item.count !== undefined && (
            <span>{typeof item.count === 'number' ? formatNumber(item.count) : item.count}</span>
          )}
        </button>
      ))}
    </div>
  )
}

export function Segments<Id extends string>({
  label,
  items,
  current,
  onChange,
}: {
  readonly label: string
  readonly items: readonly TabItem<Id>[]
  readonly current: Id
  readonly onChange: (id: Id) => void
}) {
  return (
    <div className="seg" role="group" aria-label={label}>
      {items.map((item) => (
        <button key={item.id} type="button" aria-pressed={item.id === current} onClick={() => onChange(item.id)}>
          {item.label}
        </button>
      ))}
    </div>
  )
}

/** A count that filters: rest, pressed, and quiet at zero. */
export function Tile({
  glyph,
  label,
  count,
  extra,
  pressed,
  onToggle,
}: {
  readonly glyph: ReactNode
  readonly label: string
  readonly count: string
  readonly extra?: string | undefined
  readonly pressed: boolean
  readonly onToggle: () => void
}) {
  return (
    <button type="button" className={count === '0' ? 'tile zero' : 'tile'} aria-pressed={pressed} onClick={onToggle}>
      <span className="c">
        {count}
        {extra && <small>{extra}</small>}
      </span>
      <span className="l">
        {glyph}
        {label}
      </span>
    </button>
  )
}

/** One figure of a headline: quiet name, loud value, quiet rest. */
export function Figure({
  name,
  value,
  rest,
  tone,
  className = '',
}: {
  readonly name: string
  readonly value: string
  readonly rest?: ReactNode
  readonly tone?: 'pos' | 'neg' | 'out' | undefined
  readonly className?: string
}) {
  return (
    <span className={`fig ${className}`}>
      {name} <b className={tone}>{value}</b> {rest}
    </span>
  )
}

/** Profit and loss only, and always with its sign. */
export const gainTone = (value: number): 'pos' | 'neg' | undefined =>
  value > 0 ? 'pos' : value < 0 ? 'neg' : undefined
