import { t } from "@lingui/core/macro";
import { useState } from "react";

import { Disclosure } from "../../shared/pages/Disclosure.tsx";
import { MoreTimelapses } from "./MoreTimelapses.tsx";

/** The archived timelapses, for those who ask for them. */
export function ArchivedTimelapses() {
  const [open, setOpen] = useState(false);
  return (
    <Disclosure
      open={open}
      onToggle={() => {
        setOpen(!open);
      }}
      label={open ? t`Hide archived timelapses` : t`Show archived timelapses`}
      testId="archived-timelapses"
      height={160}
    >
      <MoreTimelapses after={null} archived />
    </Disclosure>
  );
}
