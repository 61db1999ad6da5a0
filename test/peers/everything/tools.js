// Tools that answer at once, that talk while they work, and that ask the client something over its open stream.
import { setTimeout as pause } from 'node:timers/promises'
import { fromJsonSchema } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { embedded, image, says, sound, text } from './contents.js'

const ANSWERS = {
  test_simple_text: [text('A few words.')],
  test_image_content: [image],
  test_audio_content: [sound],
  test_embedded_resource: [embedded('test://embedded', 'Embedded.')],
  test_multiple_content_types: [text('Of each one.'), image, embedded('test://mixed', 'Mixed.')],
  test_streaming_elicitation: [text('Asked nothing.')],
}

const WORKING = {
  test_error_handling() {
    throw new Error('this tool always fails')
  },

  async test_tool_with_logging({ mcpReq }) {
    for (const data of ['started', 'at it', 'done']) {
      await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } })
      await pause(50)
    }
    return says(text('Logged.'))
  },

  async test_logging_tool({ mcpReq }) {
    await mcpReq.log('info', 'heard by those who asked for it')
    return says(text('Logged, perhaps.'))
  },

  async test_tool_with_progress({ mcpReq }) {
    const { progressToken } = mcpReq._meta ?? {}
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
      await pause(50)
    }
    return says(text('All the way.'))
  },

  // SEP-1699: the stream ends in the middle, and the client comes back for the rest.
  async test_reconnection({ http }) {
    http.closeSSE()
    await pause(100)
    return says(text('Still here.'))
  },
}

const STATES = ['active', 'inactive', 'pending']
const TITLED = STATES.map((value) => ({ const: value, title: value.toUpperCase() }))

// SEP-1034 and SEP-1330: forms with defaults, and with choices of every kind.
const FORMS = {
  test_elicitation_sep1034_defaults: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: STATES, default: 'active' },
    verified: { type: 'boolean', default: true },
  },
  test_elicitation_sep1330_enums: {
    untitledSingle: { type: 'string', enum: STATES },
    titledSingle: { type: 'string', oneOf: TITLED },
    legacyEnum: { type: 'string', enum: STATES, enumNames: STATES.map((value) => value.toUpperCase()) },
    untitledMulti: { type: 'array', items: { type: 'string', enum: STATES } },
    titledMulti: { type: 'array', items: { anyOf: TITLED } },
  },
}

export function addTools(server) {
  for (const [name, content] of Object.entries(ANSWERS)) server.registerTool(name, described(name), () => says(...content))
  for (const [name, work] of Object.entries(WORKING)) server.registerTool(name, described(name), work)
  for (const [name, properties] of Object.entries(FORMS)) {
    server.registerTool(name, described(name), (context) => elicited(context, 'Please look it over', properties))
  }
  server.registerTool('test_elicitation', { ...described('asks'), inputSchema: z.object({ message: z.string() }) }, ({ message }, context) =>
    elicited(context, message, { response: { type: 'string' } }))
  server.registerTool('test_sampling', { ...described('samples'), inputSchema: z.object({ prompt: z.string() }) }, async ({ prompt }, { mcpReq }) => {
    const messages = [{ role: 'user', content: text(prompt) }]
    return says(text(JSON.stringify(await mcpReq.send({ method: 'sampling/createMessage', params: { messages, maxTokens: 100 } }))))
  })
  server.registerTool('test_x_mcp_header', { ...described('has an argument in a header'), inputSchema: fromJsonSchema(MIRRORED) }, () => says(text('Both.')))
  server.registerTool('json_schema_2020_12_tool', { ...described('has a rich schema'), inputSchema: fromJsonSchema(RICH) }, () => says(text('Fits.')))
}

export function described(name) {
  return { description: `For the suite: ${name}` }
}

async function elicited({ mcpReq }, message, properties) {
  const requestedSchema = { type: 'object', properties }
  return says(text(JSON.stringify(await mcpReq.send({ method: 'elicitation/create', params: { message, requestedSchema } }))))
}

// SEP-2243: an argument that is in a header too.
const MIRRORED = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, level: { type: 'integer' } } }

// SEP-1613 and SEP-2106: words of JSON Schema 2020-12 that must come through `tools/list` as they are.
const RICH = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
}
