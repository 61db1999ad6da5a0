import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    coverage: {
      include: ['src/**', 'providers/**'],
      // What is run as a process of its own is not seen.
      exclude: ['src/cli/bin.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { branches: 90 },
    },
  },
})
