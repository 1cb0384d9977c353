import { useSyncExternalStore } from 'react'

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('resize', listener)
  return () => window.removeEventListener('resize', listener)
}

/** For what CSS can't decide: how many columns a grid has, whether there is a side panel. */
export const useWindowWidth = (): number => useSyncExternalStore(subscribe, () => window.innerWidth)
