/** Holds that `./fetch` fits handlers of `Request` and `Response`. */
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { audience, holds, options, provider } from './given.js'
import type { Equal } from './given.js'

const guarded = fetchAuth(provider, options)(async (request: Request, env: { readonly KEY: string }) => new Response(env.KEY + request.url))
holds<Equal<Parameters<typeof guarded>, [request: Request, env: { readonly KEY: string }]>>()
holds<Equal<ReturnType<typeof guarded>, Promise<Response>>>()

// @ts-expect-error TS2322 a URL as clients write it, compared to the letter
fetchAuth(provider, { resource: new URL(audience) })
