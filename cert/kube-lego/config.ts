/** The bridge's settings. What it asks for and where is not here: that is ConfigMap kube-lego, which may change. */
import { type Env, integer, optionalText, text } from "../../functions/runtime/config.ts";
import { type ProcessConfig, parseProcess } from "../../functions/runtime/process.ts";

export interface Config extends ProcessConfig {
  namespace: string;
  /** How often the objects are looked at, seconds. */
  lookEverySeconds: number;
  /** As documented; said at the start, so that one sees what the pod was started with. */
  started: { email: string | undefined; url: string | undefined; podIp: string | undefined };
}

export function parseConfig(env: Env): Config {
  return {
    ...parseProcess(env, 3002),
    namespace: text(env, "LEGO_NAMESPACE", "default"),
    lookEverySeconds: integer(env, "LOOK_EVERY_SECONDS", 10, 1, 60),
    started: {
      email: optionalText(env, "LEGO_EMAIL"),
      url: optionalText(env, "LEGO_URL"),
      podIp: optionalText(env, "LEGO_POD_IP"),
    },
  };
}
