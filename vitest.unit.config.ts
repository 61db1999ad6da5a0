/** Runs what needs neither the build nor a server of others and is done in seconds: for the inner loop, in one process. `npm test` runs all. */
import { defineConfig } from 'vitest/config'

const FOLDERS = ['cache', 'gate', 'github', 'http', 'introspection', 'jwt', 'lib', 'providers', 'revocations', 'scopes', 'shared', 'static']
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
const ALONE = [
  'test/{bench,ci,context,package,weight-table,workers}.test.ts',
  'test/introspection/loading.test.ts',
  // What is told once in a process.
  'test/{gate/hints,lib/default-voice}.test.ts',
  // Another module, or another method of the language, in the place of the one that all have.
  'test/{gate/hostile,gate/operations/bounded-work,lib/parse-json,providers/no-digest}.test.ts',
  // Work and bytes are counted, which what others left behind would change.
  'test/{gate/life/token-life,providers/many,scopes/hierarchy}.test.ts',
]

/** A test that hangs ends; how long one takes says nothing: other things may be running on this machine. */
export const PATIENCE = { testTimeout: 120_000, hookTimeout: 120_000 }

/** Files that share a process, in any order: whatever one of them changes, it puts back. */
export const TOGETHER = {
  include: ['test/*.test.ts', `test/{${FOLDERS.join(',')}}/**/*.test.ts`],
  exclude: [...SLOW, ...ALONE],
  isolate: false,
}
/** All others. */
export const APART = { include: [`test/!(${FOLDERS.join('|')})/**/*.test.ts`, ...SLOW, ...ALONE] }

export default defineConfig({ test: { ...TOGETHER, ...PATIENCE } })
