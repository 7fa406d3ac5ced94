/** Events through functions-framework: read, handled, answered, counted. */
import type { Server } from "node:http";
import { http as register } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { originalHeaders } from "./body.ts";
import { errorFields } from "./log.ts";
import { outcomeOf, Rejected } from "./outcome.ts";
import { answer } from "./routes.ts";
import type { FunctionOptions } from "./serve.ts";
import { type RawEvent, readEvent, writeEvent } from "./wire.ts";

/** The functions-framework server that runs our handler. It never listens: requests are handed to it. */
export function frameworkServer(options: FunctionOptions, working: Set<AbortController>): Server {
  const { name, log, metrics } = options;
  const handlers = new Map(options.subscriptions.map((subscription) => [subscription.type, subscription]));
  register(name, async (request, response) => {
    const started = performance.now();
    const done = metrics.eventSeconds.startTimer();
    metrics.inFlight.inc();
    let type = "unknown";
    let outcome = "failed";
    // One controller per request and no AbortSignal.any(): measured on Node 20.20, each call of that keeps 2 KB for good.
    const hungUp = new AbortController();
    working.add(hungUp);
    response.once("close", () => hungUp.abort(new Error("the sender hung up")));
    try {
      const raw = readEvent(originalHeaders(request), request.rawBody ?? Buffer.alloc(0));
      if (options.onDeadLetter && isDeadLetter(raw)) {
        outcome = "dead-letter";
        options.onDeadLetter(raw);
        response.status(204).end();
        return;
      }
      const handler = handlers.get(raw.type);
      if (!handler) throw new Rejected(422, `${name} does not take events of type ${raw.type.slice(0, 100)}`);
      type = raw.type;
      const reply = await handler.handle(raw, { signal: hungUp.signal }, Date.now());
      outcome = reply === "expired" ? "expired" : "handled";
      // 2xx with an empty body acknowledges; any other body that is no CloudEvent would be a failure to the broker.
      if (reply === undefined || reply === "expired") {
        response.status(204).end();
      } else {
        const { headers, body } = writeEvent(reply);
        response.status(200).set(headers).end(body);
      }
      log.debug({ type, subject: raw.subject, id: raw.id, ms: Math.round(performance.now() - started) }, outcome);
    } catch (error) {
      const { status, reason, final, retryAfterSeconds } = outcomeOf(error);
      outcome = final ? "rejected" : status === 500 ? "failed" : "unavailable";
      const fields = status === 500 ? errorFields(error) : { reason };
      log[status === 500 ? "error" : "warn"]({ type, status, ...fields }, "event not handled");
      if (retryAfterSeconds !== undefined) response.set("retry-after", String(Math.ceil(retryAfterSeconds)));
      if (!response.headersSent) answer(response, status, reason);
    } finally {
      working.delete(hungUp);
      metrics.inFlight.dec();
      metrics.events.inc({ type, outcome });
      done({ type });
    }
  });
  return getTestServer(name);
}

/**
 * Measured on Knative 1.23: after a timeout or an answer that was no event a dead letter has no knativeerror attributes,
 * but the in-memory Broker leaves its own time to live on it, which it takes off every normal delivery.
 */
function isDeadLetter({ attributes }: RawEvent): boolean {
  return attributes.knativeerrordest !== undefined || attributes.knativebrokerttl !== undefined;
}
