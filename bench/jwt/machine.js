/** Where figures come from: a figure without its machine and versions says nothing. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, cpus, platform, release } from 'node:os'

/** @param {URL} library the folder of the library as built */
export function machine(library) {
  const processors = cpus()
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    openssl: process.versions.openssl,
    packages: {
      'bearer-auth-providers': manifest(new URL('../package.json', library)).version,
      jose: createRequire(library)('jose/package.json').version,
      ...manifest(new URL('../package.json', import.meta.url)).dependencies,
    },
  }
}

/** @param {URL} file */
function manifest(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
