/** The documents tell the truth: their code compiles against the built package, the first of it runs, and links lead somewhere. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anchorsOf, blocksOf, linksOf } from './markdown-blocks.js'
import { freePort } from '../free-port.js'
import type { ChildProcess } from 'node:child_process'
import type { Block } from './markdown-blocks.js'

/** Every document of the project, path to text. */
const documents = new Map(['.', 'docs', 'examples'].flatMap(markdownIn).map((path) => [path, readFileSync(path, 'utf8')]))

/** A block of a document that shows how the library is used. */
interface Example extends Block {
  readonly path: string
  /** Where it is, for people. */
  readonly place: string
  /** What it is called when it is compiled. */
  readonly file: string
}

const examples: readonly Example[] = [...documents]
  .filter(([path]) => path === 'README.md' || path.startsWith('docs/'))
  .flatMap(([path, text]) =>
    blocksOf(text).map((block) => ({
      ...block,
      path,
      place: `${path}:${block.line}`,
      file: `${path.replace(/\.md$/, '').replaceAll(/[^\w]/g, '-')}-${block.line}`,
    })),
  )
const typescript = examples.filter(({ language }) => ['ts', 'typescript', 'mts'].includes(language))
const compiled = typescript.filter(({ note }) => !note.startsWith('not compiled'))
const leftOut = typescript.filter(({ note }) => note.startsWith('not compiled'))
const [first] = typescript.filter(({ path }) => path === 'README.md')

const FOLDER = 'build/readme'

/** Stands in for whatever a block reads from the environment. */
const ENV_VALUE = '0123456789abcdef0123456789abcdef'

/** What the compiler said, once for all blocks. */
let complaints: readonly string[] = []

beforeAll(() => {
  if (compiled.length > 0) complaints = compile(compiled)
})

test('there is a README', () => {
  expect([...documents.keys()]).toContain('README.md')
  expect(first, 'a block of TypeScript').toBeDefined()
})

describe('code in the documents', () => {
  for (const { place, file } of compiled) {
    test(`${place} compiles against the package as published`, () => {
      expect(complaints.filter((complaint) => complaint.includes(`/${file}.ts(`))).toEqual([])
    })
  }

  test('the compiler has nothing else to say', () => {
    expect(complaints.filter((complaint) => !compiled.some(({ file }) => complaint.includes(`/${file}.ts(`)))).toEqual([])
  })

  for (const { place, note } of leftOut) {
    test(`${place} is ${note}`, () => {
      expect(note, 'a reason').toMatch(/^not compiled: \S/)
    })
  }

  describe('that runs', () => {
    const programs = compiled.filter(({ note }) => note === 'runs')
    // Node's own tests end with their process.
    const alone = programs.filter(({ code }) => code.includes('node:test'))
    const together = programs.filter((program) => !alone.includes(program))
    const scriptOf = ({ file }: Example): string => `${FOLDER}/js/${file}.js`
    let found: readonly (string | null)[] = []
    let end: { readonly status: number | null; readonly stderr: string } | undefined

    beforeAll(() => {
      const results = `${FOLDER}/results.json`
      const input = JSON.stringify(together.map((program) => ({ script: scriptOf(program), env: environmentOf(program.code) })))
      end = spawnSync(process.execPath, ['test/docs/run-programs.mjs', results], { input, env: {}, encoding: 'utf8', timeout: 100_000 })
      found = existsSync(results) ? (JSON.parse(readFileSync(results, 'utf8')) as typeof found) : []
    })

    test.each(together.map(({ place }, index) => [place, index] as const))('%s runs', (_, index) => {
      expect(found[index]).toBeNull()
    })

    test('ends by itself', () => {
      expect(end?.status, end?.stderr).toBe(0)
    })

    test.each(alone.map((program) => [program.place, program] as const))('%s runs', (_, program) => {
      const { status, stderr } = spawnSync(process.execPath, [scriptOf(program)], { env: environmentOf(program.code), encoding: 'utf8', timeout: 100_000 })
      expect(status, stderr).toBe(0)
    })
  })

  test('every npm script that a reader is told to run exists', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
    const told = examples
      .filter(({ language }) => ['sh', 'bash', 'shell', 'console'].includes(language))
      .flatMap(({ place, code }) => npmScripts(code).map((script) => ({ place, script })))
    expect(told.filter(({ script }) => !Object.hasOwn(scripts, script))).toEqual([])
  })
})

describe('a whole program of the documents, called at foreign paths without a token', () => {
  // Not what is about a provider of the reader's, nor tests, nor routes of h3 1, which test/adapters/h3.test.ts calls.
  const programs = compiled.filter(({ code }) => /\bbearerAuth\(/.test(code) && !/\bdeclare const|fromWebHandler|node:test/.test(code))
  type Answer = readonly [method: string, path: string, status: number]
  let answers: readonly (readonly Answer[] | string)[] = []

  beforeAll(() => {
    const published = ['app', 'handler'].map((name) => `${name}: typeof ${name} === 'undefined' ? undefined : ${name}`)
    const asked = programs.map(({ file, code }) => {
      const script = `${FOLDER}/js/${file}-foreign.js`
      const quiet = readFileSync(`${FOLDER}/js/${file}.js`, 'utf8').replaceAll(/^(?:app\.listen|serve)\(.*$/gm, '')
      writeFileSync(script, `${quiet}\nexport const published = { ${published.join(', ')} }\n`)
      return { script, env: environmentOf(code) }
    })
    // In one process: most of the time goes into loading the frameworks.
    const { stdout, stderr } = spawnSync(process.execPath, ['test/docs/foreign-paths.mjs'], { input: JSON.stringify(asked), encoding: 'utf8', timeout: 100_000 })
    if (stdout === '') throw new Error(stderr)
    answers = JSON.parse(stdout) as typeof answers
  })

  test.each(programs.map((program, index) => [program.place, program, index] as const))('%s lets nobody in but where it says so', (_, { code }, index) => {
    const found = answers[index]
    if (!Array.isArray(found)) throw new Error(String(found))
    expect((found as readonly Answer[]).filter(([method, path, status]) => status !== 401 && !isNamed(code, method, path))).toEqual([])
  })

  test('there are many of them', () => {
    expect(answers.filter((found) => found.length > 0).length).toBeGreaterThan(10)
  })
})

/** True where the program itself says that this is open: by `exclude`, by paths to `protect`, by `optional`, or by CORS in front of the gate. */
function isNamed(code: string, method: string, path: string): boolean {
  const named = (option: string): string[] => [...(new RegExp(`\\b${option}: \\[(.*)\\]`).exec(code)?.[1] ?? '').matchAll(/'(\/[^']*)'/g)].map(([, one = '']) => one)
  const isBelow = (one: string): boolean => path === one || path.startsWith(`${one}/`)
  if (code.includes('optional: true') || (method === 'OPTIONS' && code.includes("from 'cors'"))) return true
  return named('exclude').some(isBelow) || (named('protect').length > 0 && !named('protect').some(isBelow))
}

describe('the first block of the README', () => {
  let server: Awaited<ReturnType<typeof start>>
  beforeAll(async () => {
    if (first !== undefined) server = await start(first)
  })
  afterAll(() => server?.child.kill())

  test('is under 20 lines', () => {
    expect(first?.code.trimEnd().split('\n').length).toBeLessThan(20)
  })

  test('is a server that starts, and complains of nothing', () => {
    expect(server.printed()).toBe('')
    expect(server.child.exitCode).toBeNull()
  })

  test('asks a stranger for a token and says where its metadata is', async () => {
    const response = await post(server.url)
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer .*resource_metadata="https?:\/\/[^"]+"/)
  })

  test('serves its metadata where the challenge points', async () => {
    const challenge = (await post(server.url)).headers.get('WWW-Authenticate') ?? ''
    const { pathname } = new URL(/resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '')
    const response = await fetch(new URL(pathname, server.url))
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json/)
    expect(await response.json()).toMatchObject({ resource: expect.any(String), bearer_methods_supported: ['header'] })
  })

  test('refuses a token that nobody issued', async () => {
    expect((await post(server.url, 'not-a-token-of-anybody')).status).toBe(401)
  })

  test('lets the holder of its static token in', async () => {
    const token = staticToken(first?.code ?? '')
    if (token === undefined) throw new Error('the block has no static token to try it with')
    const { status } = await post(server.url, token)
    expect([401, 403, 500, 503]).not.toContain(status)
  })

  for (const { place, code } of examples.filter((one) => one.path === 'README.md' && one.code.includes('curl localhost:3000'))) {
    test(`answers the call of ${place}`, async () => {
      const response = await fetch(new URL(/localhost:3000(\S*)/.exec(code)?.[1] ?? '', server.url), asCurl(code))
      expect(response.status).toBe(200)
      expect(await response.text()).not.toMatch(/"error"|"isError"/)
    })
  }
})

test('every local link leads to a file of the project, and every anchor to a heading', () => {
  const links = [...documents].flatMap(([path, text]) => linksOf(text).map((link) => ({ path, link })))
  const local = links.filter(({ link }) => !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(link))
  expect(local.filter(({ path, link }) => !leadsSomewhere(path, link))).toEqual([])
})

describe('the reader of Markdown', () => {
  const sample = [
    '# Title of `this` – (here)!',
    '',
    '<!-- not compiled: it is an',
    'excerpt -->',
    '',
    '```ts',
    'const a = `# no heading`',
    '```',
    '* a list',
    '',
    '  ```sh title=x',
    '  npm run demo # [no](link.md)',
    '    deeper',
    '  ```',
    '',
    '~~~~',
    '```',
    '~~~~',
    '',
    'See [one](a.md#x), ![two](<b.svg> "title"), `[no](no.md)`, [three][3] and <a href="c.html" id="there">four</a>.',
    '## [Linked](x.md) title_2 #',
    '## Same',
    '## Same',
    '[3]: d.md',
    '```ts',
    '```',
  ].join('\n')

  test('finds blocks with their language, line and note', () => {
    expect(blocksOf(sample)).toEqual([
      { language: 'ts', code: 'const a = `# no heading`\n', line: 7, note: 'not compiled: it is an\nexcerpt' },
      { language: 'sh', code: 'npm run demo # [no](link.md)\n  deeper\n', line: 12, note: '' },
      { language: '', code: '```\n', line: 17, note: '' },
      { language: 'ts', code: '', line: 26, note: '' },
    ])
  })

  test('finds links, but none in code', () => {
    expect(linksOf(sample)).toEqual(['a.md#x', 'b.svg', 'x.md', 'd.md', 'c.html'])
  })

  test('finds the anchors that GitHub makes', () => {
    expect(anchorsOf(sample)).toEqual(['title-of-this--here', 'linked-title_2', 'same', 'same-1', 'there'])
  })

  test('finds npm scripts', () => {
    expect(npmScripts('npm ci && npm test\nnpm run demo -- --fast\nnpm install bearer-auth-providers')).toEqual(['test', 'demo'])
  })

  test.each([
    ['in single quotes', "new StaticProvider({ 'a-literal-token': { claims } })", 'a-literal-token'],
    ['in double quotes, a line below', 'new StaticProvider({\n  "a-literal-token": { claims } })', 'a-literal-token'],
    ['in a constant', "const key = 'a-literal-token'\nnew StaticProvider({ [key]: { claims } })", 'a-literal-token'],
    ['in the environment', "new StaticProvider({ [process.env['CI_KEY'] ?? '']: { claims } })", ENV_VALUE],
    ['in a constant from the environment', "const { CI_KEY = '' } = process.env\nnew StaticProvider({ [CI_KEY]: { claims } })", ENV_VALUE],
    ['nowhere', "const auth = new JwksProvider({ issuer: 'https://id.example.com' })", undefined],
  ])('finds the static token %s', (_, code, token) => {
    expect(staticToken(code)).toBe(token)
  })
})

function markdownIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
}

function leadsSomewhere(path: string, link: string): boolean {
  const [file = '', anchor] = decodeURIComponent(link).split('#')
  const target = file === '' ? path : posix.join(dirname(path), file)
  if (target.startsWith('..') || !existsSync(target)) return false
  return anchor === undefined || !target.endsWith('.md') || anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
}

function npmScripts(shell: string): string[] {
  return [...shell.matchAll(/\bnpm (?:run(?:-script)? (?:-\S+ )*([\w:.-]+)|(test|start)\b)/g)].map(([, named, short]) => named ?? short ?? '')
}

/** Compiles the blocks as a user would, each a module of its own on the lines it has in its document. Gives the complaints. */
function compile(blocks: readonly Example[]): string[] {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  for (const { file, line, code } of blocks) writeFileSync(`${FOLDER}/${file}.ts`, '\n'.repeat(line - 1) + code)
  writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['*.ts'] }))
  // By the package's own name: its `exports` lead to `dist`.
  if (!existsSync('dist')) return ['the package is not built: npm run build']
  const { stdout, stderr } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--pretty', 'false', '-p', FOLDER], { encoding: 'utf8' })
  return (stdout + stderr).split(/\n(?! )/).filter((complaint) => complaint !== '')
}

const COMPILER_OPTIONS = {
  target: 'es2023',
  lib: ['es2023'],
  types: ['node'],
  module: 'nodenext',
  moduleDetection: 'force',
  strict: true,
  skipLibCheck: true,
  rootDir: '.',
  outDir: 'js',
}

/** A value for each variable that a block reads. */
function environmentOf(code: string): Record<string, string> {
  const names = code.includes('process.env') ? code.matchAll(/\b[A-Z][A-Z0-9_]{2,}\b/g) : []
  return Object.fromEntries([...names].map(([name]) => [name, ENV_VALUE]))
}

/** Starts the server of a block on a free port. Ready when it answers. */
async function start({ file, code }: Example): Promise<{ child: ChildProcess; url: URL; printed: () => string }> {
  const port = String(await freePort())
  const script = `${FOLDER}/js/${file}-run.js`
  writeFileSync(script, readFileSync(`${FOLDER}/js/${file}.js`, 'utf8').replaceAll(/\b3000\b/g, port))
  const child = spawn(process.execPath, [script], { env: { ...environmentOf(code), PORT: port }, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
  const url = new URL(`http://127.0.0.1:${port}/mcp`)
  const patience = AbortSignal.timeout(100_000)
  while (!(await answers(url))) {
    if (patience.aborted) child.kill()
    if (patience.aborted || child.exitCode !== null) throw new Error(`the server gave no answer: ${stderr}`)
    await setTimeout(25)
  }
  return { child, url, printed: () => stderr }
}

async function answers(url: URL): Promise<boolean> {
  try {
    await fetch(url, { method: 'OPTIONS', signal: AbortSignal.timeout(2000) })
    return true
  } catch {
    return false
  }
}

function post(url: URL, token?: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    signal: AbortSignal.timeout(100_000),
  })
}

/** What curl would send: the headers of `-H '…'`, and a POST of `-d '…'`. */
function asCurl(code: string): RequestInit {
  const headers = [...code.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name = '', value = '']): [string, string] => [name, value])
  const body = /-d '([^']+)'/.exec(code)?.[1]
  return { headers, signal: AbortSignal.timeout(100_000), ...(body !== undefined && { method: 'POST', body }) }
}

/** The first token in the list of a StaticProvider: written there, in a constant, or in the environment. */
function staticToken(code: string): string | undefined {
  const [, literal, expression = ''] = /new StaticProvider\(\{\s*(?:['"]([^'"]+)['"]|\[([^\n]*?)\]:)/.exec(code) ?? []
  if (literal !== undefined || expression === '') return literal
  if (expression.includes('process.env')) return ENV_VALUE
  const [, constant] = new RegExp(`const ${expression} = ['"]([^'"]+)['"]`).exec(code) ?? []
  return constant ?? (code.includes('process.env') ? ENV_VALUE : undefined)
}
