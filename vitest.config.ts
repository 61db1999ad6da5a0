/** Runs all. Loading the library takes longer than most files take to run: those that can share a process do. */
import { defineConfig } from 'vitest/config'
import { APART, PATIENCE, TOGETHER } from './vitest.unit.config.js'

export default defineConfig({
  test: {
    // Each core has one: left to itself, one core is kept for nobody.
    maxWorkers: '100%',
    projects: [
      { test: { name: 'together', ...TOGETHER, ...PATIENCE } },
      { test: { name: 'apart', ...APART, ...PATIENCE } },
    ],
  },
})
