/** Finds duplicate names in JSON, of which `JSON.parse` takes the last one without a word. */

/** True when an object in this JSON has a name twice. The text must be valid JSON. */
export function hasRepeatedName(json: string): boolean {
  const open: Set<unknown>[] = []
  for (const [part, name] of json.matchAll(PARTS)) {
    if (part === '{') open.push(new Set())
    else if (part === '}') open.pop()
    else if (name !== undefined && !isNew(open.at(-1), name.includes('\\') ? JSON.parse(name) : name.slice(1, -1))) return true
  }
  return false
}

/** Matches braces, names, and other strings, so that nothing within those counts. */
const PARTS = /[{}]|("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"/g

function isNew(names: Set<unknown> | undefined, name: unknown): boolean {
  const before = names?.size
  return names?.add(name).size !== before
}
