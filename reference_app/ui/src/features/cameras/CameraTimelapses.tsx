import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { SubjectLink } from "../../shared/subjects/SubjectLink.tsx";
import type { CameraTimelapses_camera$key } from "./__generated__/CameraTimelapses_camera.graphql";

/** The timelapses of a camera, each with a link to its page. */
export function CameraTimelapses({ camera }: { readonly camera: CameraTimelapses_camera$key }) {
  const { timelapses } = useFragment(
    graphql`
      fragment CameraTimelapses_camera on Camera {
        timelapses {
          id
          ...SubjectLink_subject
        }
      }
    `,
    camera,
  );
  if (timelapses.length === 0) return null;
  return (
    <Panel title={t`Timelapses`}>
      <Box
        component="ul"
        sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 0.75, overflowWrap: "anywhere" }}
      >
        {timelapses.map((timelapse) => (
          <li key={timelapse.id}>
            <SubjectLink subject={timelapse} />
          </li>
        ))}
      </Box>
    </Panel>
  );
}
