/**
 * What travels between the parts, and between us and /v1. Nothing here ends up in the build.
 *
 * @typedef {"same" | "close" | "style"} Tier
 *
 * @typedef {object} Match
 * @property {string} product_id
 * @property {string} title
 * @property {string} url absolute, http or https
 * @property {string} image_url absolute, http or https; "" when there is none
 * @property {number | null} price in whole units of the currency, as people write it
 * @property {string} currency ISO 4217, "" when unknown
 * @property {boolean} soldOut
 * @property {Tier} tier
 *
 * @typedef {[x: number, y: number, width: number, height: number]} Box as fractions of the photo
 *
 * @typedef {{ value: string, count: number }} Choice
 * @typedef {object} Facets what an answer may be narrowed by; price is null where none is known
 * @property {Record<"color" | "category" | "gender" | "size" | "brand", Choice[]>} choices most products first
 * @property {number} inStock
 * @property {{ min: number, max: number, currency: string } | null} price
 *
 * @typedef {{ kind: string, value: string, text: string }} Understood what the shopper's words were taken for
 *
 * @typedef {object} Garment
 * @property {Box} box
 * @property {string} category
 * @property {Match[]} matches
 * @property {Facets} facets
 *
 * @typedef {object} Wish how one garment's matches are to be narrowed
 * @property {string} words
 * @property {Partial<Record<keyof Facets["choices"], string[]>>} chosen
 * @property {{ min?: number, max?: number }} price
 * @property {boolean} inStock
 * @property {Box | null} box where to look instead of where the garment was found
 *
 * @typedef {object} Said what was made of the words
 * @property {Understood[]} understood
 * @property {Understood[]} passedOver what they name and a chosen filter forbids
 *
 * @typedef {{ queryId: string, primary: number, garments: Garment[] } & Said} PhotoAnswer
 * @typedef {{ queryId: string, matches: Match[] }} SimilarAnswer
 * @typedef {{ url: string } | { product_id: string } | { sku: string }} ProductRef
 *
 * @typedef {object} Config
 * @property {string} origin of the script: the API's origin too
 * @property {string} base folder of the script, ends with "/"
 * @property {string} key publishable key
 * @property {string} nonce the page's CSP nonce, handed on to the dialog's script
 * @property {string} lang as the seller wrote it, "" to follow the page
 * @property {string} words address of the seller's own words, "" for none
 * @property {string} attribution "session" to remember followed matches until the tab is closed, else ""
 * @property {"light" | "dark" | ""} theme
 * @property {string} similar "off", or ""
 * @property {string} similarTarget CSS selector
 * @property {string} camera "off", "float", or ""
 * @property {string} cameraTarget CSS selector
 * @property {string} find "on" or a CSS selector for "find similar" on the page's pictures, "" for none
 * @property {number} limit most similar items in a strip
 * @property {Saved} saved
 *
 * @typedef {object} Saved what the seller chose in the dashboard; the tag's own options come first
 * @property {string[]} hidden_on beginnings of paths where nothing of ours appears by itself
 * @property {string[]} product_paths folders in which the shop's products are
 * @property {Record<string, Record<string, string>>} texts by language
 *
 * @typedef {import("./page/api.js").Api} Api
 * @typedef {import("./shared/following.js").Following} Following
 *
 * @typedef {object} Context
 * @property {Config} config
 * @property {Api} api
 * @property {typeof import("./page/events.js").emit} emit
 * @property {Following} [following] what shoppers saw and followed, once something of ours was shown
 * @property {import("./page/words.js").Words} words
 * @property {() => string} lang of the words, asked anew each time: pages change theirs
 *
 * @typedef {File | Blob | HTMLImageElement | HTMLCanvasElement | ImageBitmap | string} PictureSource
 * a string is the address of a picture, or HTML with one in it
 *
 * @typedef {object} Dialog
 * @property {(picture?: PictureSource) => Promise<void>} open
 * @property {(product: ProductRef) => Promise<Match[]>} similar
 * @property {() => void} destroy
 *
 * @typedef {(context: Context) => Dialog} CreateDialog
 *
 * @typedef {object} Strip
 * @property {(element: HTMLElement, product: ProductRef, limit: number, stop: AbortSignal) => Promise<void>} fill
 * rejects with a Failure
 * @property {Following["track"]} track
 *
 * @typedef {(context: Context) => Strip} CreateStrip
 *
 * @typedef {object} Finder
 * @property {() => void} look for pictures that are new on the page
 * @property {() => void} destroy
 *
 * @typedef {(context: Context, open: (image: PictureSource) => Promise<void>) => Finder} CreateFinder
 *
 * @typedef {[name: string, hash: string]} PartFile its SHA-256, in base64
 */
export {};
