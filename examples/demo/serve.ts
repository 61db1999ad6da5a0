/** Keeps the servers running for you to call, until Ctrl-C. */
import { once } from 'node:events'
import { startWorld } from './world.js'
import type { World } from './world.js'

export async function serve(): Promise<void> {
  const world = await startWorld()
  console.log(howToCall(world))
  await once(process, 'SIGINT')
  await world.close()
}

function howToCall({ identityProvider, url, token, robotKey }: World): string {
  return `
MCP server         ${url}
issuer             ${identityProvider.issuer}

An MCP client needs nothing but the URL: it opens a page in your browser, where you sign in as Ada. The
tool add_note needs more than the first page allows, and opens another.

As Ada, with a token that lasts an hour:

${curl(url, token, { name: 'greet', arguments: {} })}

With the static key, which may write too:

${curl(url, robotKey, { name: 'add_note', arguments: { text: 'buy milk' } })}

With the MCP Inspector (Node 22.19 or newer):

npx @modelcontextprotocol/inspector --cli ${url} --transport http \\
  --header 'Authorization: Bearer ${robotKey}' \\
  --method tools/call --tool-name add_note --tool-arg 'text=buy milk'

Take a character off a token, or leave the header out, and see. Ctrl-C ends it.
`
}

function curl(url: string, token: string, params: object): string {
  return `curl -i ${url} \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: application/json' \\
  -H 'Accept: application/json, text/event-stream' \\
  -d '${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}'`
}
