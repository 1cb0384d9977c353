/** Path of a browser that is installed, or null. Throws when CHROMIUM names no program. */
export function findBrowser(): string | null
