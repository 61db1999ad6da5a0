import { requireAuth } from 'bearer-auth-providers'
import { protect } from '../../../gate'
import type { NextRequest } from 'next/server'

// What Next.js gives beside the request is handed on.
export const DELETE = protect(async (_request: NextRequest, { params }: RouteContext<'/notes/[id]'>) => {
  const { subject } = requireAuth('notes:write')
  return Response.json(`${subject} deleted ${(await params).id}`)
})
