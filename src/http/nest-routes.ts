/** This file finds the routes of a Nest application that say of themselves that they are open. Imports nothing of Nest. */
import type { ExcludedRoute } from '../gate/gate-options.js'

/** What we need of an application, structurally: its controllers by module, and what goes in front of their paths. */
interface NestApplication {
  readonly container?: { getModules?(): ReadonlyMap<unknown, NestModule> }
  readonly config?: { getGlobalPrefix?(): string; getGlobalPrefixOptions?(): { readonly exclude?: unknown }; getVersioning?(): unknown }
}
interface NestModule {
  readonly metatype?: object
  readonly controllers?: ReadonlyMap<unknown, { readonly metatype?: unknown }>
}
type Controller = (new (...deps: never[]) => object) & { readonly prototype: object }

/** Controllers and handlers that were marked. */
const PUBLIC = new WeakSet<object>()

/** Marks a controller, or the handler that a decorator is given as a descriptor. */
export function markPublic(target: object, descriptor: { readonly value?: unknown } | undefined): void {
  const marked = descriptor === undefined ? target : descriptor.value
  if (typeof marked !== 'function') throw new TypeError('@Public() stands on a controller or on one of its handlers')
  PUBLIC.add(marked)
}

/** The paths of what was marked, each with its methods. @throws TypeError for one that cannot be said for certain, or that is another handler's too. */
export function markedRoutes(app: NestApplication): ExcludedRoute[] {
  const modules = app.container?.getModules?.()
  if (modules === undefined) throw new TypeError('publicRoutes takes the application: const app = await NestFactory.create(AppModule)')
  const all = [...modules.values()].flatMap((module) =>
    [...(module.controllers?.values() ?? [])].flatMap(({ metatype }) => (isController(metatype) ? routesOf(metatype, module, app) : [])),
  )
  return all.filter(({ isPublic }) => isPublic).map((route) => exclusionOf(route, all))
}

interface Route {
  readonly path: string
  /** None for all of them. */
  readonly methods: readonly string[]
  readonly isPublic: boolean
}

function routesOf(controller: Controller, module: NestModule, { config }: NestApplication): Route[] {
  return handlersOf(controller).flatMap((handler) => {
    const isPublic = PUBLIC.has(controller) || PUBLIC.has(handler)
    const prefix = config?.getGlobalPrefix?.() ?? ''
    const isPlain = (prefix === '' || config?.getGlobalPrefixOptions?.().exclude === undefined) && config?.getVersioning?.() === undefined
    const methods = METHODS[Number(metadataOf('method', handler))]
    // Paths know no hosts: a path that is open at one is open at the others.
    const isCertain = isPlain && methods !== undefined && metadataOf('host', controller) === undefined
    if (isPublic && !isCertain) throw new TypeError(UNCERTAIN)
    const below = [metadataOf('path', controller), metadataOf('path', handler)].map((paths) => [paths ?? ''].flat().map(String))
    const [first = [], second = []] = below
    return first.flatMap((one) => second.map((other) => ({ path: pathOf([prefix, modulePathOf(module), one, other]), methods: methods ?? [], isPublic })))
  })
}

function pathOf(parts: readonly string[]): string {
  return `/${parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '').join('/')}`
}

function exclusionOf(route: Route, all: readonly Route[]): ExcludedRoute {
  const { path, methods } = route
  if (!/^[\w/.~-]*$/.test(path)) throw new TypeError(`@Public() on "${path}", which is a pattern: name what is open with "exclude"`)
  // Which of the two Nest takes is a matter of their order, and HEAD goes with GET.
  const other = all.find((one) => !one.isPublic && one.path.toLowerCase() === path.toLowerCase() && isAnyOf(one.methods, methods))
  if (other !== undefined) throw new TypeError(`@Public() would open "${path}" for a handler without it, too: mark both, or give each a path of its own`)
  return { path, exact: true, ...(methods.length > 0 && { methods }) }
}

function isAnyOf(some: readonly string[], others: readonly string[]): boolean {
  const [few, more] = [some, others].map((methods) => methods.map((one) => (one === 'HEAD' ? 'GET' : one)))
  return few === undefined || more === undefined || few.length === 0 || more.length === 0 || few.some((one) => more.includes(one))
}

const UNCERTAIN =
  'publicRoutes cannot say where routes with @Public() are: with versions, with hosts of controllers, or with exceptions from the global prefix, name their paths with "exclude"'

/** The handlers of a controller and of those that it extends; one that was written anew counts as it stands last. */
function handlersOf({ prototype }: Controller): object[] {
  const byName = new Map<string, unknown>()
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) if (!byName.has(name)) byName.set(name, value)
  }
  return [...byName.values()].filter((value): value is object => typeof value === 'function' && metadataOf('path', value) !== undefined)
}

/** RouterModule's prefix, which Nest keeps by the id of the application. */
function modulePathOf({ metatype }: NestModule): string {
  const key = metatype === undefined ? undefined : keysOf(metatype).find((name) => typeof name === 'string' && name.startsWith('__module_path__'))
  return key === undefined || metatype === undefined ? '' : String(metadataOf(key, metatype) ?? '')
}

/** What `reflect-metadata` adds, which Nest brings along. */
interface Reflecting {
  getMetadata?(key: unknown, target: object): unknown
  getMetadataKeys?(target: object): unknown[]
}

function metadataOf(key: unknown, target: object): unknown {
  return (Reflect as Reflecting).getMetadata?.(key, target)
}

function keysOf(target: object): unknown[] {
  return (Reflect as Reflecting).getMetadataKeys?.(target) ?? []
}

function isController(value: unknown): value is Controller {
  return typeof value === 'function'
}

/** By Nest's `RequestMethod`; none for all of them. */
const METHODS: readonly (readonly string[])[] = [['GET'], ['POST'], ['PUT'], ['DELETE'], ['PATCH'], [], ['OPTIONS'], ['HEAD'], ['SEARCH']]
