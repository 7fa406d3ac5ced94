/** Where the wiring's destinations are on this machine. Pure. */
import type { Destination, Wiring } from "./wiring.ts";

/** Every address, looked up once: a Service that nobody runs stops the start, not the first event. */
export function resolveAddresses(
  { triggers }: Wiring,
  addressOf: (serviceName: string) => URL | undefined,
): (to: Destination) => URL {
  const known = new Map<Destination, URL>();
  for (const { name, subscriber, deadLetterSink } of triggers) {
    for (const to of [subscriber, deadLetterSink]) {
      if (!to) continue;
      const base = "url" in to ? new URL(to.url) : addressOf(to.service);
      if (!base) throw new Error(`Trigger ${name} calls Service ${nameOf(to)}, which does not run here`);
      known.set(to, "url" in to ? base : new URL(to.path, base));
    }
  }
  return (to) => {
    const url = known.get(to);
    if (!url) throw new Error(`${nameOf(to)} is not in the wiring`);
    return url;
  };
}

/** A Service's name, or the address where there is no name. */
export function nameOf(to: Destination): string {
  return "service" in to ? to.service : to.url;
}

/** As Knative writes an address: without the slash of an empty path. */
export function written(url: URL): string {
  return url.pathname === "/" && !url.search ? url.origin : url.href;
}
