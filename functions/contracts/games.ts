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
    // 0.18 high: an ultrawide game on a 16:9 stream has black bars of 0.12 above and below.
    region: { anchor: "right", x: 0, y: 0, width: 0.6, height: 0.18 },
    maxAlive: 100,
  },
  {
    id: "pubg-mobile",
    twitchName: "PUBG Mobile",
    region: { anchor: "left", x: 0, y: 0, width: 0.6, height: 0.14 },
    maxAlive: 100,
  },
  {
    id: "fortnite",
    twitchName: "Fortnite",
    region: { anchor: "right", x: 0, y: 0.24, width: 0.6, height: 0.12 },
    maxAlive: 100,
  },
  {
    id: "warzone",
    twitchName: "Call of Duty: Warzone",
    region: { anchor: "right", x: 0, y: 0, width: 0.45, height: 0.12 },
    maxAlive: 152,
  },
  {
    id: "apex",
    twitchName: "Apex Legends",
    region: { anchor: "right", x: 0, y: 0.02, width: 0.5, height: 0.1 },
    maxAlive: 60,
  },
  {
    id: "blackout",
    twitchName: "Call of Duty: Black Ops 4",
    region: { anchor: "right", x: 0, y: 0, width: 0.5, height: 0.14 },
    maxAlive: 100,
  },
];

export function findGame(id: string): Game | undefined {
  return games.find((game) => game.id === id);
}

/**
 * The tallest frame a crop is delivered at. Digits are 0.022 of the frame's height: 24 px here, more than reading needs,
 * and a noisy PUBG strip (648 x 194 px, grey) as WebP stays far under MAX_FRAME_BYTES. Larger frames are scaled down.
 */
export const MAX_CROP_FRAME_HEIGHT = 1080;

export interface Crop {
  /** Whole pixels of the full frame: the event's `region`. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** Size of the delivered image: the same, or smaller when the frame is taller than MAX_CROP_FRAME_HEIGHT. */
  imageWidth: number;
  imageHeight: number;
}

/** Where a game's region lies on a frame of this size, in pixels, clipped to the frame. */
export function cropOf({ region }: Game, frameWidth: number, frameHeight: number): Crop {
  const pixels = (heights: number) => Math.round(heights * frameHeight);
  const width = Math.min(pixels(region.width), frameWidth);
  const near = Math.min(pixels(region.x), frameWidth - width);
  const top = Math.min(pixels(region.y), frameHeight - 1);
  const height = Math.max(1, Math.min(pixels(region.height), frameHeight - top));
  const scale = Math.min(1, MAX_CROP_FRAME_HEIGHT / frameHeight);
  return {
    left: region.anchor === "left" ? near : frameWidth - width - near,
    top,
    width,
    height,
    imageWidth: Math.max(1, Math.round(width * scale)),
    imageHeight: Math.max(1, Math.round(height * scale)),
  };
}
