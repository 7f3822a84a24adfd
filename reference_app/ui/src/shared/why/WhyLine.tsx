import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ComponentType, ReactNode } from "react";
import { graphql, useFragment } from "react-relay";

import {
  CameraIcon,
  FilmIcon,
  InfoIcon,
  LockIcon,
  PulseIcon,
  SparkIcon,
  SystemIcon,
  WarningIcon,
} from "../../design/icons.tsx";
import { formatAge, formatSpan, inLocalTime, instant } from "../../lib/age.ts";
import { formatDuration } from "../../lib/duration.ts";
import type { WhyLine_link$key } from "./__generated__/WhyLine_link.graphql";
import { SubjectLink } from "../subjects/SubjectLink.tsx";
import { useServerNow } from "../live/useServerNow.ts";
import { WhyAction } from "./WhyAction.tsx";

type Icon = ComponentType<{ readonly sx?: object }>;

/** The icon of each kind; one that this page doesn't know looks like any other. */
const icons: Partial<Record<string, Icon>> = {
  BEFORE: FilmIcon,
  CAMERA: CameraIcon,
  FAILURE: WarningIcon,
  HOLD: LockIcon,
  PROGRESS: PulseIcon,
  START: SparkIcon,
  END: SparkIcon,
  WORKER: SystemIcon,
};
/** How long a state or a hold has lasted, when a worker last reported, and how long ago all else was. */
function age(kind: string, since: number, now: number): string {
  if (kind === "STATE" || kind === "HOLD")
    return t`for ${formatDuration(Math.max(0, Math.floor((now - since) / 1000)))}`;
  return kind === "WORKER" ? t`last report ${formatAge(since, now)}` : formatAge(since, now);
}

interface Props {
  readonly link: WhyLine_link$key;
  /** The id of what the chain is about, to which no link leads. */
  readonly of?: string;
  /** Where to go when the link is about no object. */
  readonly elsewhere?: ReactNode;
}

/** One link of a chain: its sentence, how old it is, what it is about, and the one thing that can be done. */
export function WhyLine({ link, of, elsewhere }: Props) {
  const data = useFragment(
    graphql`
      fragment WhyLine_link on WhyLink {
        kind
        code
        message
        remedy
        detail
        since
        earliest
        latest
        subject {
          id
          ...SubjectLink_subject
        }
        action {
          ...WhyAction_action
        }
      }
    `,
    link,
  );
  const now = useServerNow();
  const Icon = icons[data.kind] ?? InfoIcon;
  const [since, earliest, latest] = [instant(data.since), instant(data.earliest), instant(data.latest)];
  const isSevere = data.kind === "FAILURE" || data.remedy !== "";
  return (
    <Box
      component="li"
      data-testid="why-line"
      data-code={data.code}
      sx={{ display: "grid", gridTemplateColumns: "24px minmax(0, 1fr)", columnGap: 1.25, pb: 1.5 }}
    >
      <Icon sx={{ fontSize: 20, mt: "2px", color: isSevere ? "warning.main" : "text.secondary" }} />
      <Box sx={{ display: "grid", gap: 0.5, justifyItems: "start", fontSize: "0.9rem", minWidth: 0 }}>
        <Box sx={{ overflowWrap: "anywhere" }}>
          {inLocalTime(data.message, now)}{" "}
          {earliest !== null && latest !== null && <strong>{formatSpan(earliest, latest, now)}</strong>}
          {since !== null && (
            <Box component="span" sx={{ color: "text.secondary", whiteSpace: "nowrap" }}>
              {age(data.kind, since, now)}
            </Box>
          )}
        </Box>
        {data.remedy !== "" && (
          <Box sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
            {inLocalTime(data.remedy, now)}
          </Box>
        )}
        <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1.5, rowGap: 0.5, alignItems: "center" }}>
          {data.subject && data.subject.id !== of && <SubjectLink subject={data.subject} label={t`Show`} />}
          {!data.subject && elsewhere}
          {data.action && <WhyAction action={data.action} of={of} />}
        </Box>
        {data.detail !== "" && (
          <Box component="details" sx={{ color: "text.secondary", fontSize: "0.82rem" }}>
            <summary>{t`Details`}</summary>
            <Typography variant="caption" sx={{ overflowWrap: "anywhere" }}>
              {inLocalTime(data.detail, now)}
            </Typography>
          </Box>
        )}
      </Box>
    </Box>
  );
}
