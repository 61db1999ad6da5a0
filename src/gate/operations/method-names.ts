/** Looks at the methods that a table names: a rule about one that there is not would guard nothing, and say nothing. */

/** The method. @throws TypeError for the name of a tool in its place, and for a method of MCP in another spelling. */
export function checkedMethod(method: string): string {
  if (METHODS.includes(method)) return method
  const meant = METHODS.find((known) => lettersOf(known) === lettersOf(method))
  if (meant !== undefined) throw new TypeError(`"operations": "${method}" is no method of MCP; write "${meant}"`)
  // Methods of one's own have a prefix too.
  if (/[/.]/.test(method)) return method
  throw new TypeError(`"operations": "${method}" is no method of MCP; a tool is named within its own: { 'tools/call': { "${method}": … } }`)
}

/** Without all that is easily got wrong: capitals, separators, and the `s` of a plural. */
function lettersOf(method: string): string {
  return method.toLowerCase().replace(/[^a-z]|s/g, '')
}

/** What clients ask of servers. */
const METHODS: readonly string[] = [
  ...['initialize', 'ping', 'server/discover', 'logging/setLevel', 'completion/complete', 'prompts/list', 'prompts/get', 'tools/list', 'tools/call'],
  ...['resources/list', 'resources/templates/list', 'resources/read', 'resources/subscribe', 'resources/unsubscribe', 'subscriptions/listen'],
  ...['tasks/list', 'tasks/get', 'tasks/result', 'tasks/update', 'tasks/cancel'],
]
