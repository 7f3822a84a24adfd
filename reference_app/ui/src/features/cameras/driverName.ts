import { t } from "@lingui/core/macro";

import { humanize } from "../../lib/words.ts";

/** What people call the cameras of a driver; one that this page doesn't know keeps its name. */
export function driverName(driver: string): string {
  switch (driver) {
    case "gopro":
      return t`GoPro`;
    case "gphoto2":
      return t`DSLR or mirrorless camera (gphoto2)`;
    case "picamera2":
      return t`Raspberry Pi camera (picamera2)`;
    case "replay":
      return t`Recorded pictures (replay)`;
    default:
      return humanize(driver);
  }
}
