import { protect } from '$lib/auth'
import { requireAuth } from 'bearer-auth-providers'
import type { RequestHandler } from './$types'

// SvelteKit would answer what `requireAuth` throws with 500.
export const DELETE: RequestHandler = ({ request, params }) =>
  protect(() => {
    const { subject } = requireAuth('notes:write')
    return Response.json(`${subject} deleted ${params.id}`)
  })(request)
