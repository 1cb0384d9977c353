import { startTerminal } from './app/start.tsx'
import { openDesk } from './state/open-desk.ts'

startTerminal(openDesk)
