import { describe, expect, test } from "vitest";
import { secretFrom } from "./secrets.ts";

describe("Secret twitch-auth from the environment", () => {
  test.each([
    { name: "as documented", env: { clientID: "id", token: "t" }, data: { clientID: "aWQ=", token: "dA==" } },
    {
      name: "one that renews itself, by the other names",
      env: { TWITCH_CLIENT_ID: "id", TWITCH_CLIENT_SECRET: "s" },
      data: { clientID: "aWQ=", clientSecret: "cw==" },
    },
  ])("$name", ({ env, data }) => {
    expect(secretFrom(env as Record<string, string>)).toMatchObject({ metadata: { name: "twitch-auth" }, data });
  });

  test.each([
    { name: "no application", env: { token: "t" }, says: /^clientID is not set: clientID=/ },
    { name: "nothing to log in with", env: { clientID: "id" }, says: /^neither clientSecret nor token is set/ },
  ])("$name is named", ({ env, says }) => {
    expect(() => secretFrom(env as Record<string, string>)).toThrow(says);
  });
});
