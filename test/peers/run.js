// Runs what needs a newer Node than the project's, by one from npm: `npm run test:peers`. Needs the registry.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'

const folder = 'build/peers'
const node = `node-${process.platform}-${process.arch}`
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true, type: 'module' }))
run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--loglevel=error', `${node}@24.21.0`, 'mcp-use@2.5.2'])
copyFileSync('test/peers/mcp-use.test.js', `${folder}/mcp-use.test.js`)
run(`./node_modules/${node}/bin/node`, ['--test', 'mcp-use.test.js'])

function run(program, args) {
  // In the folder: mcp-use leaves notes of its use where it runs, and tells home about it unless it is told not to.
  const { status, error } = spawnSync(program, args, { cwd: folder, env: { ...process.env, MCP_USE_ANONYMIZED_TELEMETRY: 'false' }, stdio: 'inherit' })
  if (status !== 0) throw error ?? new Error(`${program} failed`)
}
