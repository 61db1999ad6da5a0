// The MCP Inspector on the command line, against the demo.
import assert from 'node:assert/strict'
import test from 'node:test'
import { demo, somebody } from './demo.js'
import { fileOf, run, strangersEnvironment } from './programs.js'

const INSPECTOR = fileOf('inspector', '@modelcontextprotocol/inspector/clients/launcher/build/index.js')
const TOOLS = ['--method', 'tools/list']
const GREET = ['--method', 'tools/call', '--tool-name', 'greet']
const NOTE = ['--method', 'tools/call', '--tool-name', 'add_note', '--tool-arg', 'text=buy milk']

function inspect(t, url, args, options) {
  return run(t, INSPECTOR, ['--cli', url, '--transport', 'http', '--quiet', ...args], options)
}

function bearer(token) {
  return ['--header', `Authorization: Bearer ${token}`]
}

test('with a token, the Inspector lists the tools and calls one', async (t) => {
  const { url, token } = await demo(t)
  const listed = await inspect(t, url, [...bearer(token), ...TOOLS])
  assert.deepEqual(JSON.parse(listed.stdout).tools.map(({ name }) => name), ['greet', 'add_note'])
  const called = await inspect(t, url, [...bearer(token), ...GREET])
  assert.deepEqual(JSON.parse(called.stdout).content, [{ type: 'text', text: 'Hello Ada, you may: notes:read' }])
})

test('without one, it says what the 401 said', async (t) => {
  const { url } = await demo(t)
  const { code, stdout, stderr } = await inspect(t, url, ['--stored-auth-only', ...TOOLS])
  assert.deepEqual({ code, stdout }, { code: 3, stdout: '' })
  const { error } = JSON.parse(stderr)
  assert.equal(error.code, 'auth_required')
  assert.match(error.message, /\{"error":"unauthorized","error_description":"Authentication required"\}/)
})

test('of a tool that needs more scope, it says which', async (t) => {
  const { url, token } = await demo(t)
  const { code, stderr } = await inspect(t, url, ['--stored-auth-only', ...bearer(token), ...NOTE])
  assert.equal(code, 1)
  assert.match(JSON.parse(stderr).error.message, /Insufficient scope: required "notes:read notes:write"/)
})

test('with the URL alone it registers, has somebody sign in, and calls', async (t) => {
  const { url } = await demo(t)
  const { read, pressed } = somebody(url)
  const env = { ...(await strangersEnvironment(t)), MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'memory' }
  const { code, stdout, stderr } = await inspect(t, url, ['--callback-url', 'http://127.0.0.1:0/oauth/callback', ...NOTE], { env, heard: read })
  assert.equal(code, 0, stderr)
  assert.deepEqual(JSON.parse(stdout).content, [{ type: 'text', text: 'Noted for Ada: buy milk' }])
  assert.equal(pressed().length, 1)
})
