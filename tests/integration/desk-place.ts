import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')
export const PLACE = {
  workersDir: join(ROOT, 'workers'),
  migrationsDir: join(ROOT, 'electron/store/migrations'),
  sandboxEntry: join(ROOT, 'sandbox/main.ts'),
}
