/** `npm run many-doors`: which token comes in by which door, and which by none. */
import { importJWK, SignJWT } from 'jose'
import { requestToken } from '../demo/token-request.js'
import { openDoors } from './doors.js'
import type { Doors } from './doors.js'

interface Caller {
  readonly who: string
  /** The name of the provider that says yes; null for nobody. */
  readonly door: string | null
  readonly token: (doors: Doors) => Promise<string> | string
}

const CALLERS: readonly Caller[] = [
  { who: 'a person', door: 'people', token: ({ people, url }) => requestToken(people, url) },
  { who: 'a machine', door: 'machines', token: ({ machines, url }) => requestToken(machines, url) },
  { who: 'an older program, with an opaque token', door: 'older programs', token: ({ people, url }) => requestToken(people, url, people.olderClient) },
  { who: 'a user of our GitHub app', door: 'github', token: ({ github }) => github.issue() },
  { who: 'a robot with a key', door: 'robots', token: ({ robotKey }) => robotKey },
  { who: 'a machine that says it is a person', door: null, token: forged },
  { who: 'a person, with a token for another server', door: null, token: ({ people }) => requestToken(people, 'https://payroll.example.com/mcp') },
  { who: 'a token of a stranger\u2019s issuer', door: null, token: ({ url }) => signed(new SignJWT({ iss: 'https://evil.example', aud: url })) },
  { who: 'an opaque token that nobody issued', door: null, token: () => 'never-issued-0123456789' },
]

/** The key of RFC 7515 appendix A.3: everybody has it. */
const STRANGER = {
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
}

process.exitCode = await main()

/** Returns the exit code: 0 when everybody came in where they must, or did not. */
async function main(): Promise<number> {
  const doors = await openDoors()
  try {
    console.log(`\n${withoutPorts(String(doors.chain.plan()), doors)}\n`)
    const results: boolean[] = []
    for (const caller of CALLERS) results.push(await knock(caller, doors))
    console.log(`\n${withoutPorts(doors.chain.plan().toMermaid(), doors)}\n`)
    return results.every((came) => came) ? 0 : 1
  } finally {
    await doors.close()
  }
}

async function knock({ who, door, token }: Caller, doors: Doors): Promise<boolean> {
  const written = doors.log.length
  const response = await fetch(doors.url, { headers: { Authorization: `Bearer ${await token(doors)}` } })
  const answer = response.ok ? await response.text() : null
  const why = doors.log.slice(written).join('; ')
  console.log(` ${answer === door ? '✓' : '✗'} ${who.padEnd(42)} ${response.status}  ${answer ?? `refused (${why})`}`)
  return answer === door
}

// By the key of `machines`, which is called as the key of `people` is.
async function forged({ people, machinesKey, url }: Doors): Promise<string> {
  return signed(new SignJWT({ iss: people.issuer, aud: url, sub: 'ada', scope: 'notes:write' }), machinesKey)
}

async function signed(jwt: SignJWT, key: object = { kty: 'EC', crv: 'P-256', ...STRANGER }): Promise<string> {
  return jwt.setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1' }).setIssuedAt().setExpirationTime('5 minutes').sign(await importJWK(key, 'ES256'))
}

/** The same picture on every machine. As long as what it replaces, or the columns would move. */
function withoutPorts(text: string, { people, machines }: Doors): string {
  return text.replaceAll(people.issuer, 'https://people.example').replaceAll(machines.issuer, 'https://things.example')
}
