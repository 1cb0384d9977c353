import { type ReactNode, useEffect, useEffectEvent, useRef } from 'react'
import { createPortal } from 'react-dom'

/**
 * What lies above the screen. The rest of the app is made inert (no focus, no clicks) except the mode marker, which
 * stays above the scrim; focus returns to where it was.
 */
export function Overlay({
  label,
  role = 'dialog',
  className,
  onClose,
  children,
}: {
  readonly label: string
  readonly role?: 'dialog' | 'alertdialog'
  readonly className: string
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const app = document.querySelector('.app')
    const behind = [...(app?.children ?? [])].filter((part) => !part.classList.contains('mode'))
    for (const part of behind) part.setAttribute('inert', '')
    const first = box.current?.querySelector<HTMLElement>(
      '[autofocus],[data-first],input,select,button:not([disabled])',
    )
    ;(first ?? box.current)?.focus()
    return () => {
      for (const part of behind) part.removeAttribute('inert')
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  // On the document: a button that was pressed and then disabled leaves the focus on nothing.
  const onEscape = useEffectEvent((event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    onClose()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onEscape(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
  return createPortal(
    <div>
      {/* A click beside the box closes it, as Esc does. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div className="scrim" onClick={onClose} />
      <div ref={box} className={className} role={role} aria-modal="true" aria-label={label} tabIndex={-1}>
        {children}
      </div>
    </div>,
    document.body,
  )
}
