import { defineConfig } from 'vitest/config'

export default defineConfig({
  // A test that hangs ends; how long one takes says nothing: other things may be running on this machine.
  test: { include: ['test/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
})
