import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react'

export interface MenuEntry {
  readonly id: string
  readonly label: string
  /** Consequence or shortcut, in grey. */
  readonly note?: string | undefined
  /** For choices: whether it is the current one. */
  readonly checked?: boolean
  readonly disabledWhy?: string | null | undefined
  /** Choices that may be combined keep the menu open. */
  readonly stays?: boolean
  run(): void
}
export interface MenuSection {
  readonly title?: string
  readonly entries: readonly MenuEntry[]
}

interface MenuListProps {
  readonly label: string
  readonly sections: readonly MenuSection[]
  readonly onClose: () => void
  readonly className?: string
  readonly style?: { readonly left: number; readonly top: number }
}

/** Arrow keys move, Enter or Space runs, Esc closes; focus goes back to where it was. */
export function MenuList({ label, sections, onClose, className = '', style }: MenuListProps) {
  const list = useRef<HTMLDivElement>(null)
  const close = useEffectEvent(onClose)
  useEffect(() => {
    const before = document.activeElement
    list.current?.querySelector<HTMLElement>('button')?.focus()
    const outside = (event: PointerEvent): void => {
      if (!list.current?.parentElement?.contains(event.target as Node)) close()
    }
    document.addEventListener('pointerdown', outside)
    return () => {
      document.removeEventListener('pointerdown', outside)
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus()
    }
  }, [])

  const move = (event: KeyboardEvent): void => {
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key]
    if (next !== undefined) buttons[(next + buttons.length) % buttons.length]?.focus()
    else if (event.key === 'Escape' || event.key === 'Tab') onClose()
    else return
    if (event.key !== 'Tab') event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div
      ref={list}
      className={`menu ${className}`}
      role="menu"
      aria-label={label}
      onKeyDown={move}
      style={style}
      tabIndex={-1}
    >
      {sections.map((section, index) => (
        <div key={section.title ?? index} role="group" aria-label={section.title ?? label}>
          {section.title ? <div className="sec">{section.title}</div> : index > 0 && <hr />}
          {section.entries.map((entry) => (
            <button
              key={entry.id}
              type="button"
              role={entry.checked === undefined ? 'menuitem' : entry.stays ? 'menuitemcheckbox' : 'menuitemradio'}
              aria-checked={entry.checked}
              aria-disabled={Boolean(entry.disabledWhy)}
              tabIndex={-1}
              onClick={() => {
                if (entry.disabledWhy) return
                if (!entry.stays) onClose()
                entry.run()
              }}
            >
              {entry.checked !== undefined && (
                <span className="tickmark" aria-hidden="true">
                  {entry.checked ? '✓' : ''}
                </span>
              )}
              {entry.label}
              {(entry.disabledWhy ?? entry.note) && <span className="m">{entry.disabledWhy ?? entry.note}</span>}
            </button>
          ))}
        </div>
      ))}
    </div>
  )
}

/** A button with its menu below (or above) it. */
export function MenuButton({
  label,
  children,
  sections,
  className = 'btn quiet',
  place = '',
}: {
  readonly label: string
  readonly children: ReactNode
  readonly sections: readonly MenuSection[]
  readonly className?: string
  readonly place?: '' | 'up start' | 'start'
}) {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  return (
    <span className="menuhost">
      <button
        ref={button}
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <MenuList
          label={label}
          sections={sections}
          className={place}
          onClose={() => {
            setOpen(false)
            button.current?.focus()
          }}
        />
      )}
    </span>
  )
}
