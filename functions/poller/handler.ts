/** What the poller does with each event. */
import { type CountRead, countRead, type FrameMissed, frameMissed, tick } from "../contracts/events.ts";
import { on, type Subscription } from "../runtime/serve.ts";
import type { Cause } from "./round.ts";

export interface HandlerDeps {
  round: (cause: Cause) => Promise<void>;
  takeAnswer: (event: CountRead | FrameMissed) => Promise<void>;
}

export function createSubscriptions({ round, takeAnswer }: HandlerDeps): Subscription[] {
  const take = async (event: CountRead | FrameMissed) => {
    await takeAnswer(event);
    return undefined;
  };
  return [
    {
      type: tick.type,
      // No reply: PingSource's ticks come through the Broker, and one reply could carry only one stream.
      handle: async ({ id, attributes: { traceparent } }) => {
        await round({ ...causeId(id), ...(isTrace(traceparent) && { traceparent }) });
        return undefined;
      },
    },
    on(countRead, take),
    on(frameMissed, take),
  ];
}

/** The tick's id becomes the round's where it has a round's form. */
function causeId(id: string): { id?: string } {
  return /^[A-Za-z0-9._-]{1,64}$/.test(id) ? { id } : {};
}

function isTrace(value: unknown): value is string {
  return typeof value === "string" && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(value);
}
