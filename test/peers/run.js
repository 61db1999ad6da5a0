// Runs what needs a newer Node than the project's, by one from npm: `npm run test:peers`. Needs the registry; what cannot
// be had from there is skipped. The last line says how it went: "N passed, N failed", and ", N skipped" if there are some.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const NODE = `node-${process.platform}-${process.arch}`

/** Each in a folder of its own, so that none has to share its dependencies; tests reach into these folders by path. */
const PEERS = {
  node: { dependencies: { [NODE]: '24.21.0' }, tests: [] },
  conformance: {
    dependencies: { '@modelcontextprotocol/conformance': '0.2.0-alpha.12' },
    tests: ['conformance-server', 'conformance-authorization'],
  },
  inspector: { dependencies: { '@modelcontextprotocol/inspector': '2.12.0' }, tests: ['inspector'] },
  'mcp-remote': { dependencies: { 'mcp-remote': '0.15.1' }, tests: ['mcp-remote', 'behind-nginx'] },
  'mcp-use': { dependencies: { 'mcp-use': '2.5.2' }, tests: ['mcp-use'] },
  // In its second version, mcp-use has its client in another package.
  'mcp-use-client': { dependencies: { 'mcp-use': '1.34.6' }, tests: ['mcp-use-client'] },
}
const RESULTS = 'build/peers/results.tap'

const names = Object.keys(PEERS)
const installed = await Promise.all(names.map(install))
const missing = names.filter((_, index) => !installed[index])
for (const name of missing) console.error(`${name} could not be installed: its tests are skipped`)
const testsOf = (peers) => peers.flatMap((name) => PEERS[name].tests)
const runnable = missing.includes('node') ? [] : testsOf(names.filter((name) => !missing.includes(name)))
const { passed, failed, skipped } = test(runnable)
const left = skipped + testsOf(names).length - runnable.length
console.log(`${passed} passed, ${failed} failed${left === 0 ? '' : `, ${left} skipped`}`)
process.exitCode = failed === 0 ? 0 : 1

/** True where it worked. What is there already needs no registry. */
async function install(name) {
  const cwd = `build/peers/${name}`
  mkdirSync(cwd, { recursive: true })
  writeFileSync(`${cwd}/package.json`, JSON.stringify({ private: true, dependencies: PEERS[name].dependencies }))
  // Without what a peer would like to have beside it, which is more than it is itself.
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--legacy-peer-deps', '--loglevel=error', '--fetch-retries=1']
  const [status] = await once(spawn('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], timeout: 150_000, killSignal: 'SIGKILL' }), 'close')
  return status === 0
}

function test(names) {
  if (names.length === 0) return { passed: 0, failed: 0, skipped: 0 }
  // mcp-use leaves notes where it runs, and tells home about its use unless it is told not to.
  const env = { ...process.env, MCP_USE_ANONYMIZED_TELEMETRY: 'false' }
  const files = names.map((name) => `../../test/peers/${name}.test.js`)
  const reporters = ['spec', 'stdout', 'tap', 'results.tap'].map((value, index) => `--test-reporter${index % 2 === 0 ? '' : '-destination'}=${value}`)
  rmSync(RESULTS, { force: true })
  const { status } = spawnSync(`node/node_modules/${NODE}/bin/node`, ['--test', '--test-timeout=180000', ...reporters, ...files], { cwd: 'build/peers', env, stdio: 'inherit' })
  const results = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : ''
  const counted = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(results)?.[1] ?? 0)
  const failed = counted('fail') + counted('cancelled')
  // Whatever went wrong without a test that failed is one failure.
  return { passed: counted('pass'), failed: status === 0 ? failed : Math.max(failed, 1), skipped: counted('skipped') + counted('todo') }
}
