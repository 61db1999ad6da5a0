// Calls programs of the documents at paths that nobody wrote a handler for in mind, without a token. Reads a list of
// { script, env } and prints one of what each answered, [method, path, status], or of the error that it ended with.
import express from 'express'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

const PATHS = ['/', '/x', '/mcpx', '/en/mcp', '//mcp', '/health', '/docs/x', '/messages']
const METHODS = ['POST', 'PUT', 'DELETE', 'GET', 'HEAD', 'OPTIONS']

const answers = []
// One after another: each finds its own environment.
for (const { script, env } of JSON.parse(await text(process.stdin))) {
  process.env = { ...env, NODE_ENV: 'test' }
  answers.push(await import(pathToFileURL(script).href).then(answersOf).catch((error) => String(error?.stack)))
}
process.stdout.write(JSON.stringify(answers), () => process.exit())

async function answersOf(program) {
  const { app, handler } = program.published
  const nodeApp =
    typeof app === 'function'
      ? app
      : app === undefined && typeof program.default === 'function' && program.default.length === 3
        ? express().use(program.default)
        : undefined
  const web = app?.fetch?.bind(app) ?? program.default?.fetch ?? handler ?? (typeof program.default === 'function' ? program.default : undefined) ?? program.POST
  const ask = nodeApp ? await overHttp(nodeApp) : web && (async (method, path) => (await web(new Request(`http://localhost${path}`, { method }))).status)
  const found = []
  if (ask) for (const path of PATHS) for (const method of METHODS) found.push([method, path, await ask(method, path)])
  return found
}

async function overHttp(listener) {
  const server = createServer(listener)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return async (method, path) => (await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method })).status
}
