// Tools and a prompt that need the client's answer first, and are asked again with it (SEP-2322): nothing is kept in between.
import { acceptedContent, CLIENT_CAPABILITIES_META_KEY, createRequestStateCodec, inputRequired } from '@modelcontextprotocol/server'
import { says, text } from './contents.js'
import { described } from './tools.js'

/** What a tool wants to find again is sealed and travels with the client. */
export const state = createRequestStateCodec({ key: crypto.getRandomValues(new Uint8Array(32)) })

const form = (name, type) => inputRequired.elicit({ message: `${name}?`, requestedSchema: { type: 'object', properties: { [name]: { type } }, required: [name] } })
const sample = (words) => inputRequired.createMessage({ messages: [{ role: 'user', content: text(words) }], maxTokens: 50 })
const ASKED = {
  user_name: form('name', 'string'),
  capital_question: sample('The capital of France?'),
  client_roots: inputRequired.listRoots(),
  confirm: form('ok', 'boolean'),
  greeting: sample('A greeting'),
}

const ROUNDS = {
  test_input_required_result_elicitation: ({ inputResponses }) => {
    const { name } = acceptedContent(inputResponses, 'user_name') ?? {}
    return typeof name === 'string' ? says(text(`Hello, ${name}`)) : ask('user_name')
  },
  test_input_required_result_sampling: ({ inputResponses }) => answered(inputResponses, 'capital_question'),
  test_missing_capability: ({ inputResponses }) => answered(inputResponses, 'greeting'),
  test_input_required_result_list_roots: ({ inputResponses }) => answered(inputResponses, 'client_roots'),
  test_input_required_result_request_state: confirmed,
  test_input_required_result_tampered_state: confirmed,

  async test_input_required_result_multiple_inputs({ inputResponses = {} }) {
    const all = ['user_name', 'greeting', 'client_roots']
    if (all.every((name) => name in inputResponses)) return says(text('All of it.'))
    return { ...ask(...all), requestState: await state.mint({ round: 1 }) }
  },

  async test_input_required_result_multi_round({ requestState }) {
    const { round = 0 } = requestState() ?? {}
    if (round === 2) return says(text('In three rounds.'))
    const inputRequests = { [`step${round + 1}`]: form(['name', 'colour'][round], 'string') }
    return inputRequired({ inputRequests, requestState: await state.mint({ round: round + 1 }) })
  },

  test_input_required_result_capabilities({ inputResponses, envelope }) {
    const able = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {}
    const wanted = Object.entries({ elicitation: 'user_name', sampling: 'greeting', roots: 'client_roots' }).filter(([capability]) => capability in able)
    if (inputResponses !== undefined || wanted.length === 0) return says(text('Asked no more than that.'))
    return ask(...wanted.map(([, name]) => name))
  },
}

export function addRounds(server) {
  for (const [name, round] of Object.entries(ROUNDS)) server.registerTool(name, described(name), ({ mcpReq }) => round(mcpReq))
  server.registerPrompt('test_input_required_result_prompt', described('asks first'), ({ mcpReq: { inputResponses } }) => {
    const { context } = acceptedContent(inputResponses, 'user_context') ?? {}
    if (context === undefined) return inputRequired({ inputRequests: { user_context: form('context', 'string') } })
    return { messages: [{ role: 'user', content: text(context) }] }
  })
}

function ask(...names) {
  return inputRequired({ inputRequests: Object.fromEntries(names.map((name) => [name, ASKED[name]])) })
}

function answered(responses, name) {
  return responses?.[name] === undefined ? ask(name) : says(text(JSON.stringify(responses[name])))
}

// A state that was tampered with does not get here: the server looks at its seal first.
async function confirmed({ inputResponses, requestState }) {
  if (requestState() !== undefined && acceptedContent(inputResponses, 'confirm') !== undefined) return says(text('state-ok'))
  return { ...ask('confirm'), requestState: await state.mint({ round: 1 }) }
}
