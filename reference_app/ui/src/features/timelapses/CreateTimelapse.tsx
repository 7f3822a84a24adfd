import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState, type ReactNode } from "react";
import { graphql, useFragment, useLazyLoadQuery } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { existing } from "../../relay/edges.ts";
import { PagePart } from "../../shared/pages/PagePart.tsx";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { CreateTimelapse_cameras$key } from "./__generated__/CreateTimelapse_cameras.graphql";
import type { CreateTimelapseQuery } from "./__generated__/CreateTimelapseQuery.graphql";

interface Props {
  readonly cameras: CreateTimelapse_cameras$key;
  /** The way to a camera while there is none. */
  readonly start: ReactNode;
}

/** The camera of a new timelapse, and what its server offers to create one, which opens it. */
export function CreateTimelapse({ cameras, start }: Props) {
  const { edges } = useFragment(
    graphql`
      fragment CreateTimelapse_cameras on CameraConnection {
        edges {
          node {
            id
            name
          }
        }
      }
    `,
    cameras,
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const found = existing(edges.map(({ node }) => node));
  const camera = found.find(({ id }) => id === chosen)?.id ?? found[0]?.id;
  return (
    <Panel title={t`New timelapse`}>
      {camera === undefined ? (
        <Box sx={{ display: "grid", gap: 1.5, justifyItems: "start" }}>
          <Typography variant="body2" sx={{ color: "text.secondary" }}>
            {t`A timelapse needs a camera.`}
          </Typography>
          {start}
        </Box>
      ) : (
        <Box sx={{ display: "grid", gap: 2 }}>
          <TextField
            select
            label={t`Camera`}
            value={camera}
            onChange={(event) => {
              setChosen(event.target.value);
            }}
          >
            {found.map((node) => (
              <MenuItem key={node.id} value={node.id}>
                {node.name}
              </MenuItem>
            ))}
          </TextField>
          <PagePart height={31}>
            <Offer camera={camera} />
          </PagePart>
        </Box>
      )}
    </Panel>
  );
}

/** Read for the chosen camera alone: what can be done with a camera takes some queries. */
function Offer({ camera }: { readonly camera: string }) {
  const { node } = useLazyLoadQuery<CreateTimelapseQuery>(
    graphql`
      query CreateTimelapseQuery($camera: ID!) {
        node(id: $camera) {
          ... on Camera @alias(as: "camera") {
            ...Transitions_stateful
          }
        }
      }
    `,
    { camera },
    { fetchPolicy: "store-and-network" },
  );
  return node?.camera ? <Transitions of={node.camera} only={["create_timelapse"]} /> : null;
}
