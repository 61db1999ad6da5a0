/** Where a person signs in and says what a client may do: one page with two buttons. There is one person here, and no password. */
import type { Context, Interaction, Provider } from 'oidc-provider/lib/provider.js'

/** Who signs in. */
const PERSON = 'ada'

/** Puts the page in front of the provider, at the place to which it sends browsers. `scopes`: those that mean something to a person. */
export function serveConsentPage(provider: Provider, scopes: readonly string[]): void {
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return next()
    const interaction = await provider.interactionDetails(context.req, context.res)
    if (context.method !== 'POST') return show(context, await pageOf(provider, interaction, scopes))
    const result = context.querystring === 'no' ? REFUSED : await allowed(provider, interaction)
    context.status = 303
    context.redirect(await provider.interactionResult(context.req, context.res, result))
  })
}

const REFUSED = { error: 'access_denied', error_description: 'the person said no' }

/** Signs in and consents at once. What was allowed before stays allowed; a scope that there is not comes into no token. */
async function allowed(provider: Provider, { params, grantId }: Interaction): Promise<object> {
  const { scope = '' } = params
  const before = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  const grant = before ?? new provider.Grant({ accountId: PERSON, clientId: params.client_id })
  grant.addOIDCScope(scope)
  for (const resource of [params.resource ?? []].flat()) grant.addResourceScope(resource, scope)
  return { login: { accountId: PERSON }, consent: { grantId: await grant.save() } }
}

function show(context: Context, page: string): void {
  context.set({
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    // RFC 9700 section 4.16: a page that asks for consent must not be put into a frame.
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  })
  context.body = page
}

async function pageOf(provider: Provider, { params }: Interaction, scopes: readonly string[]): Promise<string> {
  const client = await provider.Client.find(params.client_id)
  const name = asText(client?.clientName ?? params.client_id)
  const asked = (params.scope ?? '').split(' ').filter((scope) => scopes.includes(scope))
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign in</title>
<style>body { font: 18px/1.6 system-ui; max-width: 36rem; margin: 10vh auto; padding: 0 1rem } button { font: inherit }</style>
<h1>Sign in</h1>
<p>A client that calls itself <b>${name}</b> asks for access to <b>${asText(String(params.resource))}</b>.
<p>Your answer goes to <b>${asText(new URL(params.redirect_uri).origin)}</b>.
<form method="post">
<button>Sign in as Ada and allow: ${asText(asked.join(' '))}</button>
<button formaction="?no">No</button>
</form>
`
}

// Clients give themselves their names.
function asText(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
