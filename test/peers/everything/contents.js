// The pieces that tools, resources and prompts answer with.
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const SILENCE = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='

export const image = { type: 'image', data: PIXEL, mimeType: 'image/png' }
export const sound = { type: 'audio', data: SILENCE, mimeType: 'audio/wav' }

export function text(words) {
  return { type: 'text', text: words }
}

export function embedded(uri, words) {
  return { type: 'resource', resource: { uri, mimeType: 'text/plain', text: words } }
}

export function says(...content) {
  return { content }
}
