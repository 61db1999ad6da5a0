/** Where figures come from: a figure without its machine and versions says nothing. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, cpus, platform, release } from 'node:os'
import { pathToFileURL } from 'node:url'

const PINNED = manifest(new URL('../package.json', import.meta.url)).dependencies

/**
 * @param {URL} library the folder of the library as built
 * @param {{ own?: readonly string[], peers: readonly string[] }} packages `own`: the very copies that the library uses;
 *   `peers`: those of bench/package.json
 */
export function machine(library, { own = ['jose'], peers }) {
  const processors = cpus()
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    openssl: process.versions.openssl,
    packages: {
      'bearer-auth-providers': manifest(new URL('../package.json', library)).version,
      ...Object.fromEntries(own.map((name) => [name, versionOf(name, library)])),
      ...Object.fromEntries(peers.map((name) => [name, PINNED[name]])),
    },
  }
}

/** Of the copy that the library finds; some packages keep their manifest to themselves. @param {string} name @param {URL} library */
function versionOf(name, library) {
  const files = (createRequire(library).resolve.paths(name) ?? []).map((folder) => pathToFileURL(`${folder}/${name}/package.json`))
  const file = files.find((one) => existsSync(one))
  return file === undefined ? 'unknown' : manifest(file).version
}

/** @param {URL} file */
function manifest(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
