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
  const [top, bottom] = [Math.min(...rows.first), Math.max(...rows.first) + rows.most];
  const narrow = new Float32Array(width * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const row = y * picture.width;
    for (let x = 0; x < width; x++) {
      const from = row + (columns.first[x] as number);
      let sum = 0;
      for (let i = 0, at = x * columns.most; i < columns.most; i++) {
        sum += (columns.weights[at + i] as number) * (picture.data[from + i] as number);
      }
      narrow[(y - top) * width + x] = sum;
    }
  }
  const data = new Uint8Array(width * height);
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let i = 0; i < rows.most; i++) {
      const weight = rows.weights[y * rows.most + i] as number;
      const from = ((rows.first[y] as number) + i - top) * width;
      if (weight === 0) continue;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + weight * (narrow[from + x] as number);
    }
    for (let x = 0; x < width; x++) data[y * width + x] = Math.round(sums[x] as number);
  }
  return { data, width, height };
}

/** For each output pixel: the first of `most` input pixels, and how much it sees of each. */
interface Taps {
  first: Int32Array;
  weights: Float32Array;
  most: number;
}

/** Each output pixel sees a triangle at least one pixel wide. */
function taps(offset: number, length: number, count: number, limit: number): Taps {
  const step = length / count;
  const reach = Math.max(1, step);
  const most = Math.min(limit, Math.floor(2 * reach) + 1);
  const [first, weights] = [new Int32Array(count), new Float32Array(count * most)];
  const clamp = (at: number) => Math.min(limit - 1, Math.max(0, at));
  for (let index = 0; index < count; index++) {
    const centre = offset + (index + 0.5) * step - 0.5;
    const from = Math.ceil(centre - reach);
    const to = Math.floor(centre + reach);
    const start = Math.min(clamp(from), limit - most);
    first[index] = start;
    let total = 0;
    for (let at = from; at <= to; at++) {
      const weight = Math.max(0, 1 - Math.abs(at - centre) / reach);
      const place = index * most + clamp(at) - start;
      weights[place] = (weights[place] as number) + weight;
      total += weight;
    }
    for (let place = index * most; place < (index + 1) * most; place++)
      weights[place] = (weights[place] as number) / total;
  }
  return { first, weights, most };
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
