using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      compatibilityDate = "2026-07-01",
      compatibilityFlags = ["nodejs_compat"],
      durableObjectNamespaces = [(className = "Notes", uniqueKey = "notes", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"),
      bindings = [
        (name = "MCP_OBJECT", durableObjectNamespace = "Notes"),
        (name = "SESSION_SECRET", text = "a secret of thirty-two characters"),
      ],
    )),
    (name = "objects", disk = (path = "objects", writable = true)),
    # The issuer that is not there would be on this machine, which workers may not reach by default.
    (name = "internet", network = (allow = ["public", "local", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
