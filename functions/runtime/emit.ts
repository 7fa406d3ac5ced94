/** Sends events to the Broker (K_SINK) and knows whether they arrived: awaited, retried, bounded. */
import { Agent, request } from "undici";
import type { Event } from "../contracts/event.ts";
import { ConfigError, type Env, optionalText, url } from "./config.ts";
import { Unavailable } from "./outcome.ts";
import { writeEvent } from "./wire.ts";

export type Emit = (event: Event) => Promise<void>;

export interface EmitConfig {
  /** Where events go; SinkBinding sets K_SINK. */
  sink: string;
  /** Attributes SinkBinding wants on every event (K_CE_OVERRIDES, `{"extensions": {...}}`). */
  extensions: Record<string, string>;
  /** PEM of the CA of an https sink (K_CA_CERTS). */
  caCerts: string | undefined;
}

export function parseEmitConfig(env: Env): EmitConfig {
  const overrides = optionalText(env, "K_CE_OVERRIDES");
  return {
    sink: url(env, "K_SINK"),
    extensions: overrides ? parseOverrides(overrides) : {},
    caCerts: optionalText(env, "K_CA_CERTS"),
  };
}

function parseOverrides(textValue: string): Record<string, string> {
  try {
    const { extensions = {} } = JSON.parse(textValue) as { extensions?: Record<string, unknown> };
    return Object.fromEntries(Object.entries(extensions).map(([name, value]) => [name.toLowerCase(), String(value)]));
  } catch {
    throw new ConfigError('K_CE_OVERRIDES is not JSON like {"extensions": {"name": "value"}}');
  }
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 5_000;
/** 200, 400, 800 ms: a Broker that is away longer than that has lost the round; the next tick starts another. */
const backoffMs = (attempt: number) => 200 * 2 ** attempt;

export function createEmit(config: EmitConfig): Emit & { close(): Promise<void> } {
  const dispatcher = new Agent({
    connections: 16,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: TIMEOUT_MS, ...(config.caCerts && { ca: config.caCerts }) },
  });
  const emit = async (event: Event) => {
    const { headers, body } = writeEvent({ ...event, attributes: { ...event.attributes, ...config.extensions } });
    let problem = "";
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt - 1)));
      try {
        const answer = await request(config.sink, { method: "POST", headers, body, dispatcher });
        await answer.body.dump();
        if (answer.statusCode >= 200 && answer.statusCode < 300) return;
        problem = `status ${answer.statusCode}`;
        // A final refusal does not get better by asking again; 404 is a Broker still starting.
        if (answer.statusCode < 500 && ![404, 408, 409, 429].includes(answer.statusCode)) break;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    }
    throw new Unavailable(`the Broker did not take ${event.type}: ${problem}`);
  };
  return Object.assign(emit, { close: () => dispatcher.close() });
}
