/** Runs what needs neither the build nor a server of others and is done in seconds: for the inner loop, in one process. `npm test` runs all. */
import { defineConfig } from 'vitest/config'

/** Each takes a second or more on its own. */
const SLOW = [
  'test/{attacks-whole,event-loop,layers}.test.ts',
  'test/cache/heap.test.ts',
  'test/introspection/{secrets,client-auth/mutual-tls}.test.ts',
  'test/jwt/{fuzz,attacks,attacks-claims,twins,signature/node-engine}.test.ts',
  'test/providers/{introspection,jwks,presets,introspection-glewlwyd,introspection-oidc-provider}.test.ts',
  'test/shared/shared-verdicts.test.ts',
]
/** Each wants a process of its own, or the build. */
const ALONE = ['test/{bench,context,package,workers}.test.ts', 'test/introspection/loading.test.ts', 'test/lib/parse-json.test.ts']

export default defineConfig({
  test: {
    include: ['test/*.test.ts', 'test/{cache,gate,github,http,introspection,jwt,lib,providers,revocations,scopes,shared,static}/**/*.test.ts'],
    exclude: [...SLOW, ...ALONE],
    isolate: false,
    testTimeout: 20_000,
  },
})
