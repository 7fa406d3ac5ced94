/**
 * What more than one function must know of a game: how Twitch calls it, where on the picture its counter can be, and
 * which counts it can have. How the counter is read is the reader's own business (functions/ocr/games).
 */
export interface Game {
  /** Our name: `/current/:id`. */
  id: string;
  /** The exact title on Twitch (`GET /helix/games?name=`). */
  twitchName: string;
  /**
   * Where the counter can be, margin included. A HUD scales with the frame's height and is anchored to an edge, so all
   * four numbers are in units of frame HEIGHT: `x` is the distance from the anchored edge to the near side of the region.
   */
  region: { anchor: "left" | "right"; x: number; y: number; width: number; height: number };
  /** Most players a match can have. */
  maxAlive: number;
}

export const games: readonly Game[] = [
  {
    id: "pubg",
    twitchName: "PUBG: BATTLEGROUNDS",
    region: { anchor: "right", x: 0, y: 0, width: 0.6, height: 0.1 },
    maxAlive: 100,
  },
];

export function findGame(id: string): Game | undefined {
  return games.find((game) => game.id === id);
}
