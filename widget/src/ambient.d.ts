/** The parts' file names and hashes, written in by build.mjs. */
declare const DIALOG_FILE: import("./types.js").PartFile;
declare const STRIP_FILE: import("./types.js").PartFile;
declare const FIND_FILE: import("./types.js").PartFile;
/** The hashes of the files of the dialog's words, by language. */
declare const WORDS_HASHES: Record<string, string>;

declare module "*.css" {
  const text: string;
  export default text;
}

interface Window {
  niteru?: unknown;
}

interface Navigator {
  globalPrivacyControl?: boolean;
}
