/** What is remembered on this device, under one key each. A browser that refuses storage only forgets. */
import * as v from "valibot";
import { GameId, Login } from "../../../functions/contracts/event.ts";

const schemas = {
  pin: v.object({
    login: Login,
    name: v.optional(v.pipe(v.string(), v.maxLength(100))),
    url: v.optional(v.pipe(v.string(), v.maxLength(2048))),
  }),
  game: GameId,
  language: v.pipe(v.string(), v.regex(/^[a-z]{2,8}(-[a-z0-9]{1,8})?$|^$/i)),
  theme: v.picklist(["dark", "light"]),
  theatre: v.boolean(),
  keys: v.boolean(),
  sound: v.object({ muted: v.boolean(), volume: v.pipe(v.number(), v.minValue(0), v.maxValue(1)) }),
};
type Schemas = typeof schemas;
export type Key = keyof Schemas;
export type Value<K extends Key> = v.InferOutput<Schemas[K]>;

const name = (key: Key) => `rotisserie.${key}`;

export function recall<K extends Key>(key: K): Value<K> | undefined {
  try {
    const text = localStorage.getItem(name(key));
    if (text === null) return undefined;
    const result = v.safeParse(schemas[key], JSON.parse(text));
    return result.success ? (result.output as Value<K>) : undefined;
  } catch {
    return undefined;
  }
}

export function remember<K extends Key>(key: K, value: Value<K> | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(name(key));
    else localStorage.setItem(name(key), JSON.stringify(value));
  } catch {
    // Private windows may refuse; nothing depends on it.
  }
}
