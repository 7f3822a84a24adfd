import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { TransitionButton } from "../live/TransitionButton.tsx";
import type { CameraCommands_camera$key } from "./__generated__/CameraCommands_camera.graphql";
import { useIssueCommand } from "./useIssueCommand.ts";

/** The commands that the server offers for this camera's agent. */
export function CameraCommands({ camera }: { readonly camera: CameraCommands_camera$key }) {
  const { id, availableCommands } = useFragment(
    graphql`
      fragment CameraCommands_camera on Camera {
        id
        availableCommands {
          name
          ...TransitionButton_transition
        }
      }
    `,
    camera,
  );
  const [issue, busy] = useIssueCommand();
  return (
    <Panel title="Commands">
      <Box
        sx={{
          display: "grid",
          gap: 1,
          gridTemplateColumns: "repeat(auto-fill, minmax(150px, 1fr))",
          alignItems: "start",
        }}
      >
        {availableCommands.map((offer) => (
          <TransitionButton
            key={offer.name}
            transition={offer}
            size="small"
            testId={`command-${offer.name}`}
            busy={busy === offer.name}
            onPress={() => {
              issue(offer.name, id);
            }}
          />
        ))}
      </Box>
    </Panel>
  );
}
