/** The parts' file names with their integrity, written in by build.mjs. */
declare const PAGE_FILE: import("./types.js").PartFile;
declare const DIALOG_FILE: import("./types.js").PartFile;
declare const STRIP_FILE: import("./types.js").PartFile;
declare const FIND_FILE: import("./types.js").PartFile;
/** The files of the dialog's words, by language. */
declare const WORDS_FILES: Record<string, import("./types.js").PartFile>;

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
