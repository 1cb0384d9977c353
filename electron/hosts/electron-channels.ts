/** Names that main and preload agree on; the page never sees them. */
export const CONNECT_CHANNEL = 'trimtab:connect'
export const PORT_CHANNEL = 'trimtab:port'
export const MENU_CHANNEL = 'trimtab:menu'
