/** Who verifies JWTs does not pay for introspection. Needs `npm run build` before. */
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'

test('openid-client is loaded by the first question that needs it, and not by the package, by JwksProvider, or for a secret in the header', () => {
  const loader = `data:text/javascript,${encodeURIComponent(`export async function resolve(specifier, context, next) { if (specifier === 'openid-client') console.log('openid-client'); return next(specifier, context) }`)}`
  const run = (code: string): string => {
    const register = `data:text/javascript,${encodeURIComponent(`import { register } from 'node:module'; register(${JSON.stringify(loader)})`)}`
    const { stdout, status, stderr } = spawnSync(process.execPath, ['--import', register, '--input-type=module', '--eval', code], { encoding: 'utf8', timeout: 100_000 })
    expect(status, stderr).toBe(0)
    return stdout
  }
  const load = `const { IntrospectionProvider, JwksProvider, clientSecretBasic, clientSecretPost } = await import(${JSON.stringify(new URL('../../dist/src/index.js', import.meta.url).href)});`
  const jwks = `await new JwksProvider({ issuer: 'https://id.example.com', audience: 'a', jwks: { keys: [${JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }))}] } }).verifyToken('eyJ.a.b');`
  const made = (way: string): string => `const one = new IntrospectionProvider({ endpoint: 'http://127.0.0.1:9/', audience: 'a', clientAuth: ${way}('a', 'b') });`
  const asked = 'await one.verifyToken("a").catch(() => undefined)'
  expect(run(load + jwks + made('clientSecretPost'))).toBe('')
  expect(run(load + made('clientSecretBasic') + asked)).toBe('')
  expect(run(load + made('clientSecretPost') + asked)).toContain('openid-client')
})
