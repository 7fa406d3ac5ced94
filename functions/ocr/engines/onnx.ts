/** ONNX models on one thread: the gate runs one reading per CPU, more threads would only wait for each other. */
import { InferenceSession, Tensor } from "onnxruntime-node";

export type RunModel = (
  input: Float32Array,
  dims: readonly number[],
) => Promise<{ data: Float32Array; dims: readonly number[] }>;

export interface Model {
  run: RunModel;
  release(): Promise<void>;
}

export async function loadModel(path: string): Promise<Model> {
  const session = await InferenceSession.create(path, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // The arena keeps the largest picture's memory for ever; without it memory stays flat and small.
    enableCpuMemArena: false,
    enableMemPattern: false,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  if (!inputName || !outputName) throw new Error(`${path}: a model with one input and one output is needed`);
  const run: RunModel = async (input, dims) => {
    const tensor = new Tensor("float32", input, [...dims]);
    const output = (await session.run({ [inputName]: tensor }))[outputName];
    if (!output) throw new Error(`${path}: no output`);
    return { data: output.data as Float32Array, dims: output.dims };
  };
  return { run, release: () => session.release() };
}
