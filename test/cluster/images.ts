/** The project's own images, as they are now, in the registry: with the verbs that an operator uses. */
import { setRevision } from "../../knative/cli/revision.ts";
import { mustTask, root } from "./kube.ts";

/** Their tag. `more`: further variables of the verbs. @throws with what the verb said, when one fails. */
export async function pushImages(say: (line: string) => void, more: Record<string, string> = {}): Promise<string> {
  const tag = await setRevision(root);
  for (const verb of ["images", "tag-images", "upload-images"]) {
    const began = Date.now();
    await mustTask(verb, { ...more, IMAGE_TAG: tag });
    say(`task ${verb}: ${Math.round((Date.now() - began) / 1000)} s`);
  }
  return tag;
}
