/** One word to the viewer at a time, true for a while. */

const NOTICE_MS = 15_000;

export function createNotice(now: () => number) {
  let said: { text: string; until: number; ofPlayer: boolean } | undefined;
  return {
    text: () => {
      if (said && said.until <= now()) said = undefined;
      return said?.text;
    },
    /** `ofPlayer`: no longer true once a picture moves. */
    tell: (text: string, ofPlayer = false) => {
      said = { text, until: now() + NOTICE_MS, ofPlayer };
    },
    moves: () => {
      if (said?.ofPlayer) said = undefined;
    },
  };
}
