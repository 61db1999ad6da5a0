using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      compatibilityDate = "2026-07-01",
      compatibilityFlags = ["nodejs_compat"],
      bindings = [(name = "UPSTREAM", fromEnvironment = "UPSTREAM")],
    )),
    # The issuers are on this machine, which workers may not reach by default.
    (name = "internet", network = (allow = ["public", "local", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
