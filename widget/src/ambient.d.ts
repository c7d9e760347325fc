/** The parts' file names with their content hashes, written in by build.mjs. */
declare const DIALOG_FILE: string;
declare const STRIP_FILE: string;
/** The files of the dialog's words, by language. */
declare const WORDS_FILES: Record<string, string>;

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
