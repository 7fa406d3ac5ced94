/** The documented names (and those that grew beside them): what `task demo` makes, kind by kind. Held against the files, too. */
export const NAMES: Record<string, string[]> = {
  "brokers.eventing.knative.dev": ["rotisserie"],
  "pingsources.sources.knative.dev": ["rotisserie-tick"],
  "sinkbindings.sources.knative.dev": ["rotisserie-poller"],
  "services.serving.knative.dev": ["rotisserie-capture", "rotisserie-ocr", "rotisserie-poller"],
  "triggers.eventing.knative.dev": [
    "rotisserie-capture-stream-found",
    "rotisserie-ocr-frame-captured",
    "rotisserie-poller-count-read",
    "rotisserie-poller-frame-missed",
    "rotisserie-poller-tick",
  ],
  "deployments.apps": [
    "default-http-backend",
    "kube-lego",
    "nginx",
    "rotisserie-app",
    "rotisserie-simulator",
    "rotisserie-static",
  ],
  services: [
    "default-http-backend",
    "kube-lego-nginx",
    "nginx",
    "rotisserie-app",
    "rotisserie-simulator",
    "rotisserie-static",
  ],
  configmaps: ["kube-lego", "kube-lego-status", "nginx"],
  "ingresses.networking.k8s.io": ["kube-lego-nginx", "rotisserie-ingress"],
};

/** Service, port, its name. */
export const PORTS: Record<string, { port: number; name: string }[]> = {
  "rotisserie-app": [{ port: 3000, name: "rotisserie-app" }],
  "rotisserie-static": [{ port: 8082, name: "rotisserie-static" }],
  "rotisserie-simulator": [{ port: 8080, name: "http" }],
  "default-http-backend": [{ port: 80, name: "http" }],
  nginx: [
    { port: 80, name: "http" },
    { port: 443, name: "https" },
  ],
  "kube-lego-nginx": [{ port: 8080, name: "http" }],
};

/** The functions: which image each runs, and on which port. */
export const FUNCTIONS: Record<string, { image: string; port: number }> = {
  "rotisserie-poller": { image: "rotisserie-app", port: 3000 },
  "rotisserie-capture": { image: "rotisserie-capture", port: 3003 },
  "rotisserie-ocr": { image: "rotisserie-ocr", port: 3001 },
};

/** The Deployments, each with the label app: its name. */
export const DEPLOYMENTS: Record<string, { image: string; port: number }> = {
  "default-http-backend": { image: "rotisserie-static", port: 8080 },
  "kube-lego": { image: "rotisserie-app", port: 3002 },
  nginx: { image: "rotisserie-static", port: 8080 },
  "rotisserie-app": { image: "rotisserie-static", port: 3000 },
  "rotisserie-simulator": { image: "rotisserie-simulator", port: 8080 },
  "rotisserie-static": { image: "rotisserie-static", port: 8082 },
};
