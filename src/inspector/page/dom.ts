/** Makes elements. Whatever is shown goes in as text, and never as markup: tokens are written by strangers. */

type Child = Node | string | undefined | false

/** An element with attributes and children: nothing here sets a handler, and a text stays a text. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value)
  element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false))
  return element
}

export function svg(name: 'svg' | 'rect', attributes: Readonly<Record<string, string | number>>, ...children: readonly Node[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value))
  element.append(...children)
  return element
}

/** The element of this id, where the document has it. */
export function find<Type extends HTMLElement>(id: string, type: new () => Type): Type | undefined {
  const element = document.getElementById(id)
  return element instanceof type ? element : undefined
}

/** Replaces what stands in an element. */
export function show(element: Element | undefined, ...children: readonly Child[]): void {
  element?.replaceChildren(...children.filter((child): child is Node | string => child !== undefined && child !== false))
}

/** Writes a text where it is another than before: a screen reader says each change. */
export function say(element: Element | undefined, text: string): void {
  if (element !== undefined && element.textContent !== text) element.textContent = text
}

/** An answer of the server: what it says in JSON, or a sentence about what went wrong. */
export type Answered = { readonly value: unknown } | { readonly problem: string; readonly status: number }

/** Asks the server that this page is of. `body`: sent as JSON, with `POST`. */
export async function ask(path: string, body?: object, method = body === undefined ? 'GET' : 'POST'): Promise<Answered> {
  try {
    const response = await fetch(path, { method, ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }) })
    const value: unknown = await response.json()
    return response.ok ? { value } : { problem: problemIn(value), status: response.status }
  } catch {
    return { problem: 'The server does not answer', status: 0 }
  }
}

function problemIn(value: unknown): string {
  return typeof value === 'object' && value !== null && 'problem' in value && typeof value.problem === 'string' ? value.problem : 'The server did not say why'
}
