import { protect } from '$lib/auth'
import type { Handle } from '@sveltejs/kit'

export const handle: Handle = ({ event, resolve }) => protect(() => resolve(event))(event.request)
