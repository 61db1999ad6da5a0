// The gate in apps of frameworks that are too much for package.json: `npm run test:frameworks`, after `--` names of some.
// Needs the registry; what cannot be had from there is skipped. The last line says how it went: "N passed, N failed", and
// ", N skipped" if there are some.
import { cpSync, readFileSync } from 'node:fs'
import { freePort } from '../free-port.js'
import { install, run, score, withServer } from '../outside.js'
import { QUESTIONS, QUESTIONS_OF_ROUTES } from './questions.js'

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
}

const { attempt, had, end } = score()
const named = process.argv.slice(2)
for (const [name, app] of Object.entries(APPS)) if (named.length === 0 || named.includes(name)) await ask(name, app)
end()

async function ask(name, { build, start, questions }) {
  const folder = `build/frameworks/${name}`
  const { dependencies } = JSON.parse(readFileSync(`test/frameworks/apps/${name}/package.json`, 'utf8'))
  const port = await freePort()
  const env = { PORT: String(port), NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  if (!had(name, () => install(folder, dependencies))) return
  await attempt(`${name} is built`, () => {
    cpSync(`test/frameworks/apps/${name}`, folder, { recursive: true, filter: (path) => !path.endsWith('package.json') })
    for (const step of build) run(folder, step, env)
  })
  await attempt(`${name} runs`, () =>
    withServer(folder, start(port), env, async (origin) => {
      for (const [question, answer] of Object.entries(questions)) await attempt(`${name}: ${question}`, () => answer(origin))
    }),
  )
}
