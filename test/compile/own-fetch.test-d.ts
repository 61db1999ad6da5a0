/** Holds that a `fetch` of one's own fits. */
import { Agent, fetch as undiciFetch } from 'undici'
import { IntrospectionProvider, JwksProvider } from '../../src/index.js'
import { audience, clientAuth, issuer } from './given.js'

// The global fetch, one around it, and undici's, whose types differ.
const dispatcher = new Agent()
new IntrospectionProvider({ issuer, audience, clientAuth, fetch })
new IntrospectionProvider({ issuer, audience, clientAuth, fetch: (url, init) => fetch(url, init) })
new IntrospectionProvider({ issuer, audience, clientAuth, fetch: (url, init) => undiciFetch(url, { ...init, dispatcher }) })
new JwksProvider({ issuer, audience, fetch: (url, init) => undiciFetch(url, { ...init, dispatcher }) })
