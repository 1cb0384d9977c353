import { createContext, type ReactNode, use, useEffect, useId, useMemo, useState } from 'react'
import { createStore, type StoreApi, useStore } from 'zustand'
import { ensureDefined } from '../../core/assert.ts'
import { useDesk } from '../state/desk-context.tsx'
import { isCharacterKey, isMac, matchesKeys } from './shortcuts.ts'

/** Something a person can do: it is in the palette, in the shortcut sheet, and on its key. */
export interface Command {
  readonly id: string
  readonly title: string
  readonly group: 'Go to' | 'This screen' | 'Trading' | 'View'
  readonly keys?: string
  /** What follows from it, in grey before the shortcut. */
  readonly note?: string | undefined
  readonly disabledWhy?: string | null | undefined
  /** Keys that only make sense where they are (arrows in a grid): in the sheet, not in the palette. */
  readonly sheetOnly?: boolean
  run(): void
}

type Registry = StoreApi<{ readonly owners: ReadonlyMap<string, readonly Command[]> }>
const RegistryContext = createContext<Registry | null>(null)
const useRegistry = (): Registry => ensureDefined(use(RegistryContext), 'the command registry')

/** Offers commands while the component is shown. `commands` should be memoised. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useRegistry()
  const owner = useId()
  useEffect(() => {
    registry.setState(({ owners }) => ({ owners: new Map(owners).set(owner, commands) }))
  }, [registry, owner, commands])
  useEffect(
    () => () =>
      registry.setState(({ owners }) => {
        const rest = new Map(owners)
        rest.delete(owner)
        return { owners: rest }
      }),
    [registry, owner],
  )
}

/** All commands on offer; a screen's come after the shell's. */
export function useAllCommands(): readonly Command[] {
  const owners = useStore(useRegistry(), (state) => state.owners)
  return useMemo(() => [...owners.values()].flat(), [owners])
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

export function CommandProvider({ children }: { readonly children: ReactNode }) {
  const { view } = useDesk()
  const [registry] = useState<Registry>(() => createStore(() => ({ owners: new Map() })))

  useEffect(() => {
    const mac = isMac()
    const onKeyDown = (event: KeyboardEvent): void => {
      // What lies above the screen answers for its own keys.
      if (event.defaultPrevented || view.store.getState().dialog !== null) return
      const { letters } = view.store.getState().layout
      const commands = [...registry.getState().owners.values()].flat().reverse()
      for (const command of commands) {
        if (!command.keys || command.sheetOnly || !matchesKeys(command.keys, event, mac)) continue
        if (isCharacterKey(command.keys) && (!letters || isTyping(event.target))) continue
        if (isTyping(event.target) && /^(Del|Enter)$/.test(command.keys)) continue
        event.preventDefault()
        if (command.disabledWhy) view.notify(command.disabledWhy)
        else command.run()
        return
      }
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [registry, view])

  return <RegistryContext value={registry}>{children}</RegistryContext>
}
