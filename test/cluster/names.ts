/** The documented names (and those that grew beside them): what a deploy makes, kind by kind. */
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
  nginx: [
    { port: 80, name: "http" },
    { port: 443, name: "https" },
  ],
  "kube-lego-nginx": [{ port: 8080, name: "http" }],
};

/** Container ports of the functions. */
export const CONTAINER_PORTS = { "rotisserie-poller": 3000, "rotisserie-capture": 3003, "rotisserie-ocr": 3001 };

/** Which image each workload runs. */
export const RUNS: Record<string, string> = {
  "rotisserie-poller": "rotisserie-app",
  "rotisserie-capture": "rotisserie-capture",
  "rotisserie-ocr": "rotisserie-ocr",
};
