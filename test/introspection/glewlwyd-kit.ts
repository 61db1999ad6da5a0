/** Glewlwyd, an authorization server written in C by other people: started on loopback with a database of its own, where it is installed. */
import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { freePort } from '../free-port.js'

const SCHEMA = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz'
const CONTROL = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3'

/** False where the binary, its schema or `sqlite3` is missing. */
export const HAS_GLEWLWYD = ['glewlwyd', 'sqlite3'].every((name) => spawnSync('which', [name]).status === 0) && (existsSync(CONTROL) || existsSync(SCHEMA))

export const SECRET = 'a-long-secret-of-the-client'

export interface Glewlwyd {
  readonly issuer: string
  readonly endpoint: string
  /** A new token for the client `agent`. */
  token(): Promise<string>
  /** A new token that is bound to the key of whoever makes these proofs; `url`: of the token endpoint (RFC 9449). */
  bound(prove: (url: string) => Promise<string>): Promise<string>
  revoke(token: string): Promise<void>
  close(): void
}

export async function glewlwyd(): Promise<Glewlwyd> {
  const folder = mkdtempSync(join(tmpdir(), 'glewlwyd-'))
  const database = join(folder, 'glewlwyd.db')
  const sql = existsSync(CONTROL) ? readFileSync(CONTROL, 'utf8') : gunzipSync(readFileSync(SCHEMA)).toString()
  spawnSync('sqlite3', [database], { input: sql })
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  writeFileSync(join(folder, 'glewlwyd.conf'), configuration(port, origin, database))
  const server = spawn('glewlwyd', [`--config-file=${join(folder, 'glewlwyd.conf')}`], { stdio: 'ignore' })
  const close = (): void => {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await ready(origin)
    await setUp(origin)
  } catch (error) {
    close()
    throw error
  }
  const post = async (path: string, form: Record<string, string>, more: Record<string, string> = {}): Promise<Response> => {
    const headers = { Authorization: `Basic ${btoa(`agent:${SECRET}`)}`, ...more }
    const response = await fetch(`${origin}/api/notes/${path}`, { method: 'POST', headers, body: new URLSearchParams(form) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  return {
    ...{ issuer: `${origin}/api/notes`, endpoint: `${origin}/api/notes/introspect`, close },
    async token() {
      const response = await post('token', { grant_type: 'client_credentials', scope: 'notes' })
      return ((await response.json()) as { access_token: string }).access_token // by Glewlwyd
    },
    async bound(prove) {
      const response = await post('token', { grant_type: 'client_credentials', scope: 'notes' }, { DPoP: await prove(`${origin}/api/notes/token`) })
      return ((await response.json()) as { access_token: string }).access_token // by Glewlwyd
    },
    revoke: async (token) => void (await post('revoke', { token })),
  }
}

/** By its administration interface, as the administrator that its schema comes with. */
async function setUp(origin: string): Promise<void> {
  const cookie: { value: string } = { value: '' }
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { 'Content-Type': 'application/json', Cookie: cookie.value }
    const response = await fetch(`${origin}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    const [set] = response.headers.getSetCookie()
    if (set !== undefined) cookie.value = set.split(';', 1)[0] ?? ''
  }
  await post('auth/', { username: 'admin', password: 'password' })
  await post('scope/', { name: 'notes', display_name: 'notes', password_required: false, password_max_age: 0 })
  const client = { scope: ['notes'], enabled: true, confidential: true, redirect_uri: ['https://app.example.com/'], token_endpoint_auth_method: ['client_secret_basic'] }
  for (const id of ['agent', 'notes-server']) {
    await post('client/', { ...client, client_id: id, name: id, password: SECRET, client_secret: SECRET, authorization_type: ['client_credentials'] })
  }
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: publicKey.export({ type: 'spki', format: 'pem' }) }
  await post('mod/plugin/', {
    ...{ module: 'oidc', name: 'notes', display_name: 'notes', order_rank: 0, readonly: false },
    parameters: {
      ...{ iss: `${origin}/api/notes`, 'jwt-type': 'ecdsa', 'jwt-key-size': '256', ...keys, 'access-token-duration': 3600, 'refresh-token-duration': 3600, 'code-duration': 60 },
      ...{ 'refresh-token-rolling': false, 'allow-non-oidc': true, 'auth-type-client-enabled': true, 'auth-type-code-enabled': true, 'auth-type-token-enabled': false },
      ...{ 'auth-type-id-token-enabled': true, 'auth-type-none-enabled': false, 'auth-type-password-enabled': false, 'auth-type-refresh-enabled': false },
      ...{ 'introspection-revocation-allowed': true, 'introspection-revocation-allow-target-client': true, 'subject-type': 'public', 'jwks-show': true },
      ...{ 'oauth-dpop-allowed': true, 'oauth-dpop-iat-duration': 60 },
    },
  })
}

function configuration(port: number, origin: string, database: string): string {
  return [
    `port=${port}`,
    'bind_address="127.0.0.1"',
    `external_url="${origin}"`,
    'login_url="login.html"',
    'api_prefix="api"',
    'static_files_path="/usr/share/glewlwyd/webapp/"',
    'log_mode="console"',
    'log_level="ERROR"',
    'cookie_secure=0',
    'cookie_domain="localhost"',
    'session_key="GLEWLWYD2_SESSION_ID"',
    'admin_scope="g_admin"',
    'profile_scope="g_profile"',
    'user_module_path="/usr/lib/glewlwyd/user"',
    'user_middleware_module_path="/usr/lib/glewlwyd/user_middleware"',
    'client_module_path="/usr/lib/glewlwyd/client"',
    'user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"',
    'plugin_module_path="/usr/lib/glewlwyd/plugin"',
    'use_secure_connection=false',
    // Not read, and yet needed.
    ...['key', 'pem', 'ca'].map((name) => `secure_connection_${name}_file="/nowhere"`),
    'hash_algorithm="SHA512"',
    `database = { type = "sqlite3"; path = "${database}"; };`,
    '',
  ].join('\n')
}

async function ready(origin: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await fetch(`${origin}/config`).then((response) => response.ok, () => false)) return
    await wait(50)
  }
  throw new Error('glewlwyd did not start')
}
