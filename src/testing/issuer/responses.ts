/** The answers of OAuth endpoints. */

/** A success, or an error as RFC 6749 section 5 has both: not to be stored. */
export function json(body: object, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { 'Cache-Control': 'no-store', ...headers } })
}

/** RFC 6749 section 5.2, and those who say the same after it. The description is a constant: nothing of the request is in it. */
export function oauthError(error: string, description: string, status = 400): Response {
  return json({ error, error_description: description }, status)
}

export const INVALID_CLIENT = (): Response =>
  json({ error: 'invalid_client', error_description: 'the client is unknown, or its secret is wrong' }, 401, { 'WWW-Authenticate': 'Basic realm="test issuer"' })

export function redirectTo(url: URL): Response {
  return new Response(null, { status: 302, headers: { Location: url.href, 'Cache-Control': 'no-store' } })
}

export function page(html: string, status = 200): Response {
  return new Response(`<!doctype html><meta charset="utf-8">${html}`, { status, headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' } })
}
