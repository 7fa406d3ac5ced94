import { expect, test } from "vitest";
import { parseConfig } from "./config.ts";

const standard = {
  port: 3001,
  logLevel: "info",
  engine: "vote",
  accept: 0.9,
  unverified: [],
  atOnce: 2,
  debug: undefined,
};

test.each([
  ["nothing set", {}, standard],
  [
    "all set",
    {
      PORT: "8080",
      LOG_LEVEL: "warn",
      OCR_ENGINE: "pp-ocr",
      OCR_ACCEPT: "0.75",
      OCR_UNVERIFIED: "blackout",
      OCR_AT_ONCE: "1",
      OCR_DEBUG: "/d",
    },
    { port: 8080, logLevel: "warn", engine: "pp-ocr", accept: 0.75, unverified: ["blackout"], atOnce: 1, debug: "/d" },
  ],
  ["empty is not set", { OCR_ACCEPT: "", OCR_DEBUG: "" }, standard],
])("parseConfig: %s", (_name, env, expected) => {
  expect(parseConfig(env, 2)).toEqual(expected);
});

test.each([
  ["OCR_ENGINE", "eyes", /OCR_ENGINE="eyes": one of strip, vote, pp-ocr, tesseract/],
  ["OCR_ACCEPT", "2", /OCR_ACCEPT="2": a number from 0 to 1/],
  ["OCR_AT_ONCE", "0", /OCR_AT_ONCE="0"/],
  ["OCR_UNVERIFIED", "blackout chess", /OCR_UNVERIFIED="chess": any of blackout/],
  ["PORT", "http", /PORT="http"/],
])("parseConfig refuses %s=%s", (name, value, reason) => {
  expect(() => parseConfig({ [name]: value })).toThrow(reason);
});
