/** Compiles against the packed package with each TypeScript that users may have. Needs the build and a registry. `node test/types/run.js 5.4 7.0` tries these two. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VERSIONS = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0']
const RESOLUTIONS = /** @type {const} */ ({ nodenext: 'nodenext', esnext: 'bundler' })

const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const paths = Object.keys(exports).filter((path) => path !== './package.json')

const folder = mkdtempSync(join(tmpdir(), 'types-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const npm = (/** @type {string[]} */ ...words) => execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })

const tarball = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { encoding: 'utf8' }).trim()
writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
npm('install', '--no-audit', '--no-fund', '--silent', join(folder, tarball), '@types/node@20')

// Every name of every subpath, and what its types promise in use.
writeFileSync(
  join(folder, 'user.ts'),
  [
    ...paths.map((path, index) => `import * as from${index} from '${name}${path.slice(1)}'`),
    `export const all = [${paths.map((_, index) => `from${index}`).join(', ')}]`,
    `import { getAccessToken, JwksProvider } from '${name}'`,
    `import { bearerAuth } from '${name}/fetch'`,
    `const provider = new JwksProvider({ issuer: 'https://id.example.com', audience: 'https://mcp.example.com' })`,
    `export const handler: (request: Request) => Promise<Response> = bearerAuth(provider)(async (_request: Request) => new Response(getAccessToken()?.subject))`,
    `// @ts-expect-error without an audience, every token of the issuer would open this server`,
    `export const open = new JwksProvider({ issuer: 'https://id.example.com' })`,
  ].join('\n'),
)

let passed = 0
let failed = 0
const asked = process.argv.slice(2)
for (const version of asked.length > 0 ? asked : VERSIONS) {
  npm('install', '--no-audit', '--no-fund', '--no-save', '--silent', `typescript@~${version}`)
  for (const [module, moduleResolution] of Object.entries(RESOLUTIONS)) {
    const compilerOptions = { module, moduleResolution, target: 'es2022', lib: ['es2023', 'dom'], types: ['node'], strict: true, exactOptionalPropertyTypes: true, noEmit: true }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['user.ts'] }))
    const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--pretty', 'false'], { cwd: folder, encoding: 'utf8' })
    if (status === 0) passed += 1
    else failed += 1
    console.log(`${status === 0 ? 'ok' : 'FAILED'}  TypeScript ${version}, ${moduleResolution}${status === 0 ? '' : `\n${stdout.slice(0, 2000)}`}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
