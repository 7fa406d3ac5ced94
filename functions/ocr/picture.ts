/** Grey pictures and the few operations reading needs. Pure, so that a test shows every pixel. */

export interface Grey {
  /** One byte a pixel, row by row, 0 is black. */
  data: Uint8Array;
  width: number;
  height: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Cuts `box` (fractions of pixels allowed, parts outside repeat the edge) and scales it to `width` x `height`: the mean of
 * the covered pixels when it shrinks, bilinear when it grows.
 */
export function resample(picture: Grey, box: Box, width: number, height: number): Grey {
  const columns = taps(box.x, box.width, width, picture.width);
  const rows = taps(box.y, box.height, height, picture.height);
  // Columns first: a picture is wider than high, so this leaves the least for the second pass.
  const narrow = new Float32Array(width * picture.height);
  const [top, bottom] = [Math.min(...rows.map((tap) => tap.first)), Math.max(...rows.map((tap) => tap.last))];
  for (let y = top; y <= bottom; y++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x] as Tap;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) {
        sum += (weights[i] as number) * (picture.data[y * picture.width + first + i] as number);
      }
      narrow[y * width + x] = sum;
    }
  }
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y] as Tap;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++)
        sum += (weights[i] as number) * (narrow[(first + i) * width + x] as number);
      data[y * width + x] = Math.round(sum);
    }
  }
  return { data, width, height };
}

interface Tap {
  first: number;
  last: number;
  weights: Float32Array;
}

/** For each output pixel: which input pixels it sees and how much of each (a triangle at least one pixel wide). */
function taps(start: number, length: number, count: number, limit: number): Tap[] {
  const step = length / count;
  const reach = Math.max(1, step);
  return Array.from({ length: count }, (_, index) => {
    const centre = start + (index + 0.5) * step - 0.5;
    const from = Math.ceil(centre - reach);
    const to = Math.floor(centre + reach);
    const clamp = (at: number) => Math.min(limit - 1, Math.max(0, at));
    const [first, last] = [clamp(from), clamp(to)];
    const weights = new Float32Array(last - first + 1);
    let total = 0;
    for (let at = from; at <= to; at++) {
      const weight = Math.max(0, 1 - Math.abs(at - centre) / reach);
      weights[clamp(at) - first] = (weights[clamp(at) - first] as number) + weight;
      total += weight;
    }
    return { first, last, weights: weights.map((weight) => weight / total) };
  });
}

/** Anything up to this is a black bar: H.264 keeps black at 16-20 in limited range, and rings a little. */
const BLACK = 26;

/** How many rows from the top are black all along, as a letterboxed picture has. */
export function blackRows({ data, width, height }: Grey): number {
  for (let row = 0; row < height; row++) {
    let bright = 0;
    for (let x = 0; x < width; x++) if ((data[row * width + x] as number) > BLACK) bright++;
    if (bright > width * 0.01) return row;
  }
  return 0;
}

/** The `rows` rows that digits in these columns fill, none above `least`: where light and dark columns differ most. */
export function digitRows({ data, width, height }: Grey, x: number, span: number, rows: number, least = 0): number {
  const [from, to] = [Math.max(0, Math.round(x)), Math.min(width, Math.round(x + span))];
  const contrast = Array.from({ length: height }, (_, row) => {
    let [low, high] = [255, 0];
    for (let column = from; column < to; column++) {
      const value = data[row * width + column] as number;
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
    return high - low;
  });
  let [best, top] = [-1, least];
  for (let row = least; row + rows <= height; row++) {
    const sum = contrast.slice(row, row + rows).reduce((a, b) => a + b, 0);
    if (sum > best) [best, top] = [sum, row];
  }
  return top;
}
