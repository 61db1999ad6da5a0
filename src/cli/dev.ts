/** `bearer dev`: an authorization server on this machine, for those who have none at hand. */
import { CommandError } from './command.js'
import { listening } from './listening.js'
import { claimsIn, collected, wholeNumber } from './values.js'
import type { TestIssuer, TestIssuerOptions, VendorName } from '../testing/index.js'
import type { AddCommand } from './command.js'

const DESCRIPTION = `Runs an authorization server for tests on this machine until Ctrl-C. Prints its issuer, an audience, and a token for curl. \
Clients can sign in there: it has discovery, dynamic registration, the authorization code with PKCE, refresh tokens and client credentials. \
It signs whatever it is asked for: nothing of it is for production.`

interface Options {
  readonly port: number
  readonly audience?: string
  readonly sub?: string
  readonly scope?: readonly string[]
  readonly claim?: readonly string[]
  readonly ttl?: number
  readonly like?: string
  readonly expired?: true
  readonly opaque?: true
  readonly click?: true
  readonly json?: true
}

export const dev: AddCommand = (program, { stdout, stderr, interrupted }) => {
  const command = program.command('dev').summary('runs an authorization server for tests').description(DESCRIPTION)
  command.option('--port <port>', 'where it listens; 0 for any that is free', wholeNumber('--port', 0, 65_535), 4000)
  command.option('--audience <audience>', 'whom its tokens are for: the "audience" of your provider')
  command.option('--sub <subject>', 'who signs in (default: ada)')
  command.option('--scope <scope>', 'a scope of the token; may come several times', collected)
  command.option('--claim <name=value>', 'a claim of every token, as JSON or text; may come several times', collected)
  command.option('--ttl <seconds>', 'how long tokens live (default: 3600)', wholeNumber('--ttl', 1, 31_536_000))
  command.option('--expired', 'the token that is printed has expired')
  command.option('--opaque', 'tokens say nothing, and stand for introspection')
  command.option('--like <vendor>', 'looks like a vendor: entra, auth0, okta, cognito, keycloak, …')
  command.option('--click', 'shows a page with two buttons, instead of saying yes by itself')
  command.option('--json', 'prints JSON')
  command.action(async (options: Options) => {
    const issuer = await started(options)
    try {
      const facts = await factsOf(issuer, options)
      stdout.write(options.json === true ? `${JSON.stringify(facts)}\n` : written(facts))
      if (stderr.isTTY === true) stderr.write('\nCtrl-C ends it.\n')
      await interrupted()
    } finally {
      await issuer.close()
    }
  })
}

async function started(options: Options): Promise<TestIssuer> {
  const { port, audience, sub, scope, claim, ttl = 3600, like, opaque, click } = options
  const { createTestIssuer, vendorNames } = await import('../testing/index.js')
  if (like !== undefined && !vendorNames.includes(like as VendorName)) throw new CommandError(64, `--like must be one of ${vendorNames.join(', ')}`)
  const settings: TestIssuerOptions = {
    ...{ audience, sub, scopes: scope?.flatMap((one) => one.split(' ')), claims: claimsIn(claim), expiresIn: ttl },
    like: like as VendorName | undefined, // looked at above
    accessTokens: opaque === true ? 'opaque' : 'jwt',
    consent: click === true ? 'on a click' : 'by itself',
  }
  return listening(createTestIssuer(settings), port)
}

type Facts = Readonly<Record<string, string>>

async function factsOf(issuer: TestIssuer, { expired, opaque }: Options): Promise<Facts> {
  const about = expired === true ? { expiresIn: -60 } : {}
  const { clientId, clientSecret = '' } = issuer.client
  return {
    issuer: issuer.issuer,
    audience: issuer.audience,
    ...(opaque === true && { introspection: `${issuer.url}/introspect` }),
    ...{ client_id: clientId, client_secret: clientSecret },
    token: await (opaque === true ? issuer.opaque(about) : issuer.mint(about)),
  }
}

function written(facts: Facts): string {
  const lines = Object.entries(facts).map(([name, value]) => `${name.padEnd(15)}${value}`)
  return `${lines.join('\n')}\n\ncurl -H 'Authorization: Bearer ${facts['token']}' http://localhost:3000/mcp\n`
}
