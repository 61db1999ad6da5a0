/** Who may import whom: the plan's table, held over every file of `src` and `providers`. */
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAst } from 'vitest/node'

/**
 * Each layer with its files and what they may import: layers by name, or one file by its path. A file may import its
 * neighbours only where its own layer is in the list. What is in no layer may be imported by nobody, and imports nothing.
 */
const LAYERS: Readonly<Record<string, { readonly files: RegExp; readonly mayImport: readonly string[] }>> = {
  lib: { files: /^src\/lib\/(net\/)?[a-z0-9-]+\.ts$/, mayImport: ['lib', 'src/errors.ts'] },
  // By name, so that a new file at the top is a decision.
  core: {
    files: /^src\/(access-token|answer|authentication|binding|context|errors|events|explanation|health|provider|provider-context|verdict)\.ts$/,
    mayImport: ['core', 'lib'],
  },
  jwt: { files: /^src\/jwt\/((token|signature|keys|rules|formats)\/)?[a-z0-9-]+\.ts$/, mayImport: ['jwt', 'core', 'lib'] },
  // Calls that cost: bounded, guarded, and with a fault where there is no answer.
  upstream: { files: /^src\/upstream\/[a-z-]+\.ts$/, mayImport: ['upstream', 'core', 'lib'] },
  github: { files: /^src\/github\/((api|tokens|membership)\/)?[a-z-]+\.ts$/, mayImport: ['github', 'upstream', 'core', 'lib', 'src/jwt/jwt-options.ts'] },
  // Answers about tokens are checked by the rules for JWTs, and signed ones by their keys: these files by name.
  introspection: {
    files: /^src\/introspection\/((client-auth|response)\/)?[a-z-]+\.ts$/,
    mayImport: [
      ...['introspection', 'upstream', 'core', 'lib', 'src/scopes/protected-claims.ts'],
      ...['expectations', 'jwt-options', 'key-origin', 'keys/discovery', 'keys/issuer-keys', 'rules/hints', 'rules/near-miss', 'rules/rules', 'rules/token-kind', 'signature/algorithms', 'signature/signature', 'token/decode'].map(
        (name) => `src/jwt/${name}.ts`,
      ),
    ],
  },
  scopes: { files: /^src\/scopes\/[a-z-]+\.ts$/, mayImport: ['scopes', 'core', 'lib'] },
  // The second level: what several processes know.
  shared: { files: /^src\/shared\/[a-z-]+\.ts$/, mayImport: ['shared', 'core', 'lib'] },
  revocations: { files: /^src\/revocations\/[a-z-]+\.ts$/, mayImport: ['revocations', 'core', 'lib', 'src/shared/seal.ts', 'src/shared/shared-checks.ts', 'src/shared/shared-store.ts'] },
  cache: { files: /^src\/cache\/[a-z-]+\.ts$/, mayImport: ['cache', 'shared', 'revocations', 'core', 'lib'] },
  routing: { files: /^src\/routing\/[a-z-]+\.ts$/, mayImport: ['routing', 'core', 'lib'] },
  redis: { files: /^src\/redis\/[a-z-]+\.ts$/, mayImport: ['redis', 'shared', 'revocations', 'lib'] },
  'standard-provider': {
    files: /^src\/(base-provider|standard-provider|provider-options|claim-pipeline|token-events)\.ts$/,
    mayImport: ['standard-provider', 'cache', 'revocations', 'scopes', 'core', 'lib'],
  },
  static: { files: /^src\/static\/[a-z-]+\.ts$/, mayImport: ['static', 'core', 'lib'] },
  gate: {
    // Proofs are JWTs by keys that come with them: they are read and checked as tokens are. Used ones stand in the second level.
    files: /^src\/gate\/((request|challenge|metadata|operations|life|dpop|certificate|report)\/)?[a-z0-9-]+\.ts$/,
    mayImport: [
      ...['gate', 'core', 'scopes', 'lib', 'src/shared/prompt-store.ts', 'src/shared/shared-store.ts'],
      ...['keys/discovery', 'keys/key-set', 'signature/algorithms', 'signature/signature', 'signature/verification-key', 'token/decode'].map((name) => `src/jwt/${name}.ts`),
    ],
  },
  // What several adapters need to read a request of their platform, and to send what the gate decided.
  http: { files: /^src\/http\/[a-z0-9-]+\.ts$/, mayImport: ['http', 'gate', 'core', 'lib'] },
  adapters: { files: /^src\/adapters\/[a-z0-9-]+\.ts$/, mayImport: ['http', 'gate', 'core', 'lib'] },
  // Options of the one are what the other is made of.
  'issuer-router': { files: /^providers\/issuer-router\.ts$/, mayImport: ['providers/jwks.ts', 'routing', 'jwt', 'core', 'lib'] },
  providers: {
    files: /^providers\/[a-z-]+\.ts$/,
    mayImport: ['standard-provider', 'static', 'introspection', 'github', 'upstream', 'routing', 'jwt', 'revocations', 'core', 'lib'],
  },
  presets: { files: /^providers\/presets\/[a-z0-9-]+\.ts$/, mayImport: ['presets', 'standard-provider', 'introspection', 'jwt', 'scopes', 'core', 'lib'] },
  index: {
    files: /^src\/index\.ts$/,
    mayImport: ['providers', 'issuer-router', 'standard-provider', 'static', 'gate', 'introspection', 'github', 'routing', 'jwt', 'scopes', 'cache', 'shared', 'revocations', 'core', 'src/lib/net/bounded-fetch.ts', 'src/lib/report-only.ts'],
  },
  testing: { files: /^src\/testing\/((github|http|issuer|vendors|contract|prove|dpop)\/)?[a-z-]+\.ts$/, mayImport: ['testing', 'github', 'jwt', 'presets', 'core', 'lib'] },
  // What is known about one token, for people: the command and the page show it.
  inspect: { files: /^src\/inspect\/[a-z-]+\.ts$/, mayImport: ['inspect', 'gate', 'routing', 'scopes', 'src/jwt/token/decode.ts', 'core', 'lib'] },
  // A page about providers that run, and of one token on one's own machine.
  inspector: { files: /^src\/inspector\/[a-z-]+\.ts$/, mayImport: ['inspector', 'inspect', 'http', 'gate', 'routing', 'scopes', 'core', 'lib'] },
  // What runs in the browser: of the rest it knows the shape of what it is told, and nothing else.
  'inspector-page': {
    files: /^src\/inspector\/page\/[a-z]+\.ts$/,
    mayImport: ['inspector-page', 'src/inspect/token-report.ts', 'src/inspector/history.ts', 'src/inspector/live.ts', 'src/scopes/explain.ts', 'src/health.ts'],
  },
  cli: {
    files: /^src\/cli\/((source|doctor|init|tables)\/)?[a-z-]+\.ts$/,
    mayImport: [
      ...['cli', 'inspect', 'providers', 'presets', 'static', 'testing', 'scopes', 'core', 'lib'],
      ...['src/gate/gate-options.ts', 'src/inspector/local.ts', 'src/routing/chain-plan.ts', 'src/routing/member.ts', 'src/introspection/client-auth/client-auth.ts'],
      ...['keys/discovery', 'keys/key-set', 'rules/hints', 'rules/near-miss'].map((name) => `src/jwt/${name}.ts`),
    ],
  },
}

/** Packages, and the layers that may use them. Every other package is refused: above all frameworks and SDKs. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  // Its types; the whole of it is loaded by nobody but the helpers for tests, which the case below holds.
  jose: ['gate', 'jwt', 'shared', 'introspection', 'testing'],
  // By the function, and loaded when it is first needed: a bundle of somebody who never needs it has it apart.
  'jose/jwe/compact/decrypt': ['introspection'],
  'jose/jwe/flattened/decrypt': ['shared'],
  'jose/jwe/flattened/encrypt': ['shared'],
  'jose/jwk/thumbprint': ['gate'],
  'jose/key/export': ['jwt'],
  'jose/key/import': ['introspection', 'jwt'],
  'lru-cache': ['lib', 'cache', 'github'],
  'openid-client': ['introspection', 'upstream'],
  // Loaded by the command, and by nothing else.
  '@clack/prompts': ['cli'],
  commander: ['cli'],
  'cli-table3': ['cli'],
  picocolors: ['cli'],
  // The module that a user names.
  '(computed)': ['cli'],
}

/** Modules of Node at run time, and the one file each that may use them: the core runs elsewhere too. */
const NODE_MODULES: Readonly<Record<string, readonly string[]>> = {
  'node:async_hooks': ['src/context.ts', 'src/http/node-body.ts'],
  // runtime.ts asks for it by name where the runtime may lack it; key-loader.ts where a file of keys was named.
  'node:crypto': ['src/lib/digest.ts', 'src/lib/runtime.ts'],
  // cluster-fetch.ts where a pod asks the API server of its own cluster.
  'node:fs/promises': ['src/cli/provider-source.ts', 'src/cli/init.ts', 'src/cli/scopes.ts', 'src/cli/source/file-changes.ts', 'src/jwt/keys/key-loader.ts', 'src/lib/text-file.ts', 'providers/presets/cluster-fetch.ts', 'src/inspector/page-files.ts'],
  'node:https': ['providers/presets/cluster-fetch.ts', 'src/testing/http/client.ts'],
  // The command line is Node's.
  'node:fs': ['src/cli/bin.ts', 'src/cli/auth-config.ts', 'src/cli/init.ts', 'src/cli/source/file-changes.ts'],
  'node:console': ['src/cli/bin.ts'],
  'node:module': ['src/cli/auth-config.ts'],
  'node:path': ['src/cli/auth-config.ts', 'src/cli/init.ts', 'src/cli/source/file-changes.ts'],
  'node:url': ['src/cli/auth-config.ts'],
  // Not of the core: a server for tests, a client that writes what no fetch would, and the answer to an upgrade, which Node
  // gives no response for.
  'node:http': ['src/inspector/local.ts', 'src/testing/http/server.ts', 'src/testing/http/client.ts', 'src/http/guard-upgrade.ts'],
  'node:stream/consumers': ['src/testing/http/server.ts'],
}

interface Import {
  readonly specifier: string
  /** Leaves nothing behind in the JavaScript. `import { type X }` does not count: it still loads the module. */
  readonly typeOnly: boolean
}

/** Path to source. */
type Sources = ReadonlyMap<string, string>

/** By source, since every case looks at the whole tree. */
const parsed = new Map<string, readonly Import[]>()

const sources: Sources = new Map(['src', 'providers'].flatMap((folder) => filesOf(folder)).map((path) => [path, readFileSync(path, 'utf8')]))

describe('the layers', () => {
  test('every file belongs to one', () => {
    expect(sources.size).toBeGreaterThan(30)
    expect([...sources.keys()].filter((path) => layerOf(path) === undefined)).toEqual([])
  })

  test('nobody imports what the table does not name: no stranger above, no framework, no module of Node', () => {
    expect(violations(sources)).toEqual([])
  })

  test('no server loads the whole of jose: it is forty files, of which none is needed to verify a JWT', () => {
    const isWhole = ({ specifier, typeOnly }: Import): boolean => specifier === 'jose' && !typeOnly
    const loading = [...sources].filter(([path, source]) => !path.startsWith('src/testing/') && importsOf(source).some(isWhole))
    expect(loading.map(([path]) => path)).toEqual([])
  })

  test('there is no cycle, not even of types', () => {
    expect(cycles(sources)).toEqual([])
  })

  test('there is no circle of folders', () => {
    expect(circlesOfRooms(sources)).toEqual([])
  })

  test('no folder holds more than one can take in: 18 files, but for three that are lists', () => {
    const count = (folder: string): number => [...sources.keys()].filter((path) => posix.dirname(path) === folder).length
    const folders = new Set([...sources.keys()].map((path) => posix.dirname(path)))
    expect([...folders].filter((folder) => count(folder) > 18 && !['src/scopes', 'src/lib', 'providers/presets'].includes(folder))).toEqual([])
  })

  test('what the tables allow is made use of', () => {
    const imported = [...sources.values()].flatMap(importsOf).map(({ specifier }) => specifier)
    for (const name of [...Object.keys(PACKAGES), ...Object.keys(NODE_MODULES)]) expect(imported).toContain(name)
    const used = new Set([...sources].flatMap(([path, source]) => importsOf(source).flatMap(({ specifier }) => allowedAs(path, specifier))))
    const allowed = Object.entries(LAYERS).flatMap(([layer, { mayImport }]) => mayImport.map((name) => `${layer} → ${name}`))
    expect(allowed.filter((permission) => !used.has(permission))).toEqual([])
  })
})

describe('the checker of the layers', () => {
  test.each([
    ['a static import', "import { a } from './x.js'", false],
    ['an import for its effects', "import './x.js'", false],
    ['an import of types', "import type { A } from './x.js'", true],
    ['an import of a marked type, which still loads the module', "import { type A } from './x.js'", false],
    ['an export from', "export { a } from './x.js'", false],
    ['an export of everything', "export * from './x.js'", false],
    ['an export of types', "export type { A } from './x.js'", true],
    ['a dynamic import', "async () => await import('./x.js')", false],
    ['a dynamic import in backquotes', 'async () => await import(`./x.js`)', false],
    ['an import type within a type', "let a: import('./x.js').A", true],
    ['a require', "const a = require('./x.js')", false],
    ['an import by require', "import a = require('./x.js')", false],
    ['a module of Node by another way', "process.getBuiltinModule('./x.js')", false],
  ])('sees %s', (_, source, typeOnly) => {
    expect(importsOf(source)).toEqual([{ specifier: './x.js', typeOnly }])
  })

  test('sees no import in comments, strings and names', () => {
    expect(importsOf(`// import './x.js'\nconst a = "import './x.js'"\nconst from = { import: './x.js' }`)).toEqual([])
  })

  test.each([
    ['src/lib/digest.ts', "import { reject } from '../verdict.js'", 'src/verdict.ts'],
    ['src/errors.ts', "import { decide } from './gate/decide.js'", 'src/gate/decide.ts'],
    ['src/context.ts', "import { fromClaim } from './scopes/mappers.js'", 'src/scopes/mappers.ts'],
    ['src/events.ts', "import type { CacheOptions } from './cache/verdict-cache.js'", 'src/cache/verdict-cache.ts'],
    ['src/provider.ts', "export * from './standard-provider.js'", 'src/standard-provider.ts'],
    ['src/jwt/rules/rules.ts', "import type { ScopeMapper } from '../../scopes/mappers.js'", 'src/scopes/mappers.ts'],
    ['src/scopes/mappers.ts', "import { decodeJwt } from '../jwt/token/decode.js'", 'src/jwt/token/decode.ts'],
    ['src/cache/verdict-cache.ts', "import { decide } from '../gate/decide.js'", 'src/gate/decide.ts'],
    ['src/standard-provider.ts', "import { decodeJwt } from './jwt/token/decode.js'", 'src/jwt/token/decode.ts'],
    ['src/standard-provider.ts', "import { StaticProvider } from '../providers/static.js'", 'providers/static.ts'],
    ['src/gate/decide.ts', "import { KeySource } from '../jwt/keys/key-source.js'", 'src/jwt/keys/key-source.ts'],
    ['src/gate/decide.ts', "import { VerdictCache } from '../cache/verdict-cache.js'", 'src/cache/verdict-cache.ts'],
    ['src/gate/policy.ts', "import { bearerAuth } from '../adapters/node.js'", 'src/adapters/node.ts'],
    ['src/adapters/express.ts', "import { bearerAuth } from './node.js'", 'src/adapters/node.ts'],
    ['src/adapters/hono.ts', "import { JwksProvider } from '../../providers/jwks.js'", 'providers/jwks.ts'],
    ['src/adapters/mcp.ts', "import { accessToken } from '../index.js'", 'src/index.ts'],
    ['providers/static.ts', "import type { JwksProviderOptions } from './jwks.js'", 'providers/jwks.ts'],
    ['providers/chain.ts', "import { BearerAuthProvider } from '../src/index.js'", 'src/index.ts'],
    ['providers/jwks.ts', "async () => await import('../src/gate/decide.js')", 'src/gate/decide.ts'],
    ['providers/jwks.ts', "import { bearerAuth } from '../src/adapters/node.js'", 'src/adapters/node.ts'],
    ['src/index.ts', "export { bearerAuth } from './adapters/express.js'", 'src/adapters/express.ts'],
    ['src/index.ts', "export { sha256 } from './lib/digest.js'", 'src/lib/digest.ts'],
    ['src/index.ts', "export { run } from './cli/run.js'", 'src/cli/run.ts'],
    ['providers/static.ts', "import { readSecret } from '../src/cli/secret-input.js'", 'src/cli/secret-input.ts'],
    ['src/static/static-list.ts', "import { StandardProvider } from '../standard-provider.js'", 'src/standard-provider.ts'],
    ['src/static/list-text.ts', "import { readFile } from 'node:fs/promises'", 'node:fs/promises'],
    ['src/gate/decide.ts', "import { signer } from '../../test/oauth-kit.js'", 'test/oauth-kit.ts'],
    ['src/gate/decide.ts', "import './gone.js'", 'src/gate/gone.ts'],
    ['src/adapters/express.ts', "import type { Request } from 'express'", 'express'],
    ['src/adapters/hono.ts', "import { createMiddleware } from 'hono/factory'", 'hono/factory'],
    ['src/adapters/mcp.ts', "import type { AuthInfo } from '@modelcontextprotocol/server'", '@modelcontextprotocol/server'],
    ['src/routing/doors.ts', "import { decodeJwt } from 'jose'", 'jose'],
    ['src/jwt/rules/rules.ts', "import { claimsOf } from '../../introspection/response/response-rules.js'", 'src/introspection/response/response-rules.ts'],
    ['src/introspection/response/response-rules.ts', "import { KeySource } from '../../jwt/keys/key-source.js'", 'src/jwt/keys/key-source.ts'],
    ['providers/jwks.ts', "import { discovery } from 'openid-client'", 'openid-client'],
    ['providers/static.ts', "import { LRUCache } from 'lru-cache'", 'lru-cache'],
    ['src/gate/decide.ts', "import { Buffer } from 'node:buffer'", 'node:buffer'],
    ['src/gate/decide.ts', "import { Buffer } from 'buffer'", 'buffer'],
    ['src/gate/decide.ts', "import { createHash } from 'node:crypto'", 'node:crypto'],
    ['src/gate/decide.ts', "import { type IncomingMessage } from 'node:http'", 'node:http'],
    ['src/gate/decide.ts', 'async (name) => await import(name)', '(computed)'],
  ])('refuses to let %s say: %s', (path, source, target) => {
    expect(violations(new Map([...sources, [path, source]]))).toEqual([`${path} must not import ${target}`])
  })

  test.each([
    ['src/gate/decide.ts', "import { discoveryUrls } from '../jwt/keys/discovery.js'"],
    ['src/adapters/node.ts', "import type { IncomingMessage } from 'node:http'"],
    ['src/lib/digest.ts', "import * as crypto from 'node:crypto'"],
    ['src/jwt/token/decode.ts', "import type { JWK } from 'jose'"],
  ])('lets %s say: %s', (path, source) => {
    expect(violations(new Map([...sources, [path, source]]))).toEqual([])
  })

  test('lets nothing go unseen because it stands in a new folder', () => {
    expect(violations(new Map([['src/new/thing.ts', '']]))).toEqual(['src/new/thing.ts is in no layer'])
    expect(violations(new Map([['src/utils.ts', '']]))).toEqual(['src/utils.ts is in no layer'])
    expect(violations(new Map([['providers/presets/old/auth0.ts', '']]))).toEqual(['providers/presets/old/auth0.ts is in no layer'])
  })

  test('sees a cycle of two, of three, of one, and of types', () => {
    const files = (...imports: readonly (readonly [string, string])[]): Sources =>
      new Map(imports.map(([from, to]) => [`src/lib/${from}.ts`, `import type {} from './${to}.js'`]))
    expect(cycles(files(['a', 'b'], ['b', 'a']))).toEqual(['src/lib/a.ts → src/lib/b.ts → src/lib/a.ts'])
    expect(cycles(files(['x', 'a'], ['a', 'b'], ['b', 'c'], ['c', 'a']))).toHaveLength(1)
    expect(cycles(files(['a', 'a']))).toEqual(['src/lib/a.ts → src/lib/a.ts'])
    expect(cycles(files(['a', 'c'], ['b', 'c'], ['c', 'd']))).toEqual([])
  })

  test('sees a circle of folders where no file is in one', () => {
    const files: Sources = new Map([
      ['src/gate/a.ts', "import './request/b.js'"],
      ['src/gate/request/b.ts', ''],
      ['src/gate/request/c.ts', "import '../d.js'"],
      ['src/gate/d.ts', ''],
    ])
    expect(cycles(files)).toEqual([])
    expect(circlesOfRooms(files)).toEqual(['src/gate → src/gate/request → src/gate'])
  })
})

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => posix.join(entry.parentPath, entry.name).replaceAll('\\', '/'))
}

function layerOf(path: string): string | undefined {
  return Object.keys(LAYERS).find((name) => LAYERS[name]?.files.test(path))
}

/** A sentence for every import that the tables do not allow, and for every file that they do not know. */
function violations(files: Sources): string[] {
  return [...files].flatMap(([path, source]) => {
    const layer = layerOf(path)
    if (layer === undefined) return [`${path} is in no layer`]
    return importsOf(source)
      .filter((one) => !isAllowed(path, layer, one, files))
      .map(({ specifier }) => `${path} must not import ${targetOf(path, specifier)}`)
  })
}

function isAllowed(path: string, layer: string, { specifier, typeOnly }: Import, files: Sources): boolean {
  const target = targetOf(path, specifier)
  if (specifier.startsWith('.')) {
    const allowed = LAYERS[layer]?.mayImport ?? []
    return files.has(target) && (allowed.includes(target) || allowed.includes(layerOf(target) ?? ''))
  }
  if (specifier.startsWith('node:')) return typeOnly || (NODE_MODULES[specifier] ?? []).includes(path)
  return !builtinModules.includes(specifier) && (PACKAGES[specifier] ?? []).includes(layer)
}

/** The source file that a relative specifier means; any other specifier as it is. */
function targetOf(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  return posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')
}

/** Everything that a source imports, by whatever means; `(computed)` where it says the name only at run time. */
function importsOf(source: string): readonly Import[] {
  const known = parsed.get(source)
  if (known !== undefined) return known
  const found: Import[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (typeof value !== 'object' || value === null) return
    const node: Node = value
    const specifier = IMPORTED[node.type ?? '']?.(node)
    if (specifier) found.push({ specifier: literal(specifier), typeOnly: isTypeOnly(node) })
    Object.values(node).forEach(visit)
  }
  visit(parseAst(source, { lang: 'ts', sourceType: 'module' }))
  parsed.set(source, found)
  return found
}

/** A node of the syntax tree, as far as imports need it. */
interface Node {
  readonly type?: string
  readonly name?: string
  readonly value?: unknown
  readonly source?: Node | null
  readonly expression?: Node
  readonly callee?: Node
  readonly property?: Node
  readonly arguments?: readonly Node[]
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[]
  readonly importKind?: string
  readonly exportKind?: string
}

/** Where each kind of import keeps its specifier. */
const IMPORTED: Readonly<Record<string, (node: Node) => Node | null | undefined>> = {
  ImportDeclaration: ({ source }) => source,
  ExportNamedDeclaration: ({ source }) => source,
  ExportAllDeclaration: ({ source }) => source,
  ImportExpression: ({ source }) => source,
  TSImportType: ({ source }) => source,
  TSExternalModuleReference: ({ expression }) => expression,
  CallExpression: ({ callee, arguments: [first] = [] }) => {
    const name = callee?.property?.name ?? callee?.name ?? ''
    return ['require', 'getBuiltinModule'].includes(name) ? first : undefined
  },
}

function isTypeOnly({ type, importKind, exportKind }: Node): boolean {
  return type === 'TSImportType' || importKind === 'type' || exportKind === 'type'
}

function literal({ value, quasis = [] }: Node): string {
  const [text, ...more] = quasis
  if (text !== undefined && more.length === 0) return text.value.cooked
  return typeof value === 'string' ? value : '(computed)'
}

/** The permissions that an import rests on: by the name of a layer or of a file. */
function allowedAs(path: string, specifier: string): readonly string[] {
  const target = targetOf(path, specifier)
  return [layerOf(target), target].map((name) => `${layerOf(path)} → ${name}`)
}

/** Every cycle of files, each once, as a walk that ends where it began. */
function cycles(files: Sources): string[] {
  const targets = ([path, source]: readonly [string, string]): readonly string[] => importsOf(source).map(({ specifier }) => targetOf(path, specifier))
  return circles(new Map([...files].map((file) => [file[0], new Set(targets(file).filter((target) => files.has(target)))])))
}

/** The same of folders. The files at the top of `src` belong to their layers, and not to one folder. */
function circlesOfRooms(files: Sources): string[] {
  const roomOf = (path: string): string => (posix.dirname(path) === 'src' ? (layerOf(path) ?? path) : posix.dirname(path))
  const graph = new Map<string, Set<string>>()
  for (const [path, source] of files) {
    const targets = graph.get(roomOf(path)) ?? new Set()
    graph.set(roomOf(path), targets)
    const rooms = importsOf(source).map(({ specifier }) => roomOf(targetOf(path, specifier)))
    for (const room of rooms) if (room !== roomOf(path)) targets.add(room)
  }
  return circles(graph)
}

function circles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>()
  const found: string[] = []
  const walk = (node: string, way: readonly string[]): void => {
    if (way.includes(node)) found.push([...way.slice(way.indexOf(node)), node].join(' → '))
    if (way.includes(node) || done.has(node)) return
    for (const target of graph.get(node) ?? []) walk(target, [...way, node])
    done.add(node)
  }
  for (const node of graph.keys()) walk(node, [])
  return found
}
