/** The example events of functions/contracts, made current: the files tell of a moment long past its deadline. Pure. */

export type EventDocument = Record<string, unknown>;

export interface Freshness {
  now: number;
  /** Makes ids differ, so that no receiver takes the event for one it had. */
  unique: string;
  traceparent: string;
  login?: string;
}

/** As long as the poller gives a round. */
const LIFE_MS = 90_000;

export function freshen(example: EventDocument, { now, unique, traceparent, login }: Freshness): EventDocument {
  const at = (ms: number) => new Date(ms).toISOString();
  const known = (name: string, value: unknown) => (example[name] === undefined ? {} : { [name]: value });
  const data = example.data as EventDocument | undefined;
  return {
    ...example,
    id: `send-${unique}`,
    time: at(now),
    ...known("roundid", `send-${unique}`),
    ...known("traceparent", traceparent),
    ...known("deadline", at(now + LIFE_MS)),
    // A picture is a second old when it has been fetched.
    ...known("frametime", at(now - 1000)),
    ...(login !== undefined && known("subject", login)),
    ...(login !== undefined && data?.login !== undefined && { data: { ...data, login, displayName: login } }),
  };
}

/** `npm run send -- NAME [URL] [--to URL] [--login LOGIN]`; throws with the reason in words. */
export function parseSend(
  words: readonly string[],
  names: readonly string[],
): { name: string; to?: string; login?: string } {
  const options: { to?: string; login?: string } = {};
  const rest: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const key = { "--to": "to", "--login": "login" }[word] as "to" | "login" | undefined;
    if (key) {
      const value = words[++index];
      if (!value) throw new Error(`${word} needs a value`);
      options[key] = value;
    } else if (word.startsWith("-")) throw new Error(`${word} is unknown: there are --to URL and --login LOGIN`);
    else rest.push(word);
  }
  const [name = "", to = options.to] = rest;
  if (!names.includes(name)) throw new Error(`which event? One of ${names.join(", ")}`);
  if (to !== undefined && !/^https?:\/\/[^/]/.test(to)) throw new Error(`${to} is no http or https URL`);
  return { name, ...(to !== undefined && { to }), ...(options.login !== undefined && { login: options.login }) };
}
