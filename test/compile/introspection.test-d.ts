/** Holds which options make an `IntrospectionProvider` or a `UserInfoProvider`: no mixture of ways, no audience left out. */
import { anyAudience, googleTokenInfo, IntrospectionProvider, UserInfoProvider } from '../../src/index.js'
import { audience, clientAuth, holds, issuer, jwks } from './given.js'
import type { AccessToken } from '../../src/index.js'
import type { Equal } from './given.js'

new IntrospectionProvider({ issuer, audience, clientAuth, signed: {} })
new IntrospectionProvider({ endpoint: issuer, audience: anyAudience, clientAuth })
new UserInfoProvider({ tokenInfo: googleTokenInfo, audience })
new UserInfoProvider({ userInfoEndpoint: issuer, audience: anyAudience })
holds<Equal<ReturnType<IntrospectionProvider['verifyToken']>, Promise<AccessToken | null>>>()
// @ts-expect-error TS2345 no audience
new IntrospectionProvider({ issuer, clientAuth })
// @ts-expect-error TS2345 nobody says who asks
new IntrospectionProvider({ issuer, audience })
// @ts-expect-error TS2345 nobody to ask
new IntrospectionProvider({ audience, clientAuth })
// @ts-expect-error TS2345 signed answers of an issuer without a name
new IntrospectionProvider({ endpoint: issuer, audience, clientAuth, signed: {} })
// @ts-expect-error TS2345 userinfo does not say whose application a token is for
new UserInfoProvider({ userInfoEndpoint: issuer, audience })
// @ts-expect-error TS2345 nothing to ask
new UserInfoProvider({ audience: anyAudience })
// @ts-expect-error TS2322 two places for the keys of signed answers, and which one counts?
new IntrospectionProvider({ issuer, audience, clientAuth, signed: { jwks, jwksUri: issuer } })
// @ts-expect-error TS2322 false is not the opt-out
new IntrospectionProvider({ issuer, audience: false, clientAuth })
// @ts-expect-error TS2739 one way to authenticate, not several
new IntrospectionProvider({ issuer, audience, clientAuth: [clientAuth] })
// @ts-expect-error TS2739 a way to authenticate is made by its function, and by nothing else
new IntrospectionProvider({ issuer, audience, clientAuth: { method: 'none', clientId: 'a' } })
