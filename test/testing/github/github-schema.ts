/** GitHub's own description of its API, as a judge of answers. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import type { ValidateFunction } from 'ajv'

interface Described {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>> }>>
    >
  >
}

const described = ['openapi-slice', 'openapi-installation'].map((name) => JSON.parse(readFileSync(`test/vectors/github/${name}.json`, 'utf8')) as Described)
const paths = Object.assign({}, ...described.map((one) => one.paths)) as Described['paths']

// OpenAPI's own words beside those of JSON Schema.
const ajv = new Ajv({ strict: false, allErrors: true })
formats.default(ajv)

const validators = new Map<string, ValidateFunction>()

/** "Basic Error": what GitHub says where the description of a path does not name the status. */
const BASIC_ERROR = ['/user', 'get', '401'] as const

/** What the description has against an answer; empty where it is as described. `path`: with its parameters by name. */
export function objections(method: string, path: string, status: number, body: string): readonly string[] {
  const described = paths[path]?.[method.toLowerCase()]?.responses[status]
  if (described === undefined && status < 400) return [`${method} ${path} does not answer ${status}`]
  const schema = described === undefined ? schemaOf(...BASIC_ERROR) : described.content?.['application/json']?.schema
  if (schema === undefined) return body === '' ? [] : ['there must be no body']
  const key = `${method} ${path} ${described === undefined ? 'error' : status}`
  const validate = validators.get(key) ?? ajv.compile(schema)
  validators.set(key, validate)
  return validate(JSON.parse(body)) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

function schemaOf(path: string, method: string, status: string): object | undefined {
  return paths[path]?.[method]?.responses[status]?.content?.['application/json']?.schema
}

/** Of the paths that are described. */
export function templateOf(path: string): string | undefined {
  const plain = path.split('?', 1)[0] ?? ''
  return Object.keys(paths).find((template) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(plain))
}

/** All that is described: method, path, status. */
export const DESCRIBED = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { responses }]) => Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`)),
)
