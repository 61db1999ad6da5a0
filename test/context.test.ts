import { describe, expect, test, vi } from 'vitest'
import { accessToken, AuthenticationError, AuthUnavailableError, getAccessToken, InsufficientScopeError, requireAuth, withAccessToken } from '../src/index.js'

const warnings: string[] = []
vi.spyOn(process, 'emitWarning').mockImplementation((text) => void warnings.push(String(text)))

const token = accessToken({ token: 'a-token', claims: { sub: 'ada' }, scopes: ['notes:read', 'notes:write'] })

describe('getAccessToken', () => {
  test('is null outside of a request and for a request without a token', () => {
    expect(getAccessToken()).toBeNull()
    expect(withAccessToken(null, getAccessToken)).toBeNull()
  })

  test('is the token inside, across awaits', async () => {
    await withAccessToken(token, async () => {
      await new Promise((resolve) => setImmediate(resolve))
      expect(getAccessToken()).toBe(token)
    })
    expect(getAccessToken()).toBeNull()
  })

  test('requests do not see each other', async () => {
    const other = accessToken({ token: 'another', claims: { sub: 'bob' }, scopes: [] })
    const seen = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        withAccessToken(n % 2 ? token : other, async () => {
          await new Promise((resolve) => setImmediate(resolve))
          return getAccessToken()?.subject
        }),
      ),
    )
    expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => (n % 2 ? 'ada' : 'bob')))
  })

  test('one store serves every copy of the package', async () => {
    // @ts-expect-error a query makes the module loader take it for another module; there are no types for it
    const copy = (await import('../src/context.js?second-copy')) as typeof import('../src/context.js')
    expect(copy.getAccessToken).not.toBe(getAccessToken)
    expect(withAccessToken(token, () => copy.getAccessToken())).toBe(token)
  })
})

describe('requireAuth', () => {
  test('gives the token when it has every scope', () => {
    expect(withAccessToken(token, () => requireAuth())).toBe(token)
    expect(withAccessToken(token, () => requireAuth('notes:read', 'notes:write'))).toBe(token)
  })

  test.each([
    ['outside of a request', () => requireAuth()],
    ['without a token', () => withAccessToken(null, () => requireAuth('notes:read'))],
  ])('%s throws "Authentication required", 401', (_, run) => {
    expect(run).toThrow(AuthenticationError)
    expect(run).toThrow('Authentication required')
    expect(thrownBy(run)).toMatchObject({ code: 'ERR_AUTHENTICATION_REQUIRED', status: 401, statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } })
  })

  test('with a scope missing throws 403 and names every scope that is needed', () => {
    const run = (): unknown => withAccessToken(token, () => requireAuth('notes:read', 'admin'))
    expect(run).toThrow(InsufficientScopeError)
    expect(thrownBy(run)).toMatchObject({ code: 'ERR_INSUFFICIENT_SCOPE', status: 403, requiredScopes: ['notes:read', 'admin'] })
  })

  test('where no gate is around, the developer is told once', () => {
    expect(warnings.filter((text) => text.includes('no bearerAuth is around'))).toHaveLength(1)
  })

  test.each(['notes:read notes:write', '', 'quo"te'])('%j is no scope and says so', (scope) => {
    expect(() => withAccessToken(token, () => requireAuth(scope))).toThrow(/one scope per argument/)
  })

  test('the errors have no stack that a framework could send to a client', () => {
    expect(new AuthenticationError().stack).toBe('AuthenticationError: Authentication required')
    expect(new InsufficientScopeError(['admin']).stack).toBe('InsufficientScopeError: Insufficient scope: this needs admin')
  })

  test('the errors answer as Response too, and never with the token', async () => {
    const response = (thrownBy(() => withAccessToken(token, () => requireAuth('admin'))) as InsufficientScopeError).getResponse()
    expect(response.status).toBe(403)
    expect(response.headers.get('WWW-Authenticate')).toContain('insufficient_scope')
    expect(await response.text()).not.toContain('a-token')
    expect(new AuthUnavailableError('no answer').getResponse().status).toBe(503)
  })
})

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
