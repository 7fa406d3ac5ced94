/** As many processes as CPUs; each has one task at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Frame } from "./manifest.ts";
import type { Job } from "./samples.ts";

export type Task =
  | { do: "make"; key: string; job: Job; donors: readonly Frame[] }
  /** `sparse`: engines that read only a few of the pictures that were made. */
  | { do: "read"; key: string; engines: readonly string[]; sparse: readonly string[] };
export type Answer = { value: unknown } | { problem: string };

export function openPool(width = availableParallelism()) {
  // tesseract writes what it thinks of small pictures to both outputs.
  const workers = Array.from({ length: width }, () => ({
    child: fork(fileURLToPath(new URL("./worker.ts", import.meta.url)), {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced",
    }),
    said: "",
  }));
  for (const worker of workers) {
    worker.child.stderr?.on("data", (chunk: Buffer) => {
      worker.said = (worker.said + chunk.toString()).slice(-2000);
    });
  }

  function ask(worker: { child: ChildProcess; said: string }, task: Task): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const gone = (code: number | null) => reject(new Error(`a worker ended with ${code}: ${worker.said}`));
      worker.child.once("exit", gone);
      worker.child.once("message", (answer: Answer) => {
        worker.child.off("exit", gone);
        resolve(answer);
      });
      worker.child.send(task);
    });
  }

  return {
    /** Does all tasks; `done` hears each answer. Rejects when a process dies. */
    run: async <T extends Task>(tasks: readonly T[], done: (task: T, answer: Answer) => void): Promise<void> => {
      let next = 0;
      const loop = async (worker: (typeof workers)[number]) => {
        for (let task = tasks[next++]; task; task = tasks[next++]) done(task, await ask(worker, task));
      };
      await Promise.all(workers.map(loop));
    },
    close: () => {
      for (const { child } of workers) child.kill("SIGTERM");
    },
  };
}
