/** Describes Standard Schema v1, as far as it is needed here: what zod, valibot and arktype have in common. Imports none of them. */

/** A schema of zod, valibot, arktype or any other library that follows https://standardschema.dev. */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

type SchemaResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Checks a schema. @throws TypeError for what is none. Returns it. */
export function checkedSchema<Output>(name: string, schema: StandardSchema<Output>): StandardSchema<Output> {
  // arktype's schemas are functions.
  const standard: unknown = typeof schema === 'object' || typeof schema === 'function' ? schema?.['~standard'] : undefined
  if (typeof standard === 'object' && standard !== null && 'validate' in standard && typeof standard.validate === 'function') return schema
  throw new TypeError(`"${name}" must be a schema of zod, valibot, arktype or another library that follows Standard Schema`)
}
