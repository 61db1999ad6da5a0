// The gate in apps of frameworks that are too much for package.json: `npm run test:frameworks`, after `--` names of some.
// Needs the registry; what cannot be had from there is skipped. The last line says how it went: "N passed, N failed", and
// ", N skipped" if there are some.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { freePort } from '../free-port.js'
import { install, run, score, withServer } from '../outside.js'
import { QUESTIONS, QUESTIONS_OF_ROUTES, QUESTIONS_OF_SESSIONS } from './questions.js'

const KEYS = {
  'key-of-ada-0123456789': { claims: { sub: 'ada' }, scopes: ['notes:read'] },
  'key-of-bob-0123456789': { claims: { sub: 'bob' }, scopes: ['notes:read'] },
}

const AGENT_BUNDLE =
  'esbuild worker.ts --bundle --format=esm --platform=node --conditions=workerd,worker,browser --external:cloudflare:workers --external:node:* --alias:cloudflare:email=./email.js --outfile=worker.js --log-level=error'

const APPS = {
  next: {
    build: ['next build'],
    start: (port) => `next start -H 127.0.0.1 -p ${port}`,
    questions: { ...QUESTIONS, ...QUESTIONS_OF_ROUTES },
  },
  sveltekit: {
    build: ['svelte-kit sync', 'tsc --noEmit', 'vite build'],
    start: (port) => `vite preview --host 127.0.0.1 --strictPort --port ${port}`,
    questions: { ...QUESTIONS, ...QUESTIONS_OF_ROUTES },
  },
  xmcp: { build: ['xmcp build'], start: () => 'node dist/http.js', questions: QUESTIONS },
  'mcp-framework': { build: [], start: () => 'node server.js', questions: QUESTIONS },
  'mcp-agent': {
    prepare: agentOfDocuments,
    build: ['tsc -p .', AGENT_BUNDLE],
    start: (port) => `workerd serve mcp-agent.capnp --socket-addr http=127.0.0.1:${port}`,
    questions: QUESTIONS_OF_SESSIONS,
  },
}

const { attempt, had, end } = score()
const named = process.argv.slice(2)
for (const [name, app] of Object.entries(APPS)) if (named.length === 0 || named.includes(name)) await ask(name, app)
end()

async function ask(name, { prepare, build, start, questions }) {
  const folder = `build/frameworks/${name}`
  const { dependencies } = JSON.parse(readFileSync(`test/frameworks/apps/${name}/package.json`, 'utf8'))
  const port = await freePort()
  const env = { PORT: String(port), NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  if (!had(name, () => install(folder, dependencies))) return
  await attempt(`${name} is built`, () => {
    cpSync(`test/frameworks/apps/${name}`, folder, { recursive: true, filter: (path) => !path.endsWith('package.json') })
    prepare?.(folder)
    for (const step of build) run(folder, step, env)
  })
  await attempt(`${name} runs`, () =>
    withServer(folder, start(port), env, async (origin) => {
      for (const [question, answer] of Object.entries(questions)) await attempt(`${name}: ${question}`, () => answer(origin))
    }),
  )
}

/** The program of the documents, once as it stands there, and once with keys that can be tried. */
function agentOfDocuments(folder) {
  const [, code = ''] = /```ts\n(import[^`]*?from 'agents\/mcp'[\s\S]*?)\n```/.exec(readFileSync('docs/servers.md', 'utf8')) ?? []
  const tried = code
    .replace('JwksProvider,', 'ChainProvider, JwksProvider, StaticProvider,')
    .replace(/^const auth = (.*)$/m, `const auth = new ChainProvider([new StaticProvider(${JSON.stringify(KEYS)}), new JwksProvider({ issuer: 'http://127.0.0.1:9', audience: resource })])`)
  if (tried === code) throw new Error('docs/servers.md has no program with an McpAgent')
  writeFileSync(`${folder}/documents.ts`, code)
  writeFileSync(`${folder}/worker.ts`, tried)
  mkdirSync(`${folder}/objects`)
}
