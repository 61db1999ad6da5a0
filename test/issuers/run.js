// Authorization servers of others, with what the documents recommend for them: `npm run test:issuers`, after `--` names of some.
// Needs the registry, and Debian's python3-django-oauth-toolkit; what cannot be had is skipped. The last line says how it
// went: "N passed, N failed", and ", N skipped" if there are some.
import { cpSync, readFileSync } from 'node:fs'
import { freePort } from '../free-port.js'
import { install, run, score, withServer } from '../outside.js'
import { BETTER_AUTH } from './better-auth.js'
import { DJANGO } from './django.js'

const PYTHON = '/usr/bin/python3'

const ISSUERS = {
  'better-auth': {
    get: (folder) => install(folder, JSON.parse(readFileSync('test/issuers/apps/better-auth/package.json', 'utf8')).dependencies),
    start: 'node server.js',
    ...BETTER_AUTH,
  },
  django: { get: () => run('.', `${PYTHON} -m pydoc oauth2_provider`), start: `${PYTHON} server.py`, ...DJANGO },
}

const { attempt, had, end } = score()
const named = process.argv.slice(2)
for (const [name, issuer] of Object.entries(ISSUERS)) if (named.length === 0 || named.includes(name)) await ask(name, issuer)
end()

async function ask(name, { get, start, env, questions, outage }) {
  const folder = `build/issuers/${name}`
  if (!had(name, () => get(folder))) return
  cpSync(`test/issuers/apps/${name}`, folder, { recursive: true, filter: (path) => !path.endsWith('package.json') })
  const port = String(await freePort())
  let world
  await attempt(`${name} runs`, () =>
    withServer(folder, start, { ...env, PORT: port }, async (origin) => {
      world = { origin, clients: await (await fetch(`${origin}/clients`)).json(), kept: {} }
      for (const [question, answer] of Object.entries(questions)) await attempt(`${name}: ${question}`, () => answer(world))
    }),
  )
  // The server is gone now.
  if (world !== undefined) for (const [question, answer] of Object.entries(outage)) await attempt(`${name} is away: ${question}`, () => answer(world))
}
