/** The mark as pictures: SVG by hand, PNG and ICO drawn from it. */
import sharp from "sharp";

/** The circle that closes in, on a spit. `safe` leaves the border a maskable icon may lose. */
export function markSvg({ size = 64, safe = false } = {}) {
  const inner = safe ? 'transform="translate(9.6 9.6) scale(.7)"' : 'transform="translate(4 4) scale(.875)"';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 64 64"><rect width="64" height="64"${
    safe ? "" : ' rx="13"'
  } fill="#14100e"/><g ${inner} fill="none" stroke="#ff4d35"><circle cx="32" cy="32" r="26" stroke-width="4" opacity=".5"/><circle cx="35" cy="29" r="15" stroke-width="5.5"/><path d="M5 59 59 5" stroke-width="5.500" stroke-linecap="round" stroke="#f8f1e9"/><circle cx="35" cy="29" r="6.500" fill="#ff4d35" stroke="none"/></g></svg>\n`.replaceAll(
    ".500",
    ".5",
  );
}

const png = (svg, size) => sharp(Buffer.from(svg)).resize(size, size).png({ compressionLevel: 9 }).toBuffer();

/** A .ico with one PNG in it: a directory of one entry (6 + 16 bytes), then the picture. */
function ico(picture, size) {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head.writeUInt8(size, 6);
  head.writeUInt8(size, 7);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(picture.length, 14);
  head.writeUInt32LE(22, 18);
  return Buffer.concat([head, picture]);
}

/** What a link to the page looks like elsewhere, 1200x630. Digits are drawn as shapes: no font is needed to build. */
function shareSvg() {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630" viewBox="0 0 1200 630">
  <defs><radialGradient id="g" cx="72%" cy="46%" r="80%"><stop offset="0" stop-color="#4a1a10"/><stop offset=".55" stop-color="#1b0f0b"/><stop offset="1" stop-color="#0a0706"/></radialGradient></defs>
  <rect width="1200" height="630" fill="url(#g)"/>
  <g fill="none" stroke="#ff4d35"><circle cx="850" cy="300" r="470" stroke-width="2" opacity=".15"/><circle cx="850" cy="300" r="360" stroke-width="3" opacity=".22"/><circle cx="850" cy="300" r="255" stroke-width="5" opacity=".4"/><circle cx="880" cy="270" r="140" stroke-width="16"/></g>
  <path d="M560 590 1150 0" stroke="#f8f1e9" stroke-width="16" stroke-linecap="round"/>
  <circle cx="880" cy="270" r="52" fill="#ff4d35"/>
  <path d="M0 150H470L400 480H0Z" fill="#ff4d35"/>
  <path d="M120 205H330V260L250 425H172L248 272H120Z" fill="#170400"/>
  <path d="M0 500H700L686 566H0Z" fill="#241c18"/>
  <g fill="none" stroke="#f8f1e9" stroke-width="8" stroke-linejoin="round" stroke-linecap="round" transform="translate(64 516)">${letters("ROTISSERIE")}</g>
</svg>`;
}

/** Capitals of 26x34 as strokes. */
const strokes = {
  R: "M0 34V0H18L24 6V13L18 19H0M14 19 25 34",
  O: "M6 0H19L25 6V28L19 34H6L0 28V6Z",
  T: "M0 0H26M13 0V34",
  I: "M6 0V34",
  S: "M25 5 20 0H6L0 5V12L5 17H20L25 22V29L19 34H5L0 29",
  E: "M24 0H0V34H24M0 17H19",
};

function letters(word) {
  let x = 0;
  return [...word]
    .map((letter) => {
      const shape = `<path transform="translate(${x} 0)" d="${strokes[letter]}"/>`;
      x += letter === "I" ? 32 : 48;
      return shape;
    })
    .join("");
}

/** File name -> bytes. */
export async function drawIcons() {
  const square = markSvg({ size: 512 });
  const masked = markSvg({ size: 512, safe: true });
  return {
    "favicon.svg": Buffer.from(markSvg()),
    "favicon.ico": ico(await png(square, 48), 48),
    "icon-180.png": await png(masked, 180),
    "icon-192.png": await png(masked, 192),
    "icon-512.png": await png(masked, 512),
    "og.png": await sharp(Buffer.from(shareSvg())).png({ compressionLevel: 9, palette: true, quality: 90 }).toBuffer(),
  };
}
