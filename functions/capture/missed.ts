/** Why there is no picture: an error while it happens, a frame.missed event once the handler has it. */
import type { MissedReason } from "../contracts/events.ts";

export class Missed extends Error {
  override readonly name = "Missed";
  readonly retryAfterSeconds: number | undefined;
  constructor(
    readonly reason: MissedReason,
    /** For people; never a URL, a path or a token. */
    detail: string,
    options: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail.slice(0, 300), { cause: options.cause });
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Bytes that are not what they claim to be. A picture is never made of them. */
export class Damaged extends Missed {
  constructor(detail: string) {
    super("no-video", detail);
  }
}
