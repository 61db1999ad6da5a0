/** What users install: packed, installed into an empty folder, imported, required, compiled against and run. Needs `npm run build` before. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly type: string
  readonly sideEffects: boolean
  readonly engines: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly bin: Readonly<Record<string, string>>
  readonly files: readonly string[]
  readonly scripts: Readonly<Record<string, string>>
}

const manifest = readJson<Manifest>('package.json')
const paths = Object.keys(manifest.exports)
const codePaths = paths.filter((path) => path !== './package.json')
const specifier = (path: string): string => posix.join(manifest.name, path)

const folder = mkdtempSync(join(tmpdir(), 'bearer-auth-providers-'))
const app = join(folder, 'app')
const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`)
let packed: readonly string[] = []

beforeAll(() => {
  // Without its scripts, which would build anew under the feet of other tests.
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], '.')
  packed = run('tar', ['-tzf', tarball], '.').trim().split('\n').map((path) => path.replace(/^package\//, ''))
  mkdirSync(app)
  writeJson('package.json', { name: 'app', private: true })
  writeJson('package-lock.json', lockOfDependencies())
  run('npm', ['install', tarball, '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'], app)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('package.json', () => {
  test('promises what it must', () => {
    expect(manifest).toMatchObject({
      type: 'module',
      sideEffects: false,
      engines: { node: '^20.19.0 || >=22.12.0' },
    })
    expect(Object.keys(manifest.dependencies).toSorted()).toEqual(['@clack/prompts', 'cli-table3', 'commander', 'jose', 'lru-cache', 'openid-client', 'picocolors'])
  })

  test('builds before it is packed', () => {
    expect(manifest.scripts.prepack).toBe('npm run build')
  })

  test('names every path of the package, types first, no wildcard', () => {
    expect(JSON.stringify(manifest.exports)).not.toContain('*')
    for (const path of codePaths) expect(Object.keys(manifest.exports[path] ?? {}), path).toEqual(['types', 'default'])
    for (const adapter of readdirSync('src/adapters')) expect(paths).toContain(`./${adapter.replace(/\.ts$/, '')}`)
  })
})

describe('the tarball', () => {
  test('holds what is meant for users and nothing else', () => {
    const others = packed.filter((path) => !/^dist\/(src|providers)\/.*\.(ts|js)$|^docs\/(decisions\/)?[A-Za-z-]+\.(md|svg)$/.test(path))
    expect(others.toSorted()).toEqual(['ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json'])
    expect(packed.filter((path) => /\.test|test-d|(^|\/)test\//.test(path))).toEqual([])
  })

  // Readable as it is: the code is what the sources say, with their comments, without the types.
  test('holds types for every file of code, and neither sources nor maps', () => {
    const code = packed.filter((path) => path.endsWith('.js'))
    expect(code.length).toBeGreaterThan(50)
    for (const path of code) expect(packed).toContain(path.replace(/\.js$/, '.d.ts'))
    expect(packed.filter((path) => path.endsWith('.map') || /^(src|providers)\//.test(path))).toEqual([])
  })

  test('passes publint', () => {
    expect(run('node_modules/.bin/publint', ['--strict', tarball], '.')).toContain('All good!')
  })

  test('passes "are the types wrong"', () => {
    const report = run('node_modules/.bin/attw', ['--profile', 'esm-only', '--format', 'json', tarball], '.')
    const { problems } = JSON.parse(report) as { problems: Record<string, { kind: string }[]> }
    // What the profile leaves out: `require`, which Node has learned since, and the resolution of Node 10.
    expect(Object.keys(problems).filter((kind) => kind !== 'NoResolution' && kind !== 'CJSResolvesToESM')).toEqual([])
  })
})

describe('installed', () => {
  test('brings four packages along, and what only its command loads', () => {
    const tree = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))
    const ofTables = ['@colors', 'cli-table3', 'emoji-regex', 'is-fullwidth-code-point', 'string-width', 'strip-ansi']
    const ofQuestions = ['@clack', 'fast-string-truncated-width', 'fast-string-width', 'fast-wrap-ansi', 'sisteransi']
    const forTheCommand = ['commander', 'picocolors', ...ofTables, ...ofQuestions]
    expect(tree.toSorted()).toEqual(['bearer-auth-providers', 'jose', 'lru-cache', 'oauth4webapi', 'openid-client', ...forTheCommand].toSorted())
  })

  test('every path can be imported, prints nothing, and lets the process end', () => {
    const script = `const names = ${JSON.stringify(codePaths.map(specifier))}
      for (const name of names) if (Object.keys(await import(name)).length === 0) throw new Error(name)`
    expect(node(['--input-type=module', '--eval', script])).toEqual({ stdout: '', stderr: '', status: 0 })
  })

  test('no path of a server loads what is there for the command: all can be imported where that is gone', () => {
    const script = `for (const name of ${JSON.stringify(codePaths.map(specifier))}) await import(name)`
    const moved = ['@clack', 'cli-table3', 'commander', 'picocolors'].map((name) => [join(app, 'node_modules', name), join(folder, name)] as const)
    for (const [there, away] of moved) renameSync(there, away)
    try {
      expect(node(['--input-type=module', '--eval', script])).toEqual({ stdout: '', stderr: '', status: 0 })
    } finally {
      for (const [there, away] of moved) renameSync(away, there)
    }
  })

  test('every path can be required from CommonJS', () => {
    const script = `const names = ${JSON.stringify(paths.map(specifier))}
      for (const name of names) if (Object.keys(require(name)).length === 0) throw new Error(name)`
    expect(node(['--input-type=commonjs', '--eval', script])).toMatchObject({ stdout: '', status: 0 })
  })

  test('no other path can be reached', () => {
    for (const inner of ['dist/src/index.js', 'src/lib/digest.js', 'lib/digest']) {
      const { stderr, status } = node(['--input-type=module', '--eval', `await import('${manifest.name}/${inner}')`])
      expect({ code: /ERR_\w+/.exec(stderr)?.[0], status }).toEqual({ code: 'ERR_PACKAGE_PATH_NOT_EXPORTED', status: 1 })
    }
  })

  test('import and require give the same code, so that there is one context', () => {
    const script = `import { createRequire } from 'node:module'
      import { requireAuth } from '${manifest.name}'
      if (createRequire(import.meta.url)('${manifest.name}').requireAuth !== requireAuth) throw new Error('two copies')`
    writeFileSync(join(app, 'same.mjs'), script)
    expect(node(['same.mjs'])).toMatchObject({ stdout: '', status: 0 })
  })
})

describe('the command', () => {
  const bearer = join(app, 'node_modules/.bin/bearer')
  const call = (args: readonly string[], input = ''): { stdout: string; stderr: string; status: number | null } => {
    const { stdout, stderr, status } = spawnSync(bearer, args, { cwd: app, encoding: 'utf8', input, timeout: 100_000 })
    return { stdout, stderr, status }
  }

  test('is the only one, so that npx finds it by the name of the package', () => {
    expect(Object.keys(manifest.bin)).toEqual(['bearer'])
    const { stdout, status } = spawnSync('npx', ['--no-install', manifest.name, '--version'], { cwd: app, encoding: 'utf8', timeout: 100_000 })
    expect({ stdout, status }).toEqual({ stdout: `${manifest.version}\n`, status: 0 })
  })

  test('makes a token and digests that the installed provider takes', () => {
    const { stdout: token, stderr: digest, status } = call(['generate', '--prefix', 'acme'])
    expect({ token, digest, status }).toEqual({
      token: expect.stringMatching(/^acme_\w{49}\n$/),
      digest: expect.stringMatching(/^sha256:\S{43}\n$/),
      status: 0,
    })
    expect(call(['hash'], token)).toEqual({ stdout: digest, stderr: '', status: 0 })
    const script = `import { StaticProvider } from '${manifest.name}'
      const provider = new StaticProvider({ '${digest.trim()}': { claims: { sub: 'ci' } } }, { prefix: 'acme' })
      console.log((await provider.verifyToken('${token.trim()}')).subject)`
    expect(node(['--input-type=module', '--eval', script])).toEqual({ stdout: 'ci\n', stderr: '', status: 0 })
  })

  test('explains a token by a config that is there, and ends though that holds a timer', () => {
    const config = `import { StaticProvider } from '${manifest.name}'
      setInterval(() => undefined, 1000)
      console.log('a config may print')
      export default new StaticProvider({ 'ci-0123456789abcdef': { claims: { sub: 'ci' } } })`
    writeFileSync(join(app, 'auth.config.mjs'), config)
    const { stdout, stderr, status } = call(['explain', '--json'], 'ci-0123456789abcdef\n')
    expect({ verdict: (JSON.parse(stdout) as { verdict: string }).verdict, stderr, status }).toEqual({ verdict: 'accepted', stderr: 'a config may print\n', status: 0 })
    expect(call(['explain'], 'another-0123456789\n')).toMatchObject({ status: 1, stdout: expect.stringMatching(/^rejected[^]*unknown_token/) })
  })

  test('says nothing of what a provider throws, which may hold the token', () => {
    writeFileSync(join(app, 'broken.mjs'), 'export default { verifyToken: async (token) => { throw new Error(`cannot read ${token}`) } }')
    const { stdout, stderr, status } = call(['explain', '--config', 'broken.mjs'], 'opaque-0123456789abcdef')
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: 'bearer: the provider failed with Error: that is a bug of it, and a 500 to clients\n', status: 2 })
  })

  test.runIf(spawnSync('script', ['--version']).status === 0)('asks for a token on a real terminal, and does not show it there', async () => {
    writeFileSync(join(app, 'auth.config.mjs'), `import { StaticProvider } from '${manifest.name}'
      export default new StaticProvider({ 'ci-0123456789abcdef': { claims: { sub: 'ci' } } })`)
    const explained = await typed(`${bearer} explain`, [[/it is not shown/, 'ci-0123456789abcdef\r']])
    expect(explained).toMatch(/Token \(it is not shown\): /)
    expect(explained).toMatch(/accepted/)
    expect(explained).not.toContain('ci-0123456789abcdef')
  })

  test('says on stderr and by its exit code what went wrong', () => {
    expect(call(['hash'], '')).toEqual({ stdout: '', stderr: 'bearer: the token is empty\n', status: 1 })
    expect(call(['nope'])).toMatchObject({ stdout: '', status: 64 })
  })
})

/** A user's program: a server with one key, asked once without it and once with it. */
const PROGRAM = `
const provider: BearerAuthProvider = new StaticProvider({ 'ci-0123456789abcdef': { claims: { sub: 'ci' }, scopes: ['deploy'] } })
const options: GateOptions = { resource: 'https://mcp.example.com/mcp', requiredScopes: ['deploy'] }
const handle = fetchAuth(provider, options)(() => new Response(requireAuth('deploy').subject ?? ''))
async function main(): Promise<void> {
  const stranger = await handle(new Request('https://mcp.example.com/mcp'))
  const holder = await handle(new Request('https://mcp.example.com/mcp', { headers: { Authorization: 'Bearer ci-0123456789abcdef' } }))
  console.log(stranger.status, holder.status, await holder.text())
}
void main()
`
const IMPORTS = `
import { requireAuth, StaticProvider } from '${manifest.name}'
import type { AccessToken, BearerAuthProvider, GateOptions } from '${manifest.name}'
import { bearerAuth as fetchAuth } from '${manifest.name}/fetch'
`
const STRICT = { target: 'es2023', lib: ['es2023'], strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, rootDir: '.' }

describe('a TypeScript program', () => {
  // Not from the registry: the project's own, which the test is about.
  beforeAll(() => {
    mkdirSync(join(app, 'node_modules', '@types'))
    symlinkSync(resolve('node_modules/@types/node'), join(app, 'node_modules', '@types', 'node'))
  })

  const everyPath = codePaths.map((path, index) => `import * as all${index} from '${specifier(path)}'\nvoid all${index}\n`).join('')

  test('of Node, as a module and as CommonJS, compiles with the libraries checked, and runs', () => {
    write('node/main.mts', everyPath + IMPORTS + PROGRAM)
    write('node/main.cts', everyPath + IMPORTS + PROGRAM)
    writeJson('node/tsconfig.json', { compilerOptions: { ...STRICT, module: 'nodenext', types: ['node'], outDir: 'js' } })
    expect(tsc('node')).toBe('')
    expect(node(['node/js/main.mjs'])).toEqual({ stdout: '401 200 ci\n', stderr: '', status: 0 })
    expect(node(['node/js/main.cjs'])).toMatchObject({ stdout: '401 200 ci\n', status: 0 })
  })

  test('for a bundler compiles with the libraries checked', () => {
    write('bundled/main.ts', everyPath + IMPORTS + PROGRAM)
    writeJson('bundled/tsconfig.json', {
      compilerOptions: { ...STRICT, lib: ['es2023', 'dom'], module: 'esnext', moduleResolution: 'bundler', types: ['node'], noEmit: true },
    })
    expect(tsc('bundled')).toBe('')
  })

  test('for a runtime that is not Node compiles without the types of Node', () => {
    const portable = ['.', './fetch', './hono', './mcp', './redis', './presets']
    const imports = portable.map((path, index) => `import * as all${index} from '${specifier(path)}'\nvoid all${index}\n`).join('')
    write('worker/main.ts', imports + IMPORTS + PROGRAM)
    writeJson('worker/tsconfig.json', {
      compilerOptions: { ...STRICT, lib: ['es2023', 'webworker'], module: 'esnext', moduleResolution: 'bundler', types: [], noEmit: true },
    })
    expect(tsc('worker')).toBe('')
  })

  test('that goes wrong does not compile, so that the types are really there', () => {
    write('wrong/main.mts', `${IMPORTS}const a: number = new StaticProvider({})\nconst b: AccessToken = 7\n`)
    writeJson('wrong/tsconfig.json', { compilerOptions: { ...STRICT, module: 'nodenext', types: ['node'], noEmit: true } })
    expect([...tsc('wrong').matchAll(/error (TS\d+)/g)].map(([, code]) => code)).toEqual(['TS2322', 'TS2322'])
  })
})

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** The lock of the project, cut down to what the package needs: no registry has to be asked, `npm ci` has brought it all. */
function lockOfDependencies(): object {
  const { packages } = readJson<{ packages: Record<string, Locked> }>('package-lock.json')
  const needed = new Map<string, Locked>()
  const need = (name: string, from: string): void => {
    const path = placeOf(name, from, packages)
    const locked = packages[path]
    if (locked === undefined || needed.has(path)) return
    needed.set(path, locked)
    for (const one of Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })) need(one, path)
  }
  for (const name of Object.keys(manifest.dependencies)) need(name, '')
  return { name: 'app', lockfileVersion: 3, requires: true, packages: Object.fromEntries(needed) }
}

/** Where Node finds a package from there: beside it, or further up. */
function placeOf(name: string, from: string, packages: Readonly<Record<string, Locked>>): string {
  const path = posix.join(from, 'node_modules', name)
  if (path in packages || from === '') return path
  return placeOf(name, from.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, ''), packages)
}

/** Runs a line on a terminal of its own, and types each answer once its question is there. Gives all that the terminal showed. */
async function typed(line: string, answers: readonly (readonly [question: RegExp, answer: string])[]): Promise<string> {
  const terminal = spawn('script', ['-qec', line, '/dev/null'], { cwd: app })
  let shown = ''
  let answered = 0
  terminal.stdout.on('data', (part) => {
    shown += String(part)
    const next = answers[answered]
    if (next === undefined || !next[0].test(shown)) return
    answered += 1
    terminal.stdin.write(next[1])
  })
  const tooLong = setTimeout(() => terminal.kill(), 100_000)
  await new Promise((over) => terminal.once('close', over))
  clearTimeout(tooLong)
  return shown
}

/** Runs a program that must succeed. Gives what it printed. */
function run(program: string, args: readonly string[], cwd: string): string {
  const { stdout, stderr, status, error } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 100_000 })
  if (status !== 0) throw new Error(`${program} ${args[0]} failed: ${stdout}${stderr}${error?.message ?? ''}`)
  return stdout
}

/** Runs Node in the user's folder, on nothing but what is installed there. */
function node(args: readonly string[]): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: app, encoding: 'utf8', env: {}, timeout: 100_000 })
  return { stdout, stderr, status }
}

function tsc(project: string): string {
  const compiler = resolve('node_modules/typescript/bin/tsc')
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '--pretty', 'false', '-p', project], { cwd: app, encoding: 'utf8' })
  return stdout + stderr
}

function write(path: string, text: string): void {
  mkdirSync(join(app, posix.dirname(path)), { recursive: true })
  writeFileSync(join(app, path), text)
}

function writeJson(path: string, value: object): void {
  write(path, JSON.stringify(value, null, 2))
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T // files of this project, or what tools made of them
}
