/** The whole dance: a client that has only the URL finds its way in, and asks for more when a tool needs more. */
import { addNote, greet } from './mcp-client.js'
import { newcomer1, newcomer2 } from './newcomer.js'
import { no, yes } from './person.js'
import type { Reply } from './mcp-client.js'
import type { Newcomer } from './newcomer.js'
import type { Answer } from './person.js'
import type { Scenario } from './scenario.js'

/** The button of the page that asks. */
const allow = (scopes: string): string => `\u201CSign in as Ada and allow: ${scopes}\u201D`

export const DANCE: readonly Scenario[] = [
  {
    tried: 'a client that knows only the URL',
    expected: {
      status: 200,
      answer: 'Noted for Ada: buy milk',
      way: [
        [
          'client',
          '401 /mcp initialize',
          '200 /.well-known/oauth-protected-resource/mcp',
          '200 /.well-known/oauth-authorization-server',
          '201 /reg',
        ],
        ['browser', '303 /auth', '200 /interaction', allow('notes:read offline_access'), '303 /interaction', '303 /auth'],
        ['client', '200 /token', '200 /mcp initialize', '200 /mcp greet', '403 /mcp add_note'],
        ['browser', '303 /auth', '200 /interaction', allow('notes:read notes:write offline_access'), '303 /interaction', '303 /auth'],
        ['client', '200 /token', '200 /mcp add_note'],
      ],
    },
    run: ({ url }) => greetAndWrite(newcomer2(url), yes),
  },
  {
    tried: 'the same, made with SDK 1.x',
    expected: { status: 200, answer: 'Noted for Ada: buy milk' },
    run: ({ url }) => greetAndWrite(newcomer1(url), yes),
  },
  {
    tried: 'the same, but Ada allows no more',
    expected: { status: 403, answer: 'insufficient_scope: notes:read notes:write' },
    run: ({ url }) => greetAndWrite(newcomer2(url), no),
  },
]

/** Signs in for a tool that reads, and is asked for more by one that writes. */
async function greetAndWrite(newcomer: Newcomer, whenAskedForMore: Answer): Promise<Reply> {
  const { watch } = newcomer
  try {
    await newcomer.callTool(greet, yes)
    const said = await newcomer.callTool(addNote, whenAskedForMore)
    return { status: watch.status, answer: said ?? (await watch.refusal()), way: watch.way }
  } finally {
    await newcomer.close()
  }
}
