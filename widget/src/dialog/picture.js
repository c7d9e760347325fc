import { addressIn } from "../shared/taken.js";

/**
 * Makes any picture fit to send: at most 1,024 px on its longer side and drawn anew, so that nothing of the file
 * (place, time, camera) is left in it. No blob: or data: address is made; strict policies refuse those.
 *
 * @typedef {{ canvas: HTMLCanvasElement, upload: Blob | string }} Picture
 */
const LONGEST_SIDE = 1024;
const QUALITY = 0.9;
const LARGEST_FILE = 50 * 1024 * 1024;
const LOAD_PATIENCE_MS = 10_000;

/**
 * @param {string} address
 * @returns {Promise<HTMLImageElement>}
 */
function loadImage(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    setTimeout(reject, LOAD_PATIENCE_MS);
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = address;
  });
}

/**
 * @param {CanvasImageSource} source
 * @param {number} width of the source in pixels
 * @param {number} height
 */
function drawn(source, width, height) {
  if (!width || !height) throw new Error("an empty picture");
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d", { alpha: false });
  if (!pen) throw new Error("no canvas");
  pen.fillStyle = "#fff"; // under cut-out pictures
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>} rejects for a picture of another site, which a page may show but not read
 */
function encoded(canvas) {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("not encoded"))), "image/jpeg", QUALITY),
  );
}

/**
 * @param {import("../types.js").PictureSource} source
 * @returns {Promise<Picture>} rejects when it is not a picture that this browser reads
 */
export async function readPicture(source) {
  if (source instanceof Blob) {
    if (source.size > LARGEST_FILE) throw new Error("too large");
    const bitmap = await createImageBitmap(source, { imageOrientation: "from-image" });
    const canvas = drawn(bitmap, bitmap.width, bitmap.height);
    bitmap.close();
    return { canvas, upload: await encoded(canvas) };
  }
  const address = typeof source === "string" && source.includes("<") ? addressIn(source) : source;
  if (address === null) throw new Error("HTML without a picture");
  const image = typeof address === "string" ? await loadImage(new URL(address, document.baseURI).href) : address;
  const inPage = image instanceof HTMLImageElement;
  const canvas = inPage
    ? drawn(image, image.naturalWidth, image.naturalHeight)
    : drawn(image, image.width, image.height);
  try {
    return { canvas, upload: await encoded(canvas) };
  } catch (reason) {
    if (!inPage) throw reason;
    return { canvas, upload: image.currentSrc || image.src };
  }
}

/**
 * A square cut of a photo around one garment, for its chip.
 *
 * @param {HTMLCanvasElement} photo
 * @param {[number, number, number, number]} box as fractions
 */
export function cutOut(photo, [x, y, w, h]) {
  const size = 88;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  canvas.setAttribute("aria-hidden", "true");
  const side = Math.max(1, Math.min(Math.max(w * photo.width, h * photo.height), photo.width, photo.height));
  const left = Math.min(Math.max((x + w / 2) * photo.width - side / 2, 0), photo.width - side);
  const top = Math.min(Math.max((y + h / 2) * photo.height - side / 2, 0), photo.height - side);
  canvas.getContext("2d")?.drawImage(photo, left, top, side, side, 0, 0, size, size);
  return canvas;
}
