import { defineConfig } from 'vitest/config'

// unit: beside the code, no I/O beyond a temporary folder. integration: against the sandbox exchanges on loopback.
// e2e: a real browser against the built hosts. Files of the last two own ports and a browser, so they run one at a time.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,workers,electron,sandbox,renderer,scripts}/**/*.test.{ts,tsx}'],
          environment: 'node',
          setupFiles: ['tests/fuzz-seed.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          // a browser, a desk and an exchange on a small machine: a second look before a slow moment is called a fault
          retry: 1,
          include: ['tests/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
