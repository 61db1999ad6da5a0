/** Gives every file a process of its own, and heeds all options of the command line: for coverage and the soak. */
import { defineConfig } from 'vitest/config'
import { PATIENCE } from './vitest.unit.config.js'

export default defineConfig({
  test: {
    ...PATIENCE,
    include: ['test/**/*.test.ts'],
    coverage: {
      include: ['src/**', 'providers/**'],
      // What is run as a process of its own is not seen.
      exclude: ['src/cli/bin.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { branches: 90 },
    },
  },
})
