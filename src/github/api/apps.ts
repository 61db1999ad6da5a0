/** Whose tokens are taken: those that one of your own GitHub applications got. */

/**
 * Takes the tokens of everybody's applications: `app: anyApp`. Whoever runs any application, or gets hold of a token in
 * any log, is then let in as the user of that token. Only where every holder of a token may act for its user here.
 */
export const anyApp: unique symbol = Symbol.for('bearer-auth-providers.any-app')

/** An OAuth app or a GitHub App of yours, as its settings page names it. */
export interface GitHubApp {
  clientId: string
  /** One that is for this server alone can be changed alone. */
  clientSecret: string
}

/** What an application is asked as. Holds its secret where no printer finds it. */
export class AppCredentials {
  readonly clientId: string
  readonly #authorization: string

  /** @throws TypeError for what is none. */
  constructor(app: unknown) {
    const { clientId, clientSecret } = (app ?? {}) as Partial<Record<keyof GitHubApp, unknown>> // looked at below
    if (typeof clientId !== 'string' || !/^[\w.-]+$/.test(clientId)) throw new TypeError('"app.clientId" must be the client ID of the app, such as "Iv23li…" or "Ov23li…"')
    if (typeof clientSecret !== 'string' || !/^[\x21-\x7E]+$/.test(clientSecret)) throw new TypeError('"app.clientSecret" must be a client secret of the app; is the environment variable set?')
    this.clientId = clientId
    this.#authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`
  }

  static authorization(app: AppCredentials): string {
    return app.#authorization
  }
}

/** @throws TypeError for what names no application. */
export function checkedApps(app: unknown): readonly AppCredentials[] | typeof anyApp {
  if (app === anyApp) return anyApp
  const apps = [app].flat()
  if (app === undefined || app === null || apps.length === 0) {
    throw new TypeError('"app" must be your application, { clientId, clientSecret }, or a list of them; write anyApp to take the tokens of any')
  }
  const checked = apps.map((one) => new AppCredentials(one))
  if (new Set(checked.map(({ clientId }) => clientId)).size < checked.length) throw new TypeError('"app" names the same application twice')
  return checked
}
