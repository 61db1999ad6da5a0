/** The program for AWS Lambda in docs/servers.md, called with events as API Gateway makes them: payloads 1.0 and 2.0, with a stage. */
import { beforeAll, describe, expect, test } from 'vitest'
import { parseChallenge } from '../adapters/challenge-parser.js'
import { programOf, run } from './document-program.js'

const HOST = 'abc123.execute-api.eu-central-1.amazonaws.com'
const METADATA = `https://${HOST}/prod/.well-known/oauth-protected-resource`
const GOOD = { authorization: 'Bearer local-development-key' }

interface Sent {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

interface Result {
  readonly statusCode: number
  readonly body: string
  readonly isBase64Encoded: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>
}

/** `path`: as the client wrote it behind the stage. */
const EVENTS = {
  'an HTTP API, payload 2.0': ({ path, method = 'POST', headers, body }: Sent) => ({
    ...{ version: '2.0', routeKey: '$default', rawPath: `/prod${path}`, rawQueryString: '', isBase64Encoded: false },
    headers: { host: HOST, ...headers },
    ...(body && { body: JSON.stringify(body) }),
    requestContext: { domainName: HOST, stage: 'prod', http: { method, path: `/prod${path}`, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' } },
  }),
  'a REST API, payload 1.0': ({ path, method = 'POST', headers = {}, body }: Sent) => ({
    ...{ version: '1.0', resource: '/{proxy+}', path, httpMethod: method, queryStringParameters: null, isBase64Encoded: false },
    headers: { host: HOST, ...headers },
    multiValueHeaders: Object.fromEntries(Object.entries({ host: HOST, ...headers }).map(([name, value]) => [name, [value]])),
    body: body === undefined ? null : JSON.stringify(body),
    requestContext: { domainName: HOST, stage: 'prod', path: `/prod${path}` },
  }),
}

let handler: (event: object) => Promise<Result>
beforeAll(async () => {
  ;({ handler } = (await run(programOf('docs/servers.md', 'test/docs/aws-lambda.test.ts'), [])) as { handler: typeof handler })
})

describe.each(Object.entries(EVENTS))('behind %s, with a stage', (_, eventOf) => {
  const ask = async (sent: Sent) => {
    const { statusCode, body: sentBack, isBase64Encoded, headers, multiValueHeaders } = await handler(eventOf(sent))
    const body = isBase64Encoded ? Buffer.from(sentBack, 'base64').toString() : sentBack
    return { status: statusCode, body, challenge: headers?.['www-authenticate'] ?? multiValueHeaders?.['www-authenticate']?.[0] }
  }

  test('a stranger is led to the metadata below the stage, which are there', async () => {
    const { status, challenge = '' } = await ask({ path: '/mcp' })
    expect({ status, parameters: parseChallenge(challenge).parameters }).toEqual({ status: 401, parameters: { resource_metadata: METADATA } })
    const metadata = await ask({ path: new URL(METADATA).pathname.replace('/prod', ''), method: 'GET' })
    expect({ status: metadata.status, resource: (JSON.parse(metadata.body) as { resource: string }).resource }).toEqual({ status: 200, resource: `https://${HOST}/prod/mcp` })
  })

  test('a tool knows its caller', async () => {
    const { status, body } = await ask({
      path: '/mcp',
      headers: { ...GOOD, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } },
    })
    expect({ status, body }).toMatchObject({ status: 200, body: expect.stringContaining('"text":"me"') })
  })

  test('a bad token is a 401, and everything else needs one too', async () => {
    expect((await ask({ path: '/mcp', headers: { authorization: 'Bearer never-issued-0123456789' } })).status).toBe(401)
    for (const path of ['/', '/health', '/prod/mcp', '/mcp/../x', '//mcp']) expect((await ask({ path })).status).toBe(401)
  })

  test('two Authorization headers, which AWS joins by a comma, are a 400', async () => {
    expect((await ask({ path: '/mcp', headers: { authorization: 'Bearer a-key,Bearer local-development-key' } })).status).toBe(400)
  })
})
