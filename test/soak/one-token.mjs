/** A process of its own that verifies one token and then has nothing more to do. Uses what `npm run build` made. With `close` it gives up when its input ends. */
import { JwksProvider } from '../../dist/src/index.js'

const [issuer, token, then] = process.argv.slice(2)

const provider = new JwksProvider({ issuer, audience: 'https://mcp.example.com/mcp', timeout: 30 })
const answer = provider.verifyToken(token).then(
  (access) => (access === null ? 'no' : 'yes'),
  ({ code }) => code,
)
if (then === 'close') {
  process.stdin.resume().once('end', () => provider.close()) // the issuer has the request by then, and does not answer
}
console.log(await answer)
