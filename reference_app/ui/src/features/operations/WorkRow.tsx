import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { FilmIcon, PulseIcon } from "../../design/icons.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatDuration } from "../../lib/duration.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import { SubjectLink } from "../../shared/subjects/SubjectLink.tsx";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { WorkRow_edge$key } from "./__generated__/WorkRow_edge.graphql";
import { StageBadge } from "./StageBadge.tsx";

/** What is offered beside each row; the rest stands on the page of the object. */
const OFFERED = [
  "retry",
  "resume",
  "pause",
  "pause_at_once",
  "request_pause",
  "cancel",
  "cancel_at_once",
  "request_cancel",
];

/** A movie or a run: its picture, its name with a link, how far it is, who asked for it, when, and what can be done. */
export function WorkRow({ edge }: { readonly edge: WorkRow_edge$key }) {
  const { stage, endedAt, node } = useFragment(
    graphql`
      fragment WorkRow_edge on WorkEdge {
        stage
        endedAt
        node {
          ...SubjectLink_subject
          ...Transitions_stateful
          ... on Movie {
            posterUrl
            requestedBy
            createdAt
            renderSeconds
            failure {
              message
              remedy
            }
          }
          ... on Run {
            by
            createdAt
            activeSeconds
            reason
            subject {
              ...SubjectLink_subject
            }
          }
        }
      }
    `,
    edge,
  );
  const now = useServerNow();
  const by = node.requestedBy ?? node.by ?? "";
  const seconds = node.renderSeconds ?? node.activeSeconds ?? 0;
  const [end, begin] = [instant(endedAt), instant(node.createdAt) ?? now];
  const facts = [
    end === null
      ? t`asked for ${formatAge(Math.min(begin, now), now)}`
      : t`ended ${formatAge(Math.min(end, now), now)}`,
    seconds >= 1 ? t`took ${formatDuration(Math.round(seconds))}` : null,
    by === "" ? null : t`asked for by ${by}`,
  ];
  const problem = node.failure
    ? `${node.failure.message} ${node.failure.remedy}`.trim()
    : (node.reason ?? "");
  return (
    <Box
      component="li"
      data-testid="work"
      data-stage={stage}
      sx={{
        display: "grid",
        gridTemplateColumns: { xs: "56px minmax(0, 1fr)", sm: "72px minmax(0, 1fr) auto" },
        columnGap: 1.5,
        rowGap: 0.75,
        py: 1.25,
        borderTop: 1,
        borderColor: "divider",
        alignItems: "start",
      }}
    >
      <Picture url={node.posterUrl} isMovie={node.renderSeconds !== undefined} />
      <Box sx={{ minWidth: 0, overflowWrap: "anywhere" }}>
        <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1.25, alignItems: "baseline" }}>
          <Typography component="span" sx={{ fontWeight: 600, fontSize: "0.95rem", minWidth: 0 }}>
            {node.subject ? (
              <Trans>
                <SubjectLink subject={node} /> for <SubjectLink subject={node.subject} />
              </Trans>
            ) : (
              <SubjectLink subject={node} />
            )}
          </Typography>
          {stage !== "%future added value" && <StageBadge stage={stage} />}
        </Box>
        <Typography variant="caption" component="p" sx={{ color: "text.secondary" }}>
          {facts.filter((fact) => fact !== null).join(" · ")}
        </Typography>
        {problem !== "" && (
          <Typography variant="body2" sx={{ mt: 0.25 }}>
            {problem}
          </Typography>
        )}
      </Box>
      <Box sx={{ gridColumn: { xs: "2", sm: "auto" } }}>
        <Transitions of={node} only={OFFERED} isOneOfMany />
      </Box>
    </Box>
  );
}

/** The poster of a movie; an icon of what has none. */
function Picture({ url, isMovie }: { readonly url: string | null | undefined; readonly isMovie: boolean }) {
  const Icon = isMovie ? FilmIcon : PulseIcon;
  return (
    <Box
      sx={{
        aspectRatio: "16 / 10",
        borderRadius: 1,
        overflow: "hidden",
        bgcolor: "action.hover",
        color: "text.secondary",
        display: "grid",
        placeItems: "center",
      }}
    >
      {url != null ? (
        <Box
          component="img"
          src={url}
          alt=""
          loading="lazy"
          sx={{ width: "100%", height: "100%", objectFit: "cover" }}
        />
      ) : (
        <Icon fontSize="small" />
      )}
    </Box>
  );
}
