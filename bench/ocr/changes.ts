/**
 * What can have happened to a picture before we get it, done to real frames: scaled, stretched, graded, moved. A reader that was made for
 * the frames at hand and for no others breaks here.
 */
import sharp, { type Sharp } from "sharp";
import type { Grey } from "../../functions/ocr/picture.ts";

/** Share of the frame's height that is added (or, below 0, cut off) at each edge, and the grey that it has. */
interface Edges {
  top?: number;
  right?: number;
  bottom?: number;
  left?: number;
  grey?: number;
}

const image = ({ data, width, height }: Grey) => sharp(data, { raw: { width, height, channels: 1 } });

async function greyOf(picture: Sharp): Promise<Grey> {
  const { data, info } = await picture.extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

const sized = (frame: Grey, width: number, height: number) =>
  greyOf(image(frame).resize(Math.round(width), Math.round(height), { fit: "fill" }));

/** A frame of fewer lines stays as it is. */
const lines = (count: number) => (frame: Grey) =>
  sized(frame, (frame.width * Math.min(count, frame.height)) / frame.height, Math.min(count, frame.height));
const stretched = (share: number) => (frame: Grey) => sized(frame, frame.width * share, frame.height);

const each =
  (change: (value: number) => number) =>
  async (frame: Grey): Promise<Grey> => {
    const clamped = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
    const table = Uint8Array.from({ length: 256 }, (_, value) => clamped(change(value)));
    return { ...frame, data: frame.data.map((value) => table[value] as number) };
  };
const gamma = (power: number) => each((value) => 255 * (value / 255) ** power);

/** As wide as on a frame of 1080 lines. */
const blurred = (sigma: number) => (frame: Grey) => greyOf(image(frame).blur(0.3 + (sigma * frame.height) / 1080));

async function jpeg(frame: Grey): Promise<Grey> {
  return greyOf(sharp(await image(frame).jpeg({ quality: 15 }).toBuffer()));
}

/** The same noise at every run. */
async function noisy(frame: Grey): Promise<Grey> {
  let state = 7;
  const data = frame.data.map((value) => {
    let sum = 0;
    for (let i = 0; i < 3; i++) {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      sum += state / 0x7fffffff - 0.5;
    }
    return Math.max(0, Math.min(255, Math.round(value + 24 * sum)));
  });
  return { ...frame, data };
}

const framed =
  ({ top = 0, right = 0, bottom = 0, left = 0, grey = 0 }: Edges) =>
  (frame: Grey): Promise<Grey> => {
    const pixels = (share: number) => Math.round(Math.abs(share) * frame.height);
    const cut = (share: number) => (share < 0 ? pixels(share) : 0);
    const added = (share: number) => (share > 0 ? pixels(share) : 0);
    const inside = {
      left: cut(left),
      top: cut(top),
      width: frame.width - cut(left) - cut(right),
      height: frame.height - cut(top) - cut(bottom),
    };
    const edges = { top: added(top), right: added(right), bottom: added(bottom), left: added(left) };
    return greyOf(
      image(frame)
        .extract(inside)
        .extend({ ...edges, background: { r: grey, g: grey, b: grey } }),
    );
  };

export const CHANGES = {
  "900 lines": lines(900),
  "600 lines": lines(600),
  "480 lines": lines(480),
  "360 lines": lines(360),
  "stretched 4:3 to 16:9": stretched(4 / 3),
  "wider by a ninth": stretched(10 / 9),
  "narrower by a tenth": stretched(0.9),
  "gamma 0.6": gamma(0.6),
  "gamma 1.6": gamma(1.6),
  "gamma 2.2": gamma(2.2),
  "washed out": each((value) => 70 + value * 0.6),
  dimmed: each((value) => value * 0.6),
  brightened: each((value) => value + 40),
  blurred: blurred(0.9),
  "blurred more": blurred(1.6),
  sharpened: (frame) => greyOf(image(frame).sharpen({ sigma: 1.5 })),
  "JPEG 15": jpeg,
  noise: noisy,
  "title of 2 %": framed({ top: 0.02, grey: 40 }),
  "title of 3 %": framed({ top: 0.03, grey: 230 }),
  "border of 1 %": framed({ top: 0.01, right: 0.01, bottom: 0.01, left: 0.01 }),
  "border of 1 % right": framed({ right: 0.012 }),
  "top 1 % cut": framed({ top: -0.01 }),
  "right 1 % cut": framed({ right: -0.012 }),
  "right 3 % cut": framed({ right: -0.03 }),
  "5 % smaller in a corner": framed({ bottom: 0.053, left: 0.09 }),
  "10 % smaller in a corner": framed({ bottom: 0.11, left: 0.19 }),
} satisfies Readonly<Record<string, (frame: Grey) => Promise<Grey>>>;
