/** An introspection endpoint in a process of its own: every token is active. */
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const exp = Math.floor(Date.now() / 1000) + 3_600
    const answer = { active: true, iss: 'https://issuer.example', sub: 'ada', client_id: 'notes', aud: 'https://mcp.example.com', scope: 'notes:read notes:write', token_type: 'Bearer', exp }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/introspect`)
})
process.on('disconnect', () => process.exit())
