// The library as it was built, on the runtimes from npm: `npm run test:runtimes`, after `--` names of some.
// Needs the registry; what cannot be had from there is skipped. The last line says how it went: "N passed, N failed", and
// ", N skipped" if there are some.
import { cpSync } from 'node:fs'
import { freePort } from '../free-port.js'
import { install, run, score, withServer } from '../outside.js'
import { startIssuers } from './issuers.js'
import { QUESTIONS } from './questions.js'

const folder = 'build/runtimes'
const { platform, arch } = process
const here = `${platform}-${arch}`

/** Where npm puts the binaries: of the packages that the one with the runtime's name brings for each platform. */
const DENO = `@deno/${here}${platform === 'linux' ? '-glibc' : ''}`
const BUN = `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`
const WORKERD = `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}`
const PACKAGES = {
  [DENO]: '2.9.6',
  [BUN]: '1.4.5',
  [WORKERD]: '1.20261117.1',
  'node-22': `npm:node-${here}@22.23.3`,
  'node-24': `npm:node-${here}@24.21.0`,
  esbuild: '0.28.2',
}
const BUNDLE = 'esbuild workerd.js --bundle --format=esm --platform=node --conditions=workerd,worker --external:cloudflare:* --outfile=worker.js --log-level=error'

const RUNTIMES = {
  [`node ${process.versions.node}`]: () => 'node node.js',
  'node 22': () => './node_modules/node-22/bin/node node.js',
  'node 24': () => './node_modules/node-24/bin/node node.js',
  // No other permission than that.
  deno: (port, upstream) => `./node_modules/${DENO}/deno run --no-prompt --allow-net=127.0.0.1 deno.js ${port} ${upstream}`,
  bun: () => `./node_modules/${BUN}/bin/bun bun.js`,
  workerd: (port) => `./node_modules/${WORKERD}/bin/workerd serve workerd.capnp --socket-addr http=127.0.0.1:${port}`,
}

const { attempt, had, end } = score()
const issuers = await startIssuers()
const named = process.argv.slice(2)
if (had('the runtimes', () => install(folder, PACKAGES))) {
  cpSync('test/runtimes/programs', folder, { recursive: true })
  await attempt('a bundle for workerd', () => run(folder, BUNDLE))
  for (const [name, command] of Object.entries(RUNTIMES))
    if (named.length === 0 || named.some((one) => name.startsWith(one))) await attempt(name, () => askAll(command))
}
issuers.close()
end()

/** @throws Error that names each question with a wrong answer */
async function askAll(command) {
  const port = await freePort()
  await withServer(folder, command(port, issuers.origin), { PORT: String(port), UPSTREAM: issuers.origin }, async (origin) => {
    const answers = await Promise.allSettled(Object.values(QUESTIONS).map((question) => question(origin, issuers)))
    const wrong = Object.keys(QUESTIONS).flatMap((name, index) => (answers[index].status === 'rejected' ? [`${name}: ${answers[index].reason.message}`] : []))
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
  })
}
