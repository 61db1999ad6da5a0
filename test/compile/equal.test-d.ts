/** Holds that `Equal` itself tells types apart: if it took `any` for anything, every other assertion would be hollow. */
import { holds } from './given.js'
import type { Equal } from './given.js'

holds<Equal<string, string>>()
// @ts-expect-error TS2344 Equal must tell two types apart
holds<Equal<string, number>>()
// @ts-expect-error TS2344 Equal must tell any from a type
holds<Equal<string, any>>()
// @ts-expect-error TS2344 Equal must tell an optional member from one that may be undefined
holds<Equal<{ a?: string }, { a: string | undefined }>>()
// @ts-expect-error TS2344 Equal must tell a member that can be written from one that cannot
holds<Equal<{ a: string }, { readonly a: string }>>()
