/** Runs what needs neither the build nor a server of others and is done in seconds: for the inner loop, in one process. `npm test` runs all. */
import { defineConfig } from 'vitest/config'

const FOLDERS = ['cache', 'gate', 'github', 'http', 'introspection', 'jwt', 'lib', 'providers', 'revocations', 'scopes', 'shared', 'static']
/** Those that need servers, processes or the build, and are not done in seconds. */
const SERVER_FOLDERS = ['adapters', 'cli', 'mcp', 'redis', 'soak', 'testing', 'upstream']
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
  // Another module, or another method of the language, in the place of the one that all have: @hono/node-server puts its own `Response` there.
  'test/adapters/{beneath,h3,mounts}.test.ts',
  'test/{gate/hostile,gate/operations/bounded-work,lib/parse-json,providers/no-digest}.test.ts',
  // Work and bytes are counted, which what others left behind would change.
  'test/{adapters/cost,adapters/many-streams,gate/life/token-life,providers/many,scopes/hierarchy}.test.ts',
]

/** A test that hangs ends; how long one takes says nothing: other things may be running on this machine. */
export const PATIENCE = { testTimeout: 120_000, hookTimeout: 120_000 }

/** Files that share a process, in any order: whatever one of them changes, it puts back. */
const shared = (folders: readonly string[]) => ({ include: folders.map((folder) => `test/${folder}/**/*.test.ts`), exclude: [...SLOW, ...ALONE], isolate: false })
const units = shared(FOLDERS)
export const TOGETHER = { ...units, include: ['test/*.test.ts', ...units.include] }
export const SERVERS = shared(SERVER_FOLDERS)
/** All others. */
export const APART = { include: [`test/!(${[...FOLDERS, ...SERVER_FOLDERS].join('|')})/**/*.test.ts`, ...SLOW, ...ALONE] }

export default defineConfig({ test: { ...TOGETHER, ...PATIENCE } })
