/** `task secrets`: Secret twitch-auth from the environment, and a new revision of the poller that reads it. */
import { type Env, optionalText } from "../../functions/runtime/config.ts";
import type { Kubectl } from "./kubectl.ts";

/** @throws Error naming the variable that is missing. */
export function secretFrom(env: Env): object {
  const clientID = optionalText(env, "clientID") ?? optionalText(env, "TWITCH_CLIENT_ID");
  const clientSecret = optionalText(env, "clientSecret") ?? optionalText(env, "TWITCH_CLIENT_SECRET");
  const token = optionalText(env, "token");
  if (!clientID)
    throw new Error("clientID is not set: clientID=... clientSecret=... task secrets (from dev.twitch.tv/console)");
  if (!clientSecret && !token)
    throw new Error("neither clientSecret nor token is set: clientSecret lets the token renew itself");
  const given = Object.entries({ clientID, clientSecret, token }).filter(([, value]) => value !== undefined);
  // Not stringData: of that the server forgets who set it, and a key that is no longer given would stay.
  const data = Object.fromEntries(given.map(([key, value]) => [key, Buffer.from(value ?? "").toString("base64")]));
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "twitch-auth" }, type: "Opaque", data };
}

/** @returns what was done, in words. */
export async function makeSecret(secret: object, kubectl: Kubectl): Promise<string> {
  // Through standard input: an argument would be in the process list.
  await kubectl(["apply", "--server-side", "--force-conflicts", "--field-manager", "rotisserie-secrets", "-f", "-"], {
    input: JSON.stringify(secret),
  });
  const version = await secretVersion(kubectl);
  const patch = JSON.stringify({
    spec: { template: { metadata: { annotations: { "rotisserie.tv/twitch-auth": version } } } },
  });
  const rolled = await kubectl.attempt(["patch", "ksvc", "rotisserie-poller", "--type", "merge", "--patch", patch]);
  return rolled.code === 0
    ? "Secret twitch-auth is set; a new revision of the poller starts with it"
    : "Secret twitch-auth is set";
}

/** Changes with the Secret's content and with nothing else; says nothing about the content. */
export async function secretVersion(kubectl: Kubectl): Promise<string | undefined> {
  const { stdout } = await kubectl.attempt([
    "get",
    "secret",
    "twitch-auth",
    "-o",
    "jsonpath={.metadata.resourceVersion}",
  ]);
  return stdout.trim() || undefined;
}
