/** The parts' file names with their integrity, written in by build.mjs. */
declare const PAGE_FILE: [name: string, integrity: string];
declare const DIALOG_FILE: [name: string, integrity: string];
declare const STRIP_FILE: [name: string, integrity: string];
declare const FIND_FILE: [name: string, integrity: string];
/** The files of the dialog's words, by language. */
declare const WORDS_FILES: Record<string, [name: string, integrity: string]>;

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
