import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A test that hangs ends; how long one takes says nothing: other things may be running on this machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: {
      include: ['src/**', 'providers/**'],
      // What is run as a process of its own is not seen.
      exclude: ['src/cli/bin.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { branches: 90 },
    },
  },
})
