import { t } from "@lingui/core/macro";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

import { formatInstant, instant } from "../../lib/age.ts";
import { serverNow } from "../../relay/serverClock.ts";
import { CopiedLink } from "../../shared/sharing/CopiedLink.tsx";

interface Props {
  readonly path: string;
  readonly expiresAt: string;
  readonly hasExpired: boolean;
  readonly createdBy: string;
  /** Further buttons. */
  readonly children: ReactNode;
}

/** The address of a link that works once, until when it is good, and who made it. */
export function OneTimeLink({ path, expiresAt, hasExpired, createdBy, children }: Props) {
  const end = instant(expiresAt);
  const when = end === null ? "" : formatInstant(end, serverNow());
  return (
    <CopiedLink
      address={new URL(path, window.location.origin).href}
      works={!hasExpired}
      facts={
        <Typography
          variant="caption"
          component="p"
          sx={{ color: hasExpired ? "warning.main" : "text.secondary" }}
        >
          {hasExpired ? t`Expired on ${when}` : t`Good once, until ${when}`} · {t`made by ${createdBy}`}
        </Typography>
      }
    >
      {children}
    </CopiedLink>
  );
}
