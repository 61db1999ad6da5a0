/** How the gate reads the headers of a request, whatever server it came to. */

/** Every value of a request header, as they came, by its name in small letters; empty where it did not come. */
export type ReadHeader = (name: string) => readonly string[]

/** Those of a `Request`, which joins the values of one name with commas: no token has one in it. */
export function headersIn(headers: Headers): ReadHeader {
  return (name) => [headers.get(name) ?? []].flat()
}
