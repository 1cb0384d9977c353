/** Which screen is shown; kept in the address after #, so that back and forward work. */
export type Route =
  | { readonly screen: 'monitor' }
  | { readonly screen: 'books'; readonly bookId: string | null }
  | { readonly screen: 'proposals' }
  | { readonly screen: 'blotter'; readonly parentId: string | null }
export type ScreenName = Route['screen']

export function formatRoute(route: Route): string {
  switch (route.screen) {
    case 'books':
      return route.bookId === null ? '#/books' : `#/books/${encodeURIComponent(route.bookId)}`
    case 'blotter':
      return route.parentId === null ? '#/blotter' : `#/blotter/${encodeURIComponent(route.parentId)}`
    default:
      return `#/${route.screen}`
  }
}

/** null for an address that names no screen. */
export function parseRoute(hash: string): Route | null {
  const [screen, item] = hash.replace(/^#\/?/, '').split('/')
  const id = item ? decode(item) : null
  switch (screen) {
    case 'monitor':
    case 'proposals':
      return { screen }
    case 'books':
      return { screen, bookId: id }
    case 'blotter':
      return { screen, parentId: id }
    default:
      return null
  }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
