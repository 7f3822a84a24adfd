import { t } from "@lingui/core/macro";

import { InfoIcon } from "../../design/icons.tsx";
import { NotFound } from "./NotFound.tsx";

/** Shown for an unknown address, and for that of something that is gone. */
export function NoSuchPlace() {
  return (
    <NotFound
      icon={<InfoIcon />}
      title={t`Page not found`}
      to="/"
      label={t`Go to the home page`}
    >{t`The address is wrong, or what it showed has been deleted.`}</NotFound>
  );
}
