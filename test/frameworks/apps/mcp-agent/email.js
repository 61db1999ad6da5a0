// In the place of "cloudflare:email", which workerd by itself does not have, and nobody here uses.
export class EmailMessage {}
