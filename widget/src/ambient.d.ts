/** The parts' file names with their content hashes, written in by build.mjs. */
declare const DIALOG_FILE: string;
declare const STRIP_FILE: string;

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
