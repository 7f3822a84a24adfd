import { speak } from "../src/languages/choice.ts";

// Tests read the texts of the source.
speak("en", {});
