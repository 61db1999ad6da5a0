/** Installs the peers in bench/node_modules when they are not there in exactly the versions of package.json. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const here = new URL('.', import.meta.url)
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', here), 'utf8'))

if (!Object.entries(dependencies).every(([name, version]) => installedVersion(name) === version)) {
  console.error('installing the peers in bench/node_modules …')
  const windows = process.platform === 'win32' // where npm is a script that only a shell can run
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 2, 2], shell: windows })
  if (status !== 0) {
    console.error('the peers could not be installed; try again: npm ci --prefix bench')
    process.exit(1)
  }
}

/** @param {string} name */
function installedVersion(name) {
  let manifest
  try {
    manifest = readFileSync(new URL(`node_modules/${name}/package.json`, here), 'utf8')
  } catch {
    return undefined // not installed
  }
  return JSON.parse(manifest).version
}
