import { describe, expect, test } from "vitest";
import { ConfigError, type Env, flag, integer, number, oneOf, optionalText, text, url, words } from "./config.ts";
import { parseEmitConfig } from "./emit.ts";

describe("what is given becomes a value", () => {
  test.each<[string, Env, (env: Env) => unknown, unknown]>([
    ["a text", { A: " x " }, (env) => text(env, "A"), "x"],
    ["an empty text is none", { A: "" }, (env) => text(env, "A", "fallback"), "fallback"],
    ["an optional text that is blank", { A: "  " }, (env) => optionalText(env, "A"), undefined],
    ["an integer", { A: "7" }, (env) => integer(env, "A", 1, 0, 10), 7],
    ["no integer", {}, (env) => integer(env, "A", 1, 0, 10), 1],
    ["a number", { A: "0.5" }, (env) => number(env, "A", 1, 0, 10), 0.5],
    ["true", { A: "true" }, (env) => flag(env, "A"), true],
    ["0", { A: "0" }, (env) => flag(env, "A", true), false],
    ["a choice", { A: "b" }, (env) => oneOf(env, "A", ["a", "b"], "a"), "b"],
    ["words", { A: "a, b c,,d " }, (env) => words(env, "A"), ["a", "b", "c", "d"]],
    ["no words", {}, (env) => words(env, "A", ["z"]), ["z"]],
    ["a URL without its last slash", { A: "https://x/y/" }, (env) => url(env, "A"), "https://x/y"],
  ])("%s", (_, env, parse, value) => {
    expect(parse(env)).toEqual(value);
  });
});

describe("what is wrong is said with its name, what was given and what is allowed", () => {
  test.each<[string, Env, (env: Env) => unknown, string]>([
    ["nothing where something must be", {}, (env) => text(env, "A"), "A is not set"],
    [
      "a word for an integer",
      { A: "ten" },
      (env) => integer(env, "A", 1, 0, 10),
      'A="ten": a whole number from 0 to 10',
    ],
    ["half for an integer", { A: "1.5" }, (env) => integer(env, "A", 1, 0, 10), 'A="1.5": a whole number'],
    ["hexadecimal", { A: "0x10" }, (env) => integer(env, "A", 1, 0, 100), 'A="0x10"'],
    ["an exponent", { A: "1e1" }, (env) => number(env, "A", 1, 0, 100), 'A="1e1": a number from 0 to 100'],
    ["too much", { A: "11" }, (env) => integer(env, "A", 1, 0, 10), "from 0 to 10"],
    ["maybe", { A: "maybe" }, (env) => flag(env, "A"), 'A="maybe": true or false'],
    ["another choice", { A: "c" }, (env) => oneOf(env, "A", ["a", "b"], "a"), 'A="c": one of a, b'],
    ["no URL", { A: "twitch.tv" }, (env) => url(env, "A"), "an http or https URL"],
    ["a file", { A: "file:///etc/passwd" }, (env) => url(env, "A"), "an http or https URL"],
    ["no sink", {}, parseEmitConfig, "K_SINK is not set"],
    [
      "overrides that are no JSON",
      { K_SINK: "http://b", K_CE_OVERRIDES: "x" },
      parseEmitConfig,
      "K_CE_OVERRIDES is not JSON",
    ],
  ])("%s", (_, env, parse, message) => {
    expect(() => parse(env)).toThrow(ConfigError);
    expect(() => parse(env)).toThrow(message);
  });

  test("a long value is cut", () => {
    expect(() => flag({ A: "x".repeat(5000) }, "A")).toThrow(/^.{0,150}$/);
  });
});

test("what SinkBinding sets", () => {
  const env = { K_SINK: "http://b/x/", K_CE_OVERRIDES: '{"extensions":{"Pipeline":"a","n":1}}' };
  expect(parseEmitConfig(env)).toEqual({
    sink: "http://b/x",
    extensions: { pipeline: "a", n: "1" },
    caCerts: undefined,
  });
});
